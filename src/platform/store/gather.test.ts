import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { gathering } from './gather.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** Sends items as one statement that fails with an SQLSTATE where an item names one: what came of each, and the groups. */
async function gathered(items: readonly string[]) {
  const groups: number[] = [];
  const gather = gathering<string, string>({
    name: 'test',
    atMost: 10,
    inFlight: 1,
    send: async (group) => {
      groups.push(group.length);
      const wrong = group.find((each) => each !== 'fine');
      if (wrong !== undefined) {
        await database.sql.unsafe(`do $$ begin raise exception 'no' using errcode = '${wrong}'; end $$`);
      }
      return group;
    },
  });
  const settled = await Promise.allSettled(items.map(gather));
  return { groups, states: settled.map(({ status }) => status) };
}

it('sends a group that the database refuses one by one, so that only what is wrong fails', async () => {
  expect(await gathered(['fine', '23505', 'fine'])).toEqual({
    groups: [3, 1, 1, 1],
    states: ['fulfilled', 'rejected', 'fulfilled'],
  });
});

it.each(['08006', '53200', '57014', '57P01', '58030'])(
  'does not send a group again that failed by the state of the server: %s',
  async (code) => {
    const { groups, states } = await gathered(['fine', code, 'fine']);
    expect(groups).toEqual([3]);
    expect(states).toEqual(['rejected', 'rejected', 'rejected']);
  },
);
