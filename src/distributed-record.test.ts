import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openProgramDatabase, type ProgramDatabase } from '#platform/database';
import { parseSearch } from '#platform/search';
import {
  findMany,
  findNewest,
  findPatientRecord,
  findVersion,
  instanceHistory,
  latestPosition,
  newId,
  readChanges,
  recordHistory,
  runSearch,
  type Store,
  verifyRecord,
  type WriteRequest,
  writeResources,
} from '#platform/store';
import { makeTempFolder } from '../test/support/temp-folder.ts';
import { migrationParts } from './migration-parts.ts';

/** The owner's address on a Citus coordinator with an empty database, or one that an earlier run has left. */
const citusUrl = process.env['VSIS_TEST_CITUS_URL'];

it.runIf(citusUrl === undefined)(
  'the record on several servers is tried where VSIS_TEST_CITUS_URL names a Citus',
  () => {
    expect(citusUrl).toBeUndefined();
  },
);

describe.runIf(citusUrl !== undefined)('the record on several servers', { timeout: 60_000 }, () => {
  let database: ProgramDatabase;
  let store: Store;
  let removeFolder: () => Promise<void>;

  beforeAll(async () => {
    const { path, remove } = await makeTempFolder();
    removeFolder = remove;
    database = await openProgramDatabase({ dataDir: path, databaseUrl: citusUrl, migrationParts, program: 'a test' });
    store = { sql: database.sql, now: () => new Date() };
  }, 120_000);
  afterAll(async () => {
    await database.close();
    await removeFolder();
  });

  const write = (...requests: WriteRequest[]) => writeResources(store, { name: 'tester' }, requests);
  const patient = (id: string, family = 'Ada'): WriteRequest => ({
    kind: 'update',
    type: 'Patient',
    target: id,
    resource: { resourceType: 'Patient', id, name: [{ family }], identifier: [{ system: 'urn:x', value: id }] },
  });
  const condition = (id: string, subject: string): WriteRequest => ({
    kind: 'update',
    type: 'Condition',
    target: id,
    resource: {
      resourceType: 'Condition',
      id,
      subject: { reference: `Patient/${subject}` },
      recordedDate: '2020-02-02',
      onsetAge: { value: 40, unit: 'a', system: 'http://unitsofmeasure.org', code: 'a' },
    },
  });
  const search = async (type: string, query: string): Promise<string[]> => {
    const { matches } = await runSearch(store.sql, parseSearch(type, new URLSearchParams(query)));
    return matches.map(({ id }) => id).sort();
  };

  it('is spread by buckets, and starting again changes nothing', async () => {
    expect(database.distributed).toBe(true);
    const [row] = await database.sql`
      select count(distinct colocationid)::int as groups, count(*)::int as tables
      from pg_dist_partition where partmethod = 'h'`;
    expect(row).toMatchObject({ groups: 1, tables: 8 });
  });

  it('takes creates, updates, patches of many at once, deletes and lost races', async () => {
    const id = newId();
    const versions = async () => (await instanceHistory(store.sql, { type: 'Patient', id }, { count: 10 })).versions;
    await write(patient(id, 'First'));
    await write(patient(id, 'Second'));
    await Promise.all(['Third', 'Fourth', 'Fifth'].map(async (family) => write(patient(id, family))));
    expect((await findNewest(store.sql, { type: 'Patient', id }))?.version).toBe(5);
    expect((await findVersion(store.sql, { type: 'Patient', id }, 1))?.content).toContain('First');
    await write({ kind: 'delete', type: 'Patient', target: id });
    expect((await versions()).map(({ version, method }) => [version, method])[0]).toEqual([6, 'DELETE']);
    await write(patient(id, 'Again'));
    expect((await versions()).map(({ version }) => version)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(await search('Patient', `identifier=urn:x|${id}`)).toEqual([id]);
  });

  it('carries out a transaction over patients of several servers, all or nothing', async () => {
    const ids = Array.from({ length: 20 }, (_, at) => newId(at * 200));
    const conditions = ids.map(() => newId());
    await write(...ids.map((id) => patient(id)), ...ids.map((id, at) => condition(conditions[at] ?? '', id)));
    const found = await findMany(
      store.sql,
      conditions.map((id) => ({ type: 'Condition', id })),
    );
    expect(found.map(({ id }) => id).sort()).toEqual([...conditions].sort());
    await write(...ids.map((id) => patient(id, 'Other')));
    const [gone = '', ...others] = ids;
    const failing = [...others.map((id) => patient(id, 'Never')), { ...patient(gone), ifMatch: 99 } as WriteRequest];
    await expect(write(...failing)).rejects.toMatchObject({ code: 'store.version-conflict' });
    const newest = await findMany(
      store.sql,
      ids.map((id) => ({ type: 'Patient', id })),
    );
    expect(newest.map(({ version }) => version)).toEqual(ids.map(() => 2));
  });

  it('finds by what the resources say', async () => {
    const id = newId();
    const [one, other] = [newId(), newId()];
    await write(patient(id, `Zz${id.slice(-8)}`), condition(one, id), condition(other, id));
    expect(await search('Patient', `name=Zz${id.slice(-8)}`)).toEqual([id]);
    expect(await search('Condition', `subject=Patient/${id}`)).toEqual([one, other].sort());
    expect(await search('Condition', `patient=${id}&recorded-date=2020-02-02`)).toEqual([one, other].sort());
    expect(await search('Condition', `patient=${id}&onset-age=40`)).toEqual([one, other].sort());
    expect(await search('Condition', `patient=${id}&_sort=-recorded-date&_count=5`)).toHaveLength(2);
    expect(await search('Patient', `_id=${id}&_total=accurate`)).toEqual([id]);
  });

  it('finds through references', async () => {
    const id = newId();
    const one = newId();
    await write(patient(id), condition(one, id));
    expect(await search('Condition', `patient.identifier=urn:x|${id}`)).toEqual([one]);
    expect(await search('Patient', `_id=${id}&_has:Condition:patient:recorded-date=2020-02-02`)).toEqual([id]);
  });

  it('gives the whole record of a patient, and the history of all', async () => {
    const id = newId();
    await write(patient(id), condition(newId(), id));
    const size = { count: 10, bytes: 1_000_000 };
    const piece = await findPatientRecord(store.sql, id, {}, size, 'http://x/fhir');
    expect(piece.count).toBe(2);
    const page = await recordHistory(store.sql, 'Patient', { count: 3 });
    expect(page.versions[0]?.id).toBe(id);
  });

  it('tells its changes in order', async () => {
    const before = await latestPosition(store.sql);
    const id = newId();
    await write(patient(id));
    await write(patient(id, 'Other'));
    const { changes } = await readChanges(store.sql, before, 100);
    expect(changes.filter((each) => each.id === id).map(({ version }) => version)).toEqual([1, 2]);
  });

  it('is as it should be', async () => {
    const faults: string[] = [];
    await verifyRecord(store.sql, { sample: 1, onFault: (fault) => faults.push(fault) });
    expect(faults).toEqual([]);
  });

  it('asks one server for what lies in one bucket', async () => {
    const tasks = async (statement: string): Promise<string> =>
      (await database.sql.unsafe(`explain ${statement}`)).map((row) => String(row['QUERY PLAN'])).join('\n');
    const address = "bucket = 7 and type = 'Patient' and id = 'a'";
    const version = `select bucket, version, content from record.history where ${address}`;
    expect(await tasks(`select content from record.resource where ${address}`)).toContain('Task Count: 1\n');
    expect(await tasks(`select content from record.resource where ${address} for update`)).toContain('Task Count: 1\n');
    expect(
      await tasks(`select bucket, version, content from record.resource where ${address} union all ${version}`),
    ).toContain('Task Count: 1\n');
  });
});
