import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createReadAudit, type ReadRecord, writeResources } from '#platform/store';
import { createTestDatabase, onSeveralServers, type TestDatabase } from '../../../test/support/database.ts';
import { type FhirServer, linkOf, startFhirServer } from '../../../test/support/fhir-server.ts';

let database: TestDatabase;
let server: FhirServer;

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startFhirServer({ database });
});
afterAll(async () => {
  await server.close();
  await database.drop();
});
beforeEach(() => database.ownerSql`truncate audit.entry`);

type Row = {
  actor: string;
  action: string;
  type: string | null;
  id: string | null;
  version: number | null;
  patient: string | null;
  matches: number | null;
  patients: string[] | null;
  request_id: string | null;
};

const recorded = (): Promise<Row[]> => database.sql<Row[]>`
  select actor, action, type, id, version, patient, matches, patients, request_id
  from audit.entry
  where action in ('R', 'S', 'H')
  order by seq`;

const withoutRequest = (rows: readonly Row[]) =>
  rows.map(({ action, type, id, version, patient, matches, patients }) =>
    JSON.stringify([action, type, id, version, patient, matches, patients]),
  );

describe('a group', () => {
  const entry = (at: number): ReadRecord => ({
    actor: { name: `a${at}`, requestId: `r${at}` },
    action: 'R',
    type: 'Patient',
    id: `p${at}`,
    version: at,
    patient: `p${at}`,
  });

  it.skipIf(onSeveralServers)('is one statement for all that end together', async () => {
    const audit = createReadAudit(database.sql);
    await Promise.all(Array.from({ length: 100 }, (_, at) => audit.record(entry(at))));
    const rows = await recorded();
    expect(rows.map(({ id, version, actor, request_id: request }) => [id, version, actor, request])).toEqual(
      Array.from({ length: 100 }, (_, at) => [`p${at}`, at, `a${at}`, `r${at}`]),
    );
    const [statements] = await database.sql<{ count: number }[]>`
      select count(distinct xmin::text)::int as count from audit.entry`;
    expect(statements?.count).toBeLessThanOrEqual(2);
  });

  it('is not failed by one record that cannot be stored', async () => {
    const audit = createReadAudit(database.sql);
    const results = await Promise.allSettled([
      audit.record(entry(1)),
      audit.record({ ...entry(2), actor: { name: 'a\0b' } }),
      audit.record(entry(3)),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await recorded()).map(({ id }) => id)).toEqual(['p1', 'p3']);
  });

  it('keeps the patients of a search where they are few', async () => {
    const audit = createReadAudit(database.sql);
    const patients = (count: number) => Array.from({ length: count }, (_, at) => `p"${at}`);
    for (const count of [0, 1, 100, 101]) {
      await audit.record({
        actor: { name: 'x' },
        action: 'S',
        type: 'Patient',
        matches: count,
        patients: patients(count),
      });
    }
    const rows = await recorded();
    expect(rows.map(({ matches, patients: kept }) => [matches, kept?.length])).toEqual([
      [0, undefined],
      [1, 1],
      [100, 100],
      [101, undefined],
    ]);
    expect(rows[2]?.patients?.[7]).toBe('p"7');
  });
});

describe('over HTTP', () => {
  const ids = { patient: '', condition: '' };

  beforeAll(async () => {
    ids.patient = (await server.create({ resourceType: 'Patient', name: [{ family: 'Görülən' }] })).id;
    ids.condition = (
      await server.create({ resourceType: 'Condition', subject: { reference: `Patient/${ids.patient}` } })
    ).id;
    await server.put(`Condition/${ids.condition}`, {
      resourceType: 'Condition',
      id: ids.condition,
      subject: { reference: `Patient/${ids.patient}` },
    });
    await server.create({ resourceType: 'Organization', name: 'Nobody' });
  });

  it.each<[string, () => string, () => unknown[][]]>([
    [
      'a read',
      () => `Condition/${ids.condition}`,
      () => [['R', 'Condition', ids.condition, 2, ids.patient, null, null]],
    ],
    [
      'a read of a patient',
      () => `Patient/${ids.patient}`,
      () => [['R', 'Patient', ids.patient, 1, ids.patient, null, null]],
    ],
    [
      'a version',
      () => `Condition/${ids.condition}/_history/1`,
      () => [['R', 'Condition', ids.condition, 1, ids.patient, null, null]],
    ],
    ['a search', () => 'Condition?_count=5', () => [['S', 'Condition', null, null, null, 1, [ids.patient]]]],
    [
      'a search with includes',
      () => 'Condition?_include=Condition:subject',
      () => [['S', 'Condition', null, null, null, 2, [ids.patient]]],
    ],
    ['a search of what has no patient', () => 'Organization', () => [['S', 'Organization', null, null, null, 1, null]]],
    ['a search that finds nothing', () => 'Condition?code=none', () => [['S', 'Condition', null, null, null, 0, null]]],
    [
      'the history of a resource',
      () => `Condition/${ids.condition}/_history`,
      () => [['H', 'Condition', ids.condition, null, ids.patient, 2, null]],
    ],
    [
      'the history of a type',
      () => 'Condition/_history',
      () => [['H', 'Condition', null, null, null, 2, [ids.patient]]],
    ],
    ['the history of the record', () => '_history', () => [['H', null, null, null, null, 4, [ids.patient]]]],
    ['what is not there', () => 'Condition/none', () => []],
    ['a search that is refused', () => 'Condition?shoe=44', () => []],
    ['the CapabilityStatement', () => 'metadata', () => []],
  ])('%s leaves its record', async (_what, path, expected) => {
    await server.get(path());
    const rows = await recorded();
    expect(withoutRequest(rows)).toEqual(expected().map((each) => JSON.stringify(each)));
    expect(rows.every(({ actor, request_id: request }) => actor === 'tester' && request !== null)).toBe(true);
  });

  it('a read that says "not modified" or sends headers alone is a read', async () => {
    await server.get(`Patient/${ids.patient}`, { 'If-None-Match': 'W/"1"' });
    await server.send('HEAD', `Patient/${ids.patient}`);
    expect((await recorded()).map(({ action }) => action)).toEqual(['R', 'R']);
  });

  it('reads within a batch and a transaction are recorded', async () => {
    const entry = [`Patient/${ids.patient}`, 'Patient/none', 'Condition?_count=1'].map((url) => ({
      request: { method: 'GET', url },
    }));
    await server.post('', { resourceType: 'Bundle', type: 'batch', entry });
    expect((await recorded()).map(({ action }) => action)).toEqual(['R', 'S']);
    await server.post('', { resourceType: 'Bundle', type: 'transaction', entry });
    expect(await recorded()).toHaveLength(2);
    await server.post('', { resourceType: 'Bundle', type: 'transaction', entry: [entry[0], entry[2]] });
    expect(await recorded()).toHaveLength(4);
  });

  it('no answer leaves before its record can be kept', async () => {
    await database.ownerSql`revoke insert on audit.entry from vsis_app`;
    try {
      const answer = await server.get(`Patient/${ids.patient}`);
      expect(answer.status).toBe(500);
      expect(answer.text).not.toContain('Görülən');
      expect((await server.get('Patient?name=gorulen')).status).toBe(500);
      expect((await server.post('Patient', { resourceType: 'Patient' })).status).toBe(500);
    } finally {
      await database.ownerSql`grant insert on audit.entry to vsis_app`;
    }
    expect((await server.get(`Patient/${ids.patient}`)).status).toBe(200);
  });

  it('follows a page that follows a page', async () => {
    await server.create({ resourceType: 'Condition', subject: { reference: `Patient/${ids.patient}` } });
    const first = await server.get('Condition?_count=1');
    await server.get(linkOf(first.body, 'next') ?? '');
    expect((await recorded()).map(({ matches }) => matches)).toEqual([1, 1]);
  });
});

describe('the trail', () => {
  it('cannot be changed or emptied by the application', async () => {
    await writeResources({ sql: database.sql, now: () => new Date() }, { name: 'x' }, [
      { kind: 'create', type: 'Patient', resource: { resourceType: 'Patient' } },
    ]);
    await expect(database.sql`update audit.entry set actor = 'y'`).rejects.toMatchObject({ code: '42501' });
    await expect(database.sql`delete from audit.entry`).rejects.toMatchObject({ code: '42501' });
    await expect(database.sql`truncate audit.entry`).rejects.toMatchObject({ code: '42501' });
    await expect(database.sql`delete from record.history`).rejects.toMatchObject({ code: '42501' });
    await expect(database.sql`update record.change set method = 'PUT'`).rejects.toMatchObject({ code: '42501' });
  });
});
