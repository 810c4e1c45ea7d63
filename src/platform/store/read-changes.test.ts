import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '#platform/database';
import { type Change, readChanges, type Store, writeResources } from '#platform/store';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';

let database: TestDatabase;
let store: Store;

beforeAll(async () => {
  database = await createTestDatabase();
  store = { sql: database.sql, now: () => new Date() };
});
afterAll(() => database.drop());

const actor = { name: 'writer' };
const create = (family: string, before?: () => Promise<void>) =>
  writeResources(
    store,
    actor,
    [{ kind: 'create', type: 'Patient', resource: { resourceType: 'Patient', name: [{ family }] } }],
    before ? { before } : {},
  );

async function readAll(after = 0): Promise<Change[]> {
  return readChanges(database.sql, after, 1000);
}

it('gives each write with its patient, in order, from where the reader stands', async () => {
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
  const changes = await readAll();
  expect(changes.map(({ type, version, method, patient }) => [type, version, method, patient])).toEqual([
    ['Patient', 1, 'POST', id],
    ['Patient', 2, 'PUT', id],
    ['Condition', 1, 'POST', id],
    ['Patient', 3, 'DELETE', id],
  ]);
  const second = changes[1]?.seq ?? 0;
  expect((await readAll(second)).map(({ type }) => type)).toEqual(['Condition', 'Patient']);
  expect(await readChanges(database.sql, second, 1)).toHaveLength(1);
  expect(await readAll(changes.at(-1)?.seq)).toEqual([]);
});

it('does not pass a write whose transaction is held open', async () => {
  const start = (await readAll()).at(-1)?.seq ?? 0;
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let hasWritten = (): void => undefined;
  const written = new Promise<void>((resolve) => {
    hasWritten = resolve;
  });
  const slow = create('Gec', async () => {
    hasWritten();
    await held;
  });
  await written; // the slow one has its place in the log, but is not committed
  await create('Tez 1');
  await create('Tez 2');
  expect(await readAll(start)).toEqual([]);
  const [visible] = await database.sql<
    { count: number }[]
  >`select count(*) as count from record.change where seq > ${start}`;
  expect(visible?.count).toBe(2); // a reader without the horizon would have taken these and passed the slow one
  release();
  await slow;
  const all = await readAll(start);
  expect(all).toHaveLength(3);
  expect(all.map(({ seq }) => seq)).toEqual(all.map(({ seq }) => seq).toSorted((a, b) => a - b));
});

it('gives every write exactly once to a reader that follows many writers', async () => {
  let after = (await readAll()).at(-1)?.seq ?? 0;
  const seen: string[] = [];
  const reader = openDatabase(database.url, { max: 1 });
  const made: string[] = [];
  let isDone = false;
  const writers = Promise.all(
    Array.from({ length: 4 }, async (_, writer) => {
      for (let at = 0; at < 25; at += 1) {
        const wait = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, (writer * at) % 7));
        const results = await create(`W${writer}-${at}`, wait);
        made.push(...results.map(({ id }) => id ?? ''));
      }
    }),
  ).then(() => {
    isDone = true;
  });
  for (;;) {
    const last = isDone;
    const changes = await readChanges(reader.sql, after, 7);
    seen.push(...changes.map(({ id }) => id));
    after = changes.at(-1)?.seq ?? after;
    if (last && changes.length === 0) {
      break;
    }
  }
  await writers;
  await reader.close();
  expect(seen.toSorted()).toEqual(made.toSorted());
  expect(seen).toHaveLength(100);
});

it('has no place of an undone transaction', async () => {
  const before = await readAll();
  await expect(
    create('Geri', async () => {
      throw new Error('undone');
    }),
  ).rejects.toThrow('undone');
  expect(await readAll()).toEqual(before);
});
