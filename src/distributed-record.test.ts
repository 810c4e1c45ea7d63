import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '#platform/database';
import { compartmentTarget, parseSearch, type SearchQuery } from '#platform/search';
import {
  bucketOfId,
  createReadAudit,
  eraseResources,
  explainSearch,
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
import { createTestDatabase, onSeveralServers, type TestDatabase } from '../test/support/database.ts';
import { migrationParts } from './migration-parts.ts';

it.runIf(!onSeveralServers)('the record on several servers is tried where VSIS_TEST_CITUS_URL names a Citus', () => {
  expect(process.env['VSIS_TEST_CITUS_URL']).toBeUndefined();
});

describe.runIf(onSeveralServers)('the record on several servers', { timeout: 60_000 }, () => {
  let database: TestDatabase;
  /** As the application, with Citus counting what it sends where. */
  let counted: Database;
  let store: Store;

  beforeAll(async () => {
    database = await createTestDatabase();
    await database.ownerSql.unsafe('alter role vsis_app set citus.enable_stat_counters = on');
    counted = openDatabase(database.url, { max: 2, distributed: true });
    store = { sql: counted.sql, now: () => new Date() };
  }, 120_000);
  afterAll(async () => {
    await counted.close();
    await database.ownerSql.unsafe('alter role vsis_app reset citus.enable_stat_counters');
    await database.drop();
  });

  const actor = { name: 'tester' };
  const write = (...requests: WriteRequest[]) => writeResources(store, actor, requests);
  const patient = (id: string, family = 'Ada', others: object = {}): WriteRequest => ({
    kind: 'update',
    type: 'Patient',
    target: id,
    resource: {
      resourceType: 'Patient',
      id,
      name: [{ family }],
      identifier: [{ system: 'urn:x', value: id }],
      ...others,
    },
  });
  const condition = (id: string, subject: string): WriteRequest => ({
    kind: 'update',
    type: 'Condition',
    target: id,
    resource: {
      resourceType: 'Condition',
      id,
      code: { coding: [{ system: 'urn:c', code: 'x' }] },
      subject: { reference: `Patient/${subject}` },
      recordedDate: '2020-02-02',
      onsetAge: { value: 40, unit: 'a', system: 'http://unitsofmeasure.org', code: 'a' },
    },
  });
  const appointment = (id: string, ...patients: readonly string[]): WriteRequest => ({
    kind: 'update',
    type: 'Appointment',
    target: id,
    resource: {
      resourceType: 'Appointment',
      id,
      status: 'proposed',
      participant: patients.map((each) => ({ actor: { reference: `Patient/${each}` }, status: 'accepted' })),
    },
  });
  const idsOf = async (query: SearchQuery): Promise<string[]> =>
    (await runSearch(store.sql, query)).matches.map(({ id }) => id).sort();
  const search = (type: string, query: string): Promise<string[]> =>
    idsOf(parseSearch(type, new URLSearchParams(query)));
  const within = (id: string, type: string): SearchQuery => parseSearch(compartmentTarget('Patient', id, type), []);
  const size = { count: 100, bytes: 1_000_000 };
  const everythingOf = async (id: string): Promise<string[]> =>
    [...(await findPatientRecord(store.sql, id, {}, size, 'http://x/fhir')).addresses].sort();
  /** Two ids whose buckets lie on different servers. */
  const idsApart = (): [string, string] => [newId(1), newId(200)];

  it('lies bucket by bucket on the servers, which are called where the rows are', async () => {
    const [row] = await database.ownerSql`
      select count(distinct colocationid)::int as groups, count(*)::int as tables
      from pg_dist_partition where partmethod = 'h'`;
    const placed = migrationParts.flatMap(({ tables }) => Object.values(tables ?? {}));
    expect(row).toMatchObject({ groups: 1, tables: placed.filter((each) => typeof each === 'object').length });
    const called = await database.ownerSql<{ name: string }[]>`
      select objid::regproc::text as name from pg_catalog.pg_dist_object where distribution_argument_index is not null`;
    const declared = migrationParts.flatMap(({ functions }) => Object.keys(functions ?? {}));
    expect(called.map(({ name }) => name).sort()).toEqual(declared.sort());
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

  it('finds by what the resources say, and through references', async () => {
    const id = newId();
    const [one, other] = [newId(), newId()];
    await write(patient(id, `Zz${id.slice(-8)}`), condition(one, id), condition(other, id));
    expect(await search('Patient', `name=Zz${id.slice(-8)}`)).toEqual([id]);
    expect(await search('Condition', `subject=Patient/${id}`)).toEqual([one, other].sort());
    expect(await search('Condition', `patient=${id}&recorded-date=2020-02-02`)).toEqual([one, other].sort());
    expect(await search('Condition', `patient=${id}&onset-age=40`)).toEqual([one, other].sort());
    expect(await search('Condition', `patient=${id}&_sort=-recorded-date&_count=5`)).toHaveLength(2);
    expect(await search('Patient', `_id=${id}&_total=accurate`)).toEqual([id]);
    expect(await search('Condition', `patient.identifier=urn:x|${id}`)).toEqual([one, other].sort());
    expect(await search('Patient', `_id=${id}&_has:Condition:patient:recorded-date=2020-02-02`)).toEqual([id]);
  });

  it('finds with a patient what was first stored with another', async () => {
    const [before, after] = idsApart();
    const corrected = newId(1);
    await write(patient(before), patient(after));
    await write(condition(corrected, before));
    await write(condition(corrected, after));
    expect((await findNewest(store.sql, { type: 'Condition', id: corrected }))?.bucket).toBe(bucketOfId(before));
    expect(await search('Condition', `subject=Patient/${after}`)).toEqual([corrected]);
    expect(await idsOf(within(after, 'Condition'))).toEqual([corrected]);
    expect(await everythingOf(after)).toEqual([`Condition/${corrected}`, `Patient/${after}`]);
    expect(await search('Condition', `subject=Patient/${before}`)).toEqual([]);
    expect(await everythingOf(before)).toEqual([`Patient/${before}`]);
  });

  it('finds within the compartment of a patient what lies with another', async () => {
    const [first, second] = idsApart();
    const [shared] = await write(appointment(newId(1), first, second));
    await write(
      patient(second),
      patient(first, 'Ada', { link: [{ other: { reference: `Patient/${second}` }, type: 'seealso' }] }),
    );
    for (const id of [first, second]) {
      expect(await idsOf(within(id, 'Appointment'))).toEqual([shared?.id]);
      expect(await everythingOf(id)).toEqual([`Appointment/${shared?.id}`, `Patient/${id}`]);
    }
    expect(await idsOf(within(second, 'Patient'))).toEqual([first, second].sort());
  });

  it.each<[string, (id: string) => SearchQuery]>([
    ['by subject', (id) => parseSearch('Condition', [['subject', `Patient/${id}`]])],
    [
      'by subject and code',
      (id) =>
        parseSearch('Condition', [
          ['subject', `Patient/${id}`],
          ['code', 'urn:c|x'],
        ]),
    ],
    [
      'by patient, newest first',
      (id) =>
        parseSearch('Condition', [
          ['patient', id],
          ['_sort', '-recorded-date'],
        ]),
    ],
    [
      'by patient and quantity',
      (id) =>
        parseSearch('Condition', [
          ['patient', id],
          ['onset-age', '40'],
        ]),
    ],
    [
      'by patient and date',
      (id) =>
        parseSearch('Condition', [
          ['patient', id],
          ['onset-date', 'ge2020'],
        ]),
    ],
    [
      'by patient and identifier',
      (id) =>
        parseSearch('Condition', [
          ['patient', id],
          ['identifier', 'a|b'],
        ]),
    ],
    [
      'by patient, counted',
      (id) =>
        parseSearch('Condition', [
          ['patient', id],
          ['_summary', 'count'],
        ]),
    ],
    ['of a type of a compartment', (id) => within(id, 'Condition')],
    ['of a whole compartment', (id) => within(id, '*')],
    ['of the patient by id', (id) => parseSearch('Patient', [['_id', id]])],
  ])('a search %s asks one shard', async (_, queryOf) => {
    const statements = await explainSearch(store.sql, queryOf(newId()));
    expect(statements).toHaveLength(1);
    expect(statements[0]?.plan.join('\n')).toContain('Task Count: 1\n');
  });

  /** How many statements went to one shard and how many to several meanwhile. */
  async function sentDuring(work: () => Promise<unknown>): Promise<{ one: number; several: number }> {
    const read = async () => {
      const [row] = await database.ownerSql<{ one: number; several: number }[]>`
        select query_execution_single_shard::int as one, query_execution_multi_shard::int as several
        from citus_stat_counters where name = current_database()`;
      return row ?? { one: 0, several: 0 };
    };
    const before = await read();
    await work();
    const after = await read();
    return { one: after.one - before.one, several: after.several - before.several };
  }

  it('work with one patient asks no more than one shard at a time', async () => {
    const id = newId();
    const audit = createReadAudit(store.sql);
    await write(patient(id), condition(newId(), id)); // units are known from here on
    const own: [string, () => Promise<unknown>][] = [
      ['a create', () => write({ kind: 'create', type: 'Patient', resource: { resourceType: 'Patient' } })],
      ['an update', () => write(patient(id, 'Other'))],
      ['a transaction', () => write(patient(id, 'Third'), condition(newId(bucketOfId(id)), id))],
      ['a read', () => audit.read({ type: 'Patient', id }, actor)],
      ['a version', () => findVersion(store.sql, { type: 'Patient', id }, 1)],
      ['a history', () => instanceHistory(store.sql, { type: 'Patient', id }, { count: 10 })],
      ['everything', () => everythingOf(id)],
      ['a search', () => search('Condition', `patient=${id}`)],
    ];
    for (const [name, work] of own) {
      const { one, several } = await sentDuring(work);
      expect([name, several]).toEqual([name, 0]);
      expect(one).toBeGreaterThan(0);
    }
    expect((await sentDuring(() => search('Condition', 'code=x'))).several).toBeGreaterThan(0); // that it counts
  });

  it('gives the history of all', async () => {
    const id = newId();
    await write(patient(id));
    const page = await recordHistory(store.sql, 'Patient', { count: 3 });
    expect(page.versions[0]?.id).toBe(id);
  });

  it('tells each change of transactions over several servers once', async () => {
    let position = await latestPosition(store.sql);
    const made: string[] = [];
    let isDone = false;
    const writers = Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let at = 0; at < 15; at += 1) {
          const ids = Array.from({ length: 4 }, () => newId());
          await writeResources(
            { ...store, sql: database.sql },
            actor,
            ids.map((id) => patient(id)),
          );
          made.push(...ids);
        }
      }),
    ).finally(() => {
      isDone = true;
    });
    const seen: string[] = [];
    const deadline = Date.now() + 30_000;
    while ((!isDone || seen.length < made.length) && Date.now() < deadline) {
      const page = await readChanges(store.sql, position, 5);
      seen.push(...page.changes.map(({ id }) => id));
      position = page.position;
    }
    await writers;
    expect(seen.toSorted()).toEqual(made.toSorted());
    expect(made).toHaveLength(240);
  });

  it('tells the versions of a resource in order', async () => {
    const before = await latestPosition(store.sql);
    const id = newId();
    await write(patient(id));
    await write(patient(id, 'Other'));
    const { changes } = await readChanges(store.sql, before, 100);
    expect(changes.filter((each) => each.id === id).map(({ version }) => version)).toEqual([1, 2]);
  });

  it('erases a record that lies in several buckets', async () => {
    const [before, after] = idsApart();
    const corrected = newId(1);
    await write(patient(before), patient(after), condition(newId(), after));
    await write(condition(corrected, before));
    await write(condition(corrected, after));
    const erasure = { legalBasis: 'Law 7', reason: 'Asked for', acceptDangling: true, dryRun: false };
    const subject = { type: 'Patient', id: after };
    const { resources } = await eraseResources(store, actor, { ...erasure, subject, wholeRecord: true });
    expect(resources).toBe(3);
    expect(await everythingOf(after)).toEqual([]);
    const { versions } = await instanceHistory(store.sql, { type: 'Condition', id: corrected }, { count: 10 });
    expect(versions.map(({ method, content }) => [method, content])).toEqual([['ERASE', null]]);
    expect(await everythingOf(before)).toEqual([`Patient/${before}`]);
  });

  it('is as it should be', async () => {
    const faults: string[] = [];
    await verifyRecord(store.sql, { sample: 1, onFault: (fault) => faults.push(fault) });
    expect(faults).toEqual([]);
  });
});
