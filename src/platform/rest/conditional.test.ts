import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FhirServer, startFhirServer } from '../../../test/support/fhir-server.ts';

let server: FhirServer;

beforeAll(async () => {
  server = await startFhirServer();
});
afterAll(() => server.close());

const system = 'urn:test:mrn';
const person = (value: string, more: object = {}) => ({
  resourceType: 'Patient',
  identifier: [{ system, value }],
  name: [{ family: 'Şərti' }],
  ...more,
});
const criteria = (value: string) => `identifier=${system}|${value}`;
const count = async (value: string) => (await server.get(`Patient?${criteria(value)}`)).body['total'];

describe('conditional create', () => {
  it('creates once, then gives what is there', async () => {
    const first = await server.post('Patient', person('c1'), { 'If-None-Exist': criteria('c1') });
    const second = await server.post('Patient', person('c1', { gender: 'female' }), {
      'If-None-Exist': criteria('c1'),
    });
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.text).toBe(first.text);
    expect(second.headers.get('Location')).toBe(first.headers.get('Location'));
    expect(await count('c1')).toBe(1);
  });

  it('makes one of twenty at once', async () => {
    const create = () => server.post('Patient', person('c20'), { 'If-None-Exist': criteria('c20') });
    const answers = await Promise.all(Array.from({ length: 20 }, create));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(19);
    expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(1);
    expect(await count('c20')).toBe(1);
  });

  it('makes one when the same criteria come in another order', async () => {
    const orders = [`${criteria('co')}&family=Şərti`, `family=Şərti&${criteria('co')}`];
    const create = (at: number) =>
      server.post('Patient', person('co'), { 'If-None-Exist': encodeURI(orders[at % 2] ?? '') });
    await Promise.all(Array.from({ length: 10 }, (_, at) => create(at)));
    expect(await count('co')).toBe(1);
  });

  it('refuses when several meet the criteria', async () => {
    await server.create(person('c3'));
    await server.create(person('c3'));
    const answer = await server.post('Patient', person('c3'), { 'If-None-Exist': criteria('c3') });
    expect(answer.status).toBe(412);
    expect(JSON.stringify(answer.body)).toContain('multiple-matches');
  });

  it.each([
    ['', 412],
    ['identifier=', 412],
    ['_count=1', 412],
    ['nonsense=1', 400],
    ['_lastUpdated=soon', 400],
  ])('answers If-None-Exist: "%s" with %i', async (condition, status) => {
    expect((await server.post('Patient', person('c4'), { 'If-None-Exist': condition })).status).toBe(status);
  });

  it.each(['_summary=count', '_sort=-_lastUpdated', '_count=0', '_total=accurate', '_cursor=abc'])(
    'is not led astray by %s',
    async (extra) => {
      const value = `c5-${extra}`;
      const condition = `identifier=${encodeURIComponent(`${system}|${value}`)}&${extra}`;
      await server.post('Patient', person(value), { 'If-None-Exist': condition });
      expect((await server.post('Patient', person(value), { 'If-None-Exist': condition })).status).toBe(200);
    },
  );
});

describe('conditional update', () => {
  it('creates without a match, updates the one match, refuses several', async () => {
    const path = `Patient?${criteria('u1')}`;
    const created = await server.put(path, person('u1'));
    expect(created.status).toBe(201);
    const updated = await server.put(path, person('u1', { gender: 'male' }));
    expect([updated.status, updated.body['id'], updated.headers.get('ETag')]).toEqual([
      200,
      created.body['id'],
      'W/"2"',
    ]);
    await server.create(person('u1'));
    expect((await server.put(path, person('u1'))).status).toBe(412);
  });

  it('creates with the id of the body, and refuses an id that is not the match', async () => {
    const path = `Patient?${criteria('u2')}`;
    expect((await server.put(path, person('u2', { id: 'u2-id' }))).body['id']).toBe('u2-id');
    expect((await server.put(path, person('u2', { id: 'u2-id' }))).status).toBe(200);
    expect((await server.put(path, person('u2', { id: 'another' }))).status).toBe(400);
  });

  it('makes one of many at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => server.put(`Patient?${criteria('u3')}`, person('u3'))),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(await count('u3')).toBe(1);
  });

  it('refuses to speak of everything', async () => {
    expect((await server.put('Patient', person('u4'))).status).toBe(412);
    expect((await server.put('Patient?_format=json', person('u4'))).status).toBe(412);
  });
});

describe('conditional patch', () => {
  const patch = [{ op: 'add', path: '/gender', value: 'female' }];
  const headers = { 'Content-Type': 'application/json-patch+json' };

  it('changes the one match and nothing else', async () => {
    expect((await server.patch(`Patient?${criteria('p1')}`, patch, headers)).status).toBe(404);
    const { id } = await server.create(person('p1'));
    const answer = await server.patch(`Patient?${criteria('p1')}`, patch, headers);
    expect([answer.status, answer.body['id'], answer.body['gender']]).toEqual([200, id, 'female']);
    await server.create(person('p1'));
    expect((await server.patch(`Patient?${criteria('p1')}`, patch, headers)).status).toBe(412);
  });
});

describe('conditional delete', () => {
  it('deletes the one match, is content without one, refuses several', async () => {
    expect((await server.delete(`Patient?${criteria('d1')}`)).status).toBe(204);
    const { id } = await server.create(person('d1'));
    expect((await server.delete(`Patient?${criteria('d1')}`)).status).toBe(204);
    expect((await server.get(`Patient/${id}`)).status).toBe(410);
    await server.create(person('d2'));
    await server.create(person('d2'));
    expect((await server.delete(`Patient?${criteria('d2')}`)).status).toBe(412);
    expect(await count('d2')).toBe(2);
    expect((await server.delete('Patient')).status).toBe(412);
  });
});

describe('an id that several give to a new resource at once', () => {
  it('stands for one resource, whichever patient each of them names', async () => {
    const patients = await Promise.all([1, 2, 3].map(() => server.create({ resourceType: 'Patient' })));
    for (const id of ['at-once-1', 'at-once-2', 'at-once-3', 'at-once-4']) {
      const put = (at: number) => {
        const subject = { reference: `Patient/${patients[at % 3]?.id ?? ''}` };
        return server.put(`Condition/${id}`, { resourceType: 'Condition', id, subject });
      };
      const answers = await Promise.all(Array.from({ length: 9 }, (_, at) => put(at)));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(8);
      const history = await server.get(`Condition/${id}/_history?_count=50`);
      expect(history.body['entry']).toHaveLength(9);
    }
  });
});

describe('a conditional create that finds its resource', () => {
  it('shows it, and so leaves a record of a read, alone and in a batch', async () => {
    const { id } = await server.create(person('seen'));
    const countReads = async () => {
      const [row] = await server.database.sql`
        select count(*)::int as count from audit.entry where action = 'R' and id = ${id} and patient = ${id}`;
      return row?.['count'];
    };
    const url = 'Patient';
    const request = { method: 'POST', url, ifNoneExist: criteria('seen') };
    await server.post(url, person('seen'), { 'If-None-Exist': criteria('seen') });
    expect(await countReads()).toBe(1);
    for (const type of ['batch', 'transaction']) {
      await server.post('', { resourceType: 'Bundle', type, entry: [{ request, resource: person('seen') }] });
    }
    expect(await countReads()).toBe(3);
  });
});
