import { afterAll, beforeAll, expect, it } from 'vitest';
import { findNewest, type Store, type WriteRequest, writeResources } from '#platform/store';
import { checkRecord } from '../../../test/support/check-record.ts';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { bucketOfId } from './bucket.ts';

let database: TestDatabase;
let store: Store;

beforeAll(async () => {
  database = await createTestDatabase();
  store = { sql: database.sql, now: () => new Date() };
});
afterAll(() => database.drop());

const actor = { name: 'writer' };
const write = async (request: WriteRequest) => (await writeResources(store, actor, [request]))[0];
const basic = (text: string, id?: string) => ({
  resourceType: 'Basic',
  ...(id === undefined ? {} : { id }),
  code: { text },
});

it('keeps the texts of a group apart, whatever characters they hold', async () => {
  const texts = ['a\u001eb', '\u001e', '\\u001e', '","x":"\u001e', 'ə\u001e\u001e', 'plain'];
  const written = await Promise.all(
    texts.map(async (text) => {
      const request: WriteRequest = { kind: 'create', type: 'Basic', resource: basic(text) };
      return (await writeResources(store, actor, [request], { validated: true }))[0]; // validation refuses such texts
    }),
  );
  const stored = await Promise.all(
    written.map((result) => findNewest(database.sql, { type: 'Basic', id: result?.id ?? '' })),
  );
  expect(stored.map((each) => JSON.parse(each?.content ?? '{}').code.text)).toEqual(texts);
  expect(await checkRecord(database.sql)).toEqual([]);
});

it('lets each of many who give the same new id write a version, and disturbs nobody else of the group', async () => {
  const same = (at: number): WriteRequest => ({
    kind: 'update',
    type: 'Basic',
    target: 'same',
    resource: basic(`same ${at}`, 'same'),
  });
  const other = (at: number): WriteRequest => ({ kind: 'create', type: 'Basic', resource: basic(`other ${at}`) });
  const results = await Promise.all(Array.from({ length: 30 }, (_, at) => write(at % 3 === 0 ? same(at) : other(at))));
  const versions = results.flatMap((result) => (result?.id === 'same' ? [result.version] : []));
  expect(versions.toSorted((a = 0, b = 0) => a - b)).toEqual(Array.from({ length: 10 }, (_, at) => at + 1));
  expect(results.filter((result) => result?.outcome === 'created')).toHaveLength(21);
  expect(await checkRecord(database.sql)).toEqual([]);
});

it('deletes and updates of one moment each act on the version they were asked for', async () => {
  const ids = Array.from({ length: 20 }, (_, at) => `moment-${at}`);
  const put = (id: string, text: string): WriteRequest => ({
    kind: 'update',
    type: 'Basic',
    target: id,
    resource: basic(text, id),
  });
  await Promise.all(ids.map((id) => write(put(id, 'first'))));
  const second = await Promise.allSettled(
    ids.map((id, at) =>
      write(
        at % 2 === 0
          ? { kind: 'delete', type: 'Basic', target: id, ifMatch: 1 }
          : ({ ...put(id, 'second'), kind: 'update', ifMatch: at % 4 === 1 ? 1 : 7 } as WriteRequest), // as: an update with a condition
      ),
    ),
  );
  const told = second.map((each) => (each.status === 'fulfilled' ? each.value?.outcome : 'refused'));
  expect(told).toEqual(ids.map((_, at) => (at % 2 === 0 ? 'deleted' : at % 4 === 1 ? 'updated' : 'refused')));
  expect(await checkRecord(database.sql)).toEqual([]);
});

it('a transaction goes on with the version that another made between its two looks for the newest', async () => {
  const put = (id: string): WriteRequest => ({
    kind: 'update',
    type: 'Patient',
    target: id,
    resource: { resourceType: 'Patient', id },
  });
  const bucket = bucketOfId('between');
  const results = await database.ownerSql.begin(async (owner) => {
    await owner`lock table record.history in access exclusive mode`; // the second look waits here
    const writing = writeResources(store, actor, [put('between'), put('beside')], { closed: true });
    await expect
      .poll(async () => {
        const [row] = await owner<{ waiting: number }[]>`
          select count(*)::int as waiting from pg_locks
          where relation = 'record.history'::regclass and not granted`;
        return row?.waiting;
      })
      .toBe(1);
    await owner`
      insert into record.history (bucket, type, id, version, updated, method, content)
      values (${bucket}, 'Patient', 'between', 1, now(), 'PUT', '{"resourceType":"Patient","id":"between"}')`;
    await owner`
      insert into record.resource (bucket, type, id, rid, version, updated, method, self, keys, identified, strings, content)
      values (${bucket}, 'Patient', 'between', nextval('record.rid'), 2, now(), 'PUT', 0, '{}', '{}', '',
        '{"resourceType":"Patient","id":"between"}')`;
    return { writing }; // as an object, since the transaction would wait for a promise
  });
  expect((await results.writing).map(({ version }) => version)).toEqual([3, 1]);
});
