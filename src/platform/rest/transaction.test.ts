import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject } from '#platform/fhir';
import { bucketOfId } from '#platform/store';
import {
  type Answer,
  entriesOf,
  type FhirServer,
  matchIds,
  placesOf,
  startFhirServer,
} from '../../../test/support/fhir-server.ts';

let server: FhirServer;

beforeAll(async () => {
  server = await startFhirServer();
});
afterAll(() => server.close());

type Entry = { fullUrl?: string; resource?: JsonObject; request: JsonObject };

const send = (entry: readonly Entry[], headers = {}): Promise<Answer> =>
  server.post('', { resourceType: 'Bundle', type: 'transaction', entry }, headers);

const post = (resource: JsonObject, more: { fullUrl?: string; request?: JsonObject } = {}): Entry => ({
  ...(more.fullUrl === undefined ? {} : { fullUrl: more.fullUrl }),
  resource,
  request: { method: 'POST', url: String(resource['resourceType']), ...more.request },
});
const put = (resource: JsonObject, request: JsonObject = {}): Entry => ({
  resource,
  request: { method: 'PUT', url: `${String(resource['resourceType'])}/${String(resource['id'])}`, ...request },
});
const remove = (url: string): Entry => ({ request: { method: 'DELETE', url } });
const read = (url: string, more: JsonObject = {}): Entry => ({ request: { method: 'GET', url, ...more } });

const uuid = (number: number) => `urn:uuid:00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const person = (family: string, more: JsonObject = {}) => ({ resourceType: 'Patient', name: [{ family }], ...more });
const condition = (reference: string, more: JsonObject = {}) => ({
  resourceType: 'Condition',
  subject: { reference },
  ...more,
});

const statuses = ({ body }: Answer) => entriesOf(body).map(({ response }) => (response as JsonObject)['status']);
const responseAt = ({ body }: Answer, at: number) => {
  const { response } = entriesOf(body)[at] ?? {};
  return isJsonObject(response) ? response : {};
};
const resourceAt = ({ body }: Answer, at: number) => entriesOf(body)[at]?.['resource'] as JsonObject & { id: string };

async function countRows(): Promise<Record<string, number>> {
  const [row] = await server.database.sql<Record<string, number>[]>`
    select (select count(*) from record.resource) as resources, (select count(*) from record.history) as history,
      (select count(*) from record.change) as changes, (select count(*) from audit.entry) as audited,
      (select count(*) from record.range_entry) as ranges, (select count(*) from record.locator) as located`;
  return row ?? {};
}

describe('entries that refer to one another', () => {
  it('get the real addresses, whatever their order', async () => {
    const answer = await send([
      post(condition(uuid(1), { encounter: { reference: uuid(2) } })),
      post(
        { resourceType: 'Encounter', status: 'finished', class: { code: 'AMB' }, subject: { reference: uuid(1) } },
        { fullUrl: uuid(2) },
      ),
      post(person('Urn'), { fullUrl: uuid(1) }),
    ]);
    expect(statuses(answer)).toEqual(['201 Created', '201 Created', '201 Created']);
    const patient = `Patient/${resourceAt(answer, 2).id}`;
    expect(resourceAt(answer, 0)).toMatchObject({
      subject: { reference: patient },
      encounter: { reference: `Encounter/${resourceAt(answer, 1).id}` },
    });
    expect(matchIds((await server.get(`Condition?subject=${patient}`)).body)).toEqual([resourceAt(answer, 0).id]);
  });

  it('may use absolute and relative addresses', async () => {
    const base = 'http://sender.example/fhir/';
    const answer = await send([
      post(person('Absolute'), { fullUrl: `${base}Patient/77` }),
      post(condition(`${base}Patient/77`), { fullUrl: `${base}Condition/1` }),
      post(condition('Patient/77'), { fullUrl: `${base}Condition/2` }),
    ]);
    const reference = `Patient/${resourceAt(answer, 0).id}`;
    expect(resourceAt(answer, 1)['subject']).toEqual({ reference });
    expect(resourceAt(answer, 2)['subject']).toEqual({ reference });
  });

  it('are rewritten within narrative, contained resources and extensions', async () => {
    const div = `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${uuid(1)}">p</a></div>`;
    const answer = await send([
      post(person('Link'), { fullUrl: uuid(1) }),
      post({
        ...condition('#c'),
        text: { status: 'generated', div },
        contained: [{ resourceType: 'Patient', id: 'c', link: [{ other: { reference: uuid(1) }, type: 'seealso' }] }],
        extension: [{ url: 'urn:test:who', valueReference: { reference: uuid(1) } }],
      }),
    ]);
    expect(answer.text).not.toContain(uuid(1));
    expect(answer.text).toContain(`href=\\"Patient/${resourceAt(answer, 0).id}\\"`);
  });

  it('name the place of an address that no entry has', async () => {
    const before = await countRows();
    const answer = await send([post(person('Fine')), post(condition(uuid(9)))]);
    expect([answer.status, placesOf(answer.body)]).toEqual([400, ['Bundle.entry[1].resource.subject']]);
    expect(await countRows()).toEqual(before);
  });

  it('may name what is stored by criteria', async () => {
    await server.create(person('Criteria', { identifier: [{ system: 'urn:t', value: 'one' }] }));
    await server.create(person('Criteria', { identifier: [{ system: 'urn:t', value: 'two' }] }));
    await server.create(person('Criteria', { identifier: [{ system: 'urn:t', value: 'two' }] }));
    const answer = await send([post(condition('Patient?identifier=urn:t|one'))]);
    const { reference } = resourceAt(answer, 0)['subject'] as { reference: string };
    expect((await server.get(reference)).body['identifier']).toEqual([{ system: 'urn:t', value: 'one' }]);
    for (const [query, status] of [
      ['identifier=urn:t|none', 400],
      ['identifier=urn:t|two', 412],
      ['nonsense=1', 400],
      ['', 400],
    ] as const) {
      const refused = await send([post(person('x')), post(condition(`Patient?${query}`))]);
      expect([query, refused.status, placesOf(refused.body)]).toEqual([
        query,
        status,
        ['Bundle.entry[1].resource.subject'],
      ]);
    }
  });
});

describe('what belongs to a patient', () => {
  it('is stored in the bucket of the patient, and its id says so', async () => {
    await server.create(person('Bucket', { identifier: [{ system: 'urn:t', value: 'bucket' }] }));
    const answer = await send([
      post(condition(uuid(1))),
      post(person('Bucket'), { fullUrl: uuid(1) }),
      post(condition(uuid(2))),
      post(person('Bucket'), { fullUrl: uuid(2), request: { ifNoneExist: 'identifier=urn:t|bucket' } }),
      post(condition('Patient?identifier=urn:t|bucket')),
      put({ ...condition(uuid(1)), id: 'own-id-1' }),
    ]);
    expect(statuses(answer)[3]).toBe('200 OK');
    const [first, second] = [resourceAt(answer, 1).id, resourceAt(answer, 3).id];
    const buckets = [first, second, second, first].map(bucketOfId);
    expect([0, 2, 4].map((at) => bucketOfId(resourceAt(answer, at).id))).toEqual(buckets.slice(0, 3));
    const ids = [0, 2, 4, 5].map((at) => resourceAt(answer, at).id);
    const rows = await server.database.sql<{ id: string; bucket: number; patient: string; located: boolean }[]>`
      select r.id, r.bucket, r.patient, l.id is not null as located
      from record.resource r left join record.locator l on l.type = r.type and l.id = r.id
      where r.id in ${server.database.sql(ids)}`;
    const found = ids.map((id) => rows.find((row) => row.id === id));
    expect(found.map((row) => row?.bucket)).toEqual(buckets);
    expect(found.map((row) => row?.patient)).toEqual([first, second, second, first]);
    expect(found.map((row) => row?.located)).toEqual([false, false, false, true]);
    expect((await server.get('Condition/own-id-1')).status).toBe(200);
    expect((await server.get('Condition?_id=own-id-1')).body['total']).toBe(1);
    expect((await server.get('Condition/own-id-1/_history')).body['resourceType']).toBe('Bundle');
  });
});

describe('all methods in one transaction', () => {
  it('delete first, then create, then update and patch, then read', async () => {
    const old = await server.create(person('Old', { identifier: [{ system: 'urn:t', value: 'order' }] }));
    const kept = await server.create(person('Kept'));
    const patch = {
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'operation',
          part: [
            { name: 'type', valueCode: 'add' },
            { name: 'path', valueString: 'Patient' },
            { name: 'name', valueString: 'gender' },
            { name: 'value', valueCode: 'male' },
          ],
        },
      ],
    };
    const answer = await send([
      read(`Patient/${kept.id}`),
      read('Patient?identifier=urn:t|order'),
      { request: { method: 'HEAD', url: `Patient/${kept.id}` } },
      post(person('New', { identifier: [{ system: 'urn:t', value: 'order' }] }), {
        request: { ifNoneExist: 'identifier=urn:t|order' },
      }),
      { resource: patch, request: { method: 'PATCH', url: `Patient/${kept.id}` } },
      put(person('Put', { id: 'order-put' })),
      remove(`Patient/${old.id}`),
      read(`Patient/${kept.id}/_history/1`),
      read(`Patient/${kept.id}`, { ifNoneMatch: 'W/"2"' }),
    ]);
    expect(statuses(answer)).toEqual([
      '200 OK',
      '200 OK',
      '200 OK',
      '201 Created',
      '200 OK',
      '201 Created',
      '204 No Content',
      '200 OK',
      '304 Not Modified',
    ]);
    expect(resourceAt(answer, 0)['gender']).toBe('male');
    expect(matchIds(resourceAt(answer, 1))).toEqual([resourceAt(answer, 3).id]);
    expect(resourceAt(answer, 2)).toBeUndefined();
    expect(resourceAt(answer, 7)['gender']).toBeUndefined();
    expect(resourceAt(answer, 8)).toBeUndefined();
    expect((await server.get(`Patient/${old.id}`)).status).toBe(410);
  });

  it('take a JSON Patch in a Binary', async () => {
    const { id } = await server.create(person('Binary'));
    const data = Buffer.from('[{"op":"add","path":"/gender","value":"female"}]').toString('base64');
    const resource = { resourceType: 'Binary', contentType: 'application/json-patch+json', data };
    const answer = await send([{ resource, request: { method: 'PATCH', url: `Patient/${id}` } }]);
    expect(resourceAt(answer, 0)['gender']).toBe('female');
  });

  it('work by criteria', async () => {
    const mrn = (value: string) => ({ identifier: [{ system: 'urn:t', value }] });
    await server.create(person('ByDelete', mrn('k-delete')));
    const updated = await server.create(person('ByUpdate', mrn('k-update')));
    const answer = await send([
      remove('Patient?identifier=urn:t|k-delete'),
      {
        resource: person('Changed', mrn('k-update')),
        request: { method: 'PUT', url: 'Patient?identifier=urn:t|k-update' },
      },
      remove('Patient?identifier=urn:t|k-none'),
    ]);
    expect(statuses(answer)).toEqual(['204 No Content', '200 OK', '204 No Content']);
    expect((await server.get(`Patient/${updated.id}`)).body['name']).toEqual([{ family: 'Changed' }]);
  });

  it('treat two conditional creates with the same criteria as one', async () => {
    const same = () =>
      post(person('Twin', { identifier: [{ system: 'urn:t', value: 'twin' }] }), {
        request: { ifNoneExist: 'identifier=urn:t|twin' },
      });
    const answer = await send([
      { ...same(), fullUrl: uuid(1) },
      { ...same(), fullUrl: uuid(2) },
      post(condition(uuid(2))),
    ]);
    expect(statuses(answer)).toEqual(['201 Created', '200 OK', '201 Created']);
    expect(resourceAt(answer, 1).id).toBe(resourceAt(answer, 0).id);
    expect(resourceAt(answer, 2)['subject']).toEqual({ reference: `Patient/${resourceAt(answer, 0).id}` });
    expect((await server.get('Patient?identifier=urn:t|twin')).body['total']).toBe(1);
  });

  it.each([
    ['return=minimal', undefined],
    ['return=OperationOutcome', 'OperationOutcome'],
  ])('answers as Prefer: %s wants', async (prefer, type) => {
    const answer = await send([post(person('Prefer'))], { Prefer: prefer });
    expect(resourceAt(answer, 0)).toBeUndefined();
    const { outcome, location } = responseAt(answer, 0);
    expect((outcome as JsonObject | undefined)?.['resourceType']).toBe(type);
    expect(location).toContain('/Patient/');
  });
});

describe('a transaction that fails', () => {
  it('at entry 99 of 100 leaves nothing', async () => {
    const before = await countRows();
    const entries = Array.from({ length: 100 }, (_, at) =>
      post({
        resourceType: 'Observation',
        status: at === 98 ? 'nonsense' : 'final',
        code: { text: 'x' },
        subject: { reference: uuid(1) },
        valueQuantity: { value: at },
      }),
    );
    const answer = await send([...entries, post(person('Rolled back'), { fullUrl: uuid(1) })]);
    expect([answer.status, placesOf(answer.body)]).toEqual([422, ['Bundle.entry[98].resource.status']]);
    expect(await countRows()).toEqual(before);
    expect((await server.get('Observation?_summary=count')).body['total']).toBe(0);
  });

  it.each<[string, () => Entry, number, string]>([
    ['a read of what is not there', () => read('Patient/nobody'), 404, 'Bundle.entry[1].request'],
    [
      'a patch of what is not there',
      () => ({ resource: { resourceType: 'Parameters' }, request: { method: 'PATCH', url: 'Patient/nobody' } }),
      404,
      'Bundle.entry[1].request',
    ],
    [
      'a version that is out of date',
      () => put(person('x', { id: 'tx-old' }), { ifMatch: 'W/"1"' }),
      412,
      'Bundle.entry[1].request',
    ],
    [
      'an unknown search parameter',
      () => post(person('x'), { request: { ifNoneExist: 'nonsense=1' } }),
      400,
      'Bundle.entry[1].request',
    ],
    ['a search that is wrong', () => read('Patient?birthdate=soon'), 400, 'Bundle.entry[1].request'],
    [
      'an id that is not that of the url',
      () => put(person('x', { id: 'a' }), { url: 'Patient/b' }),
      400,
      'Bundle.entry[1].resource.id',
    ],
    [
      'a type that is not that of the url',
      () => post(person('x'), { request: { url: 'Condition' } }),
      400,
      'Bundle.entry[1].resource',
    ],
    [
      'a create at an id',
      () => post(person('x'), { request: { url: 'Patient/a' } }),
      400,
      'Bundle.entry[1].request.url',
    ],
    ['an unknown type', () => read('Pupil/1'), 400, 'Bundle.entry[1].request.url'],
    ['an id out of grammar', () => read('Patient/a_b'), 400, 'Bundle.entry[1].request.url'],
    ['a malformed query', () => read('Patient?name=%ff'), 400, 'Bundle.entry[1].request'],
    ['U+0000 in a query', () => read('Patient?name=%00'), 400, 'Bundle.entry[1].request'],
    ['a malformed tag', () => put(person('x', { id: 'tag' }), { ifMatch: 'one' }), 400, 'Bundle.entry[1].request'],
    ['an update of a whole type', () => put(person('x'), { url: 'Patient' }), 412, 'Bundle.entry[1].request'],
    [
      'an update of a version',
      () => put(person('x', { id: 'v' }), { url: 'Patient/v/_history/1' }),
      400,
      'Bundle.entry[1].request.url',
    ],
    [
      'an operation',
      () => ({ resource: person('x'), request: { method: 'POST', url: 'Patient/$match' } }),
      400,
      'Bundle.entry[1].request.url',
    ],
    [
      'an unknown method',
      () => ({ request: { method: 'FETCH', url: 'Patient/1' } }),
      400,
      'Bundle.entry[1].request.method',
    ],
    ['no resource', () => ({ request: { method: 'POST', url: 'Patient' } }), 400, 'Bundle.entry[1].resource'],
    [
      'an unknown element in the frame',
      () => ({ ...post(person('x')), colour: 'red' }) as Entry,
      400,
      'Bundle.entry[1].colour',
    ],
  ])('because of %s leaves nothing and names the place', async (_what, entry, status, place) => {
    const before = await countRows();
    const answer = await send([post(person('Before')), entry()]);
    expect([answer.status, placesOf(answer.body)]).toEqual([status, [place]]);
    expect(await countRows()).toEqual(before);
  });

  it('because a resource is written twice says which', async () => {
    const answer = await send([put(person('a', { id: 'twice' })), put(person('b', { id: 'twice' }))]);
    expect([answer.status, placesOf(answer.body)]).toEqual([400, ['Bundle.entry[1].request']]);
    expect((await server.get('Patient/twice')).status).toBe(404);
  });

  it.each([
    ['no entries', { resourceType: 'Bundle', type: 'transaction' }, 200],
    ['an empty list', { resourceType: 'Bundle', type: 'transaction', entry: [] }, 400],
    ['no type', { resourceType: 'Bundle' }, 400],
    ['a collection', { resourceType: 'Bundle', type: 'collection' }, 400],
    ['no list', { resourceType: 'Bundle', type: 'transaction', entry: {} }, 400],
    ['no Bundle', { resourceType: 'Patient' }, 400],
    ['no request', { resourceType: 'Bundle', type: 'transaction', entry: [{ resource: person('x') }] }, 400],
  ])('or has %s is answered', async (_what, body, status) => {
    const answer = await server.post('', body);
    expect(answer.status).toBe(status);
    expect(answer.body['resourceType']).toBe(status === 200 ? 'Bundle' : 'OperationOutcome');
  });
});

describe('a batch', () => {
  it('lets each entry stand for itself', async () => {
    const { id } = await server.create(person('Batch'));
    const { body } = await server.post('', {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [
        post(person('Good')),
        post(person('Bad', { gender: 'none' })),
        read(`Patient/${id}`),
        read('Patient/nobody'),
        read('Patient?nonsense=1'),
        put(person('x', { id: 'batch-old' }), { ifMatch: 'W/"3"' }),
        remove(`Patient/${id}`),
        read(`Patient/${id}`),
        { request: { method: 'POST', url: 'Pupil' }, resource: { resourceType: 'Pupil' } },
      ],
    });
    expect(body['type']).toBe('batch-response');
    const responses = entriesOf(body).map(({ response }) => response as JsonObject);
    expect(responses.map((each) => String(each['status']).slice(0, 3))).toEqual([
      '201',
      '422',
      '200',
      '404',
      '400',
      '412',
      '204',
      '410',
      '400',
    ]);
    expect(placesOf(responses[1]?.['outcome'] as JsonObject)).toEqual(['Bundle.entry[1].resource.gender']);
    expect(placesOf(responses[4]?.['outcome'] as JsonObject)).toEqual(['Bundle.entry[4].request']);
  });
});

describe('under load', () => {
  it('transactions that write the same resources in opposite orders all succeed', async () => {
    const ids = Array.from({ length: 8 }, (_, at) => `cross-${at}`);
    const write = (round: number) => {
      const ordered = round % 2 === 0 ? ids : ids.toReversed();
      return send(ordered.map((id) => put(person(`Round${round}`, { id }))));
    };
    const answers = await Promise.all(Array.from({ length: 12 }, (_, round) => write(round)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const families = await Promise.all(ids.map(async (id) => (await server.get(`Patient/${id}`)).body['name']));
    expect(new Set(families.map((each) => JSON.stringify(each))).size).toBe(1);
  });

  it('takes five thousand entries', async () => {
    const entries = Array.from({ length: 5000 }, (_, at) =>
      post({
        resourceType: 'Observation',
        status: 'final',
        code: { text: `n${at}` },
        subject: { reference: uuid(1) },
        effectiveDateTime: '2026-01-01',
        valueQuantity: { value: at, unit: 'kg' },
      }),
    );
    const before = process.memoryUsage().rss;
    const answer = await send([post(person('Large'), { fullUrl: uuid(1) }), ...entries], { Prefer: 'return=minimal' });
    expect(answer.status).toBe(200);
    expect(entriesOf(answer.body)).toHaveLength(5001);
    expect(process.memoryUsage().rss - before).toBeLessThan(600 * 1024 * 1024);
    const patient = String(responseAt(answer, 0)['location']).split('/').at(-3);
    const found = await server.get(`Observation?subject=Patient/${patient}&_total=accurate`);
    expect(found.body['total']).toBe(5000);
  }, 60_000);
});
