import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  BulkBuilder,
  flushWrites,
  type KnownRow,
  newId,
  type Store,
  type WriteRequest,
  writeBulk,
  writeResources,
} from '#platform/store';
import { checkRecord } from '../../../test/support/check-record.ts';
import { createTestDatabase, onSeveralServers, type TestDatabase } from '../../../test/support/database.ts';

let database: TestDatabase;
let store: Store;

beforeAll(async () => {
  database = await createTestDatabase();
  store = { sql: database.sql, now: () => new Date() };
});
afterAll(() => database.drop());

const actor = { name: 'loader' };

const put = (type: string, id: string, more: object = {}): WriteRequest => ({
  kind: 'update',
  type,
  target: id,
  resource: { resourceType: type, id, ...more },
});
const about = (patient: string) => ({ code: { text: 'thing' }, subject: { reference: `Patient/${patient}` } });

async function load(requests: readonly WriteRequest[]): Promise<readonly KnownRow[]> {
  const builder = new BulkBuilder({ now: store.now, guarded: new Set() }, actor, {});
  const taken = requests.filter((each) => builder.add(each));
  expect(taken).toHaveLength(requests.length);
  return writeBulk(store, builder.finish(), async () => undefined);
}

it.skipIf(onSeveralServers)('leaves out what is there or was, in whatever bucket it lies or would lie', async () => {
  const own = newId(7);
  await load([put('Patient', 'p-here'), put('Basic', 'b-alone', { code: {} }), put('Basic', 'b-theirs', about('p'))]);
  await load([put('Patient', 'p-gone'), put('Basic', own, about('p')), put('Basic', 'b-gone', about('q'))]);
  await writeResources(store, actor, [
    { kind: 'delete', type: 'Patient', target: 'p-gone' },
    { kind: 'delete', type: 'Basic', target: 'b-gone' },
  ]);
  const known = await load([
    put('Patient', 'p-new'),
    put('Patient', 'p-here'),
    put('Patient', 'p-gone'),
    put('Basic', 'b-alone', about('p')), // would lie with a patient now
    put('Basic', 'b-theirs', { code: {} }), // lay with one
    put('Basic', own, about('q')),
    put('Basic', 'b-gone', { code: {} }),
    put('Basic', 'b-new', about('p')),
  ]);
  expect(known).toEqual([
    { row: 1, isCurrent: true },
    { row: 2, isCurrent: false },
    { row: 3, isCurrent: true },
    { row: 4, isCurrent: true },
    { row: 5, isCurrent: true },
    { row: 6, isCurrent: false },
  ]);
  const [row] = await database.sql<{ count: number }[]>`select count(*)::int as count from record.resource`;
  expect(row?.count).toBe(6);
  expect(await checkRecord(database.sql)).toEqual([]);
});

it.skipIf(onSeveralServers)('is on disk when it has been flushed, and need not be before', async () => {
  const session = await database.sql.reserve();
  try {
    await session`set synchronous_commit to on`; // test servers do without
    await load(Array.from({ length: 200 }, (_, at) => put('Basic', `flushed-${at}`, about('p'))));
    const [end] = await session<{ place: string }[]>`select pg_current_wal_insert_lsn()::text as place`;
    await flushWrites(session);
    const [row] = await session<{ flushed: boolean }[]>`
      select pg_current_wal_flush_lsn() >= ${end?.place ?? ''}::text::pg_lsn as flushed`;
    expect(row?.flushed).toBe(true);
  } finally {
    await session`reset synchronous_commit`;
    session.release();
  }
});
