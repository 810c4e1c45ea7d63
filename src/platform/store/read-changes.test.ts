import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '#platform/database';
import { indexEntriesOf } from '#platform/search';
import {
  bucketOfId,
  type Change,
  firstChange,
  newId,
  readChanges,
  type Sql,
  type Store,
  writeResources,
} from '#platform/store';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { isReached, readHorizons } from './transaction-windows.ts';
import { writeRows } from './write-rows.ts';

let database: TestDatabase;
let store: Store;

beforeAll(async () => {
  database = await createTestDatabase();
  store = { sql: database.sql, now: () => new Date() };
});
afterAll(() => database.drop());

const actor = { name: 'writer' };
type HowToCreate = { readonly id?: string; readonly before?: () => Promise<void> };
const create = (family: string, { id, before }: HowToCreate = {}) =>
  writeResources(
    store,
    actor,
    [
      {
        kind: 'create',
        type: 'Patient',
        resource: { resourceType: 'Patient', name: [{ family }] },
        ...(id === undefined ? {} : { wantedId: id }),
      },
    ],
    before ? { before } : {},
  );

/** An id of a bucket that tests of the order of transactions share, since each server has an order of its own. */
const sameServer = () => newId(7);

/** All that can be read from a position on, in pages of the size given, and the position behind it. */
async function readAll(from = firstChange, limit = 1000): Promise<{ changes: Change[]; position: string }> {
  const changes: Change[] = [];
  let position = from;
  for (;;) {
    const page = await readChanges(database.sql, position, limit);
    changes.push(...page.changes);
    const isEnd = page.changes.length < limit;
    position = page.position;
    if (isEnd) {
      return { changes, position };
    }
  }
}

/** Waits until no transaction of other tests on the same server holds back what is committed here. */
async function settled(): Promise<void> {
  for (let attempt = 0; attempt < 1000; attempt += 1) {
    const written = await database.sql<{ number: string }[]>`
      select distinct transaction::text as number from record.change`;
    const { oldest } = await readHorizons(database.sql);
    if (written.every(({ number }) => isReached(String(BigInt(number) + 1n), oldest))) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('a transaction stays open');
}

/** The position behind all that is committed. */
async function behindAll(): Promise<string> {
  await settled();
  return (await readAll()).position;
}

it('gives each write with its patient, in order, in pages of any size', async () => {
  const [created] = await create('Bir');
  const id = created?.id ?? '';
  await writeResources(store, actor, [
    { kind: 'update', type: 'Patient', target: id, resource: { resourceType: 'Patient', id } },
    {
      kind: 'create',
      type: 'Condition',
      resource: { resourceType: 'Condition', subject: { reference: `Patient/${id}` } },
    },
  ]);
  await writeResources(store, actor, [{ kind: 'delete', type: 'Patient', target: id }]);
  await settled();
  for (const limit of [1, 2, 3, 4, 1000]) {
    const { changes, position } = await readAll(firstChange, limit);
    expect(changes.map(({ type, version, method, patient }) => [type, version, method, patient])).toEqual([
      ['Patient', 1, 'POST', id],
      ['Patient', 2, 'PUT', id],
      ['Condition', 1, 'POST', id],
      ['Patient', 3, 'DELETE', id],
    ]);
    expect((await readAll(position)).changes).toEqual([]);
  }
});

it.each(['', 'x', '1-2', '1-2-3-4', '-1', "1'"])('refuses the position %j', async (position) => {
  await expect(readChanges(database.sql, position, 10)).rejects.toMatchObject({ code: 'store.invalid-position' });
});

/** A promise and its release. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

it('does not pass a write whose transaction is held open', async () => {
  const start = await behindAll();
  const [release, written] = [gate(), gate()];
  const hold = async (): Promise<void> => {
    written.open();
    await release.opened;
  };
  const slow = create('Gec', { id: sameServer(), before: hold });
  await written.opened; // the slow one has its number in the log, but is not committed
  await create('Tez 1', { id: sameServer() });
  await create('Tez 2', { id: sameServer() });
  const meanwhile = await readAll(start);
  expect(meanwhile.changes).toEqual([]);
  release.open();
  await slow;
  await settled();
  const { changes } = await readAll(meanwhile.position);
  expect(changes).toHaveLength(3);
  expect(changes.map(({ seq }) => seq)).toEqual(changes.map(({ seq }) => seq).toSorted((a, b) => a - b));
});

it('does not pass a younger transaction that has a lower number', async () => {
  const start = await behindAll();
  const elder = openDatabase(database.url, { max: 1, distributed: database.distributed });
  const [beganElder, numberDrawn, seen] = [gate(), gate(), gate()];
  // The elder gets its transaction first, and its number after the younger one has drawn its own.
  const older = elder.sql.begin(async (sql) => {
    await beginOnServer(sql);
    beganElder.open();
    await numberDrawn.opened;
    await writeRowsOf(sql, 'elder');
  });
  await beganElder.opened;
  const hold = async (): Promise<void> => {
    numberDrawn.open();
    await older;
    await seen.opened;
  };
  const younger = create('Kiçik', { id: sameServer(), before: hold });
  await older;
  const early = await readAll(start); // the elder is committed, the younger with its lower number is not
  seen.open();
  await younger;
  await settled();
  const late = await readAll(early.position);
  const all = [...early.changes, ...late.changes];
  expect(all.map(({ type }) => type).toSorted()).toEqual(['Organization', 'Patient']);
  const [organization, patient] = [
    all.find(({ type }) => type === 'Organization'),
    all.find(({ type }) => type === 'Patient'),
  ];
  expect((patient?.seq ?? 0) < (organization?.seq ?? 0)).toBe(true);
  await elder.close();
});

/** Gives the transaction its number, on the server of the shared bucket. */
async function beginOnServer(sql: Sql): Promise<void> {
  await (database.distributed
    ? sql`select from record.resource where bucket = 7 for update`
    : sql`select pg_current_xact_id()`);
}

/** A write within a transaction that is open already. */
async function writeRowsOf(sql: Sql, name: string): Promise<void> {
  const resource = { resourceType: 'Organization', id: sameServer(), name };
  const content = JSON.stringify(resource);
  const entries = indexEntriesOf(resource);
  const updated = new Date().toISOString();
  await writeRows(
    sql,
    [
      {
        method: 'POST',
        bucket: bucketOfId(resource.id),
        type: 'Organization',
        id: resource.id,
        version: 1,
        supersedes: 0,
        isNew: true,
        updated,
        content,
        entries,
      },
    ],
    actor,
  );
}

it('gives versions of one resource in order when transactions that began early write late', async () => {
  const start = await behindAll();
  const ids = ['seq-a', 'seq-b', 'seq-c'];
  const update = (order: readonly string[], wait: number) =>
    writeResources(
      store,
      actor,
      order.map((id) => ({ kind: 'update', type: 'Patient', target: id, resource: { resourceType: 'Patient', id } })),
      { before: async () => new Promise((resolve) => setTimeout(resolve, wait)) },
    );
  await Promise.all(Array.from({ length: 20 }, (_, at) => update(at % 2 === 0 ? ids : ids.toReversed(), (at * 7) % 5)));
  await settled();
  const { changes } = await readAll(start, 7);
  for (const id of ids) {
    const versions = changes.filter((change) => change.id === id).map(({ version }) => version);
    expect(versions).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
  }
});

it('gives every write exactly once to a reader that follows many writers', async () => {
  let position = await behindAll();
  const seen: string[] = [];
  const reader = openDatabase(database.url, { max: 1, distributed: database.distributed });
  const made: string[] = [];
  let isDone = false;
  const writers = Promise.all(
    Array.from({ length: 4 }, async (_, writer) => {
      for (let at = 0; at < 40; at += 1) {
        const wait = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, (writer * at) % 7));
        const results = await create(`W${writer}-${at}`, { before: wait });
        made.push(...results.map(({ id }) => id ?? ''));
      }
    }),
  ).then(() => {
    isDone = true;
  });
  // Transactions of other tests on the same server hold the window back, so the end is known by its count.
  const deadline = Date.now() + 15_000;
  while ((!isDone || seen.length < made.length) && Date.now() < deadline) {
    const page = await readChanges(reader.sql, position, 7);
    seen.push(...page.changes.map(({ id }) => id));
    position = page.position;
  }
  await writers;
  await reader.close();
  expect(seen.toSorted()).toEqual(made.toSorted());
  expect(made).toHaveLength(160);
});

it('has no place of an undone transaction', async () => {
  const start = await behindAll();
  const fail = async (): Promise<void> => {
    throw new Error('undone');
  };
  const undone = create('Geri', { before: fail });
  await expect(undone).rejects.toThrow('undone');
  await settled();
  expect((await readAll(start)).changes).toEqual([]);
});
