import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { parseSearch } from '#platform/search';
import { instanceHistory, runSearch, type Sql, type Store, type WriteRequest, writeResources } from '#platform/store';
import { createTestDatabase, onSeveralServers, type TestDatabase } from '../../../../test/support/database.ts';

let database: TestDatabase;
let client: postgres.Sql;
let sql: Sql;
const sent: string[] = [];

const people = Array.from({ length: 40 }, (_, at) => `p${at}`);

beforeAll(async () => {
  database = await createTestDatabase();
  const store: Store = { sql: database.sql, now: () => new Date() };
  const put = (id: string, revision: number): WriteRequest => ({
    kind: 'update',
    type: 'Patient',
    target: id,
    resource: {
      resourceType: 'Patient',
      id,
      identifier: [{ system: 'urn:fin', value: `F-${id}` }],
      name: [{ family: `Qasımov${id}`, given: ['Əli'], text: `revision ${revision} of {"${id}"}` }],
    },
  });
  await writeResources(
    store,
    { name: 'load' },
    people.map((id) => put(id, 1)),
  );
  await writeResources(
    store,
    { name: 'load' },
    people.map((id) => put(id, 2)),
  );
  const url = new URL(database.url);
  const host = url.searchParams.get('host');
  url.searchParams.delete('host');
  client = postgres(url.href, {
    max: 4,
    ...(host === null ? {} : { host }),
    debug: (_connection, text) => sent.push(text.replaceAll(/\s+/g, ' ').trim()),
  });
  sql = client as unknown as Sql; // as: the same client but for the types of values that come back
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

beforeEach(() => {
  sent.length = 0;
});

const joined = () => sent.filter((text) => text.startsWith('select given.joined'));

const idsOf = async (...query: [string, string][]): Promise<string[]> => {
  const { matches } = await runSearch(sql, parseSearch('Patient', query));
  return matches.map(({ id }) => id);
};

it.skipIf(onSeveralServers)(
  'searches of one shape and one moment share statements, and each gets what it asked for',
  async () => {
    const found = await Promise.all(people.map((id) => idsOf(['identifier', `urn:fin|F-${id}`])));
    expect(found).toEqual(people.map((id) => [id]));
    expect(sent.length).toBeLessThan(people.length / 4);
    expect(joined().length).toBeGreaterThan(0);
  },
);

it.skipIf(onSeveralServers)(
  'those that find nothing, or hold quotes and braces, stay apart from the others',
  async () => {
    const values = ['F-p1', 'none', '{"a","b"}', "it's", 'F-p2', 'NULL', '\\'];
    const found = await Promise.all(values.map((value) => idsOf(['identifier', value])));
    expect(found).toEqual([['p1'], [], [], [], ['p2'], [], []]);
  },
);

it.skipIf(onSeveralServers)('histories share a statement too, newest first', async () => {
  const pages = await Promise.all(people.map((id) => instanceHistory(sql, { type: 'Patient', id }, { count: 10 })));
  expect(pages.map(({ versions }) => versions.map(({ id, version }) => `${id}/${version}`))).toEqual(
    people.map((id) => [`${id}/2`, `${id}/1`]),
  );
  expect(sent.length).toBeLessThan(people.length / 4);
});

it.skipIf(onSeveralServers)('large pages, and searches within a transaction, go alone', async () => {
  await Promise.all(people.map((id) => idsOf(['identifier', `F-${id}`], ['_count', '500'])));
  await client.begin(async (begun) => {
    const within = begun as unknown as Sql; // as: see above
    await Promise.all(people.map((id) => runSearch(within, parseSearch('Patient', [['identifier', `F-${id}`]]))));
  });
  expect(joined()).toEqual([]);
});

it.skipIf(onSeveralServers)(
  'conditions and orders that compare dates, numbers and times are shared as others are',
  async () => {
    const shape = (id: string) =>
      idsOf(
        ['identifier', `F-${id}`],
        ['birthdate:missing', 'true'],
        ['_lastUpdated', 'gt2020-01-01'],
        ['_sort', 'birthdate,gender,-_lastUpdated'],
      );
    expect(await Promise.all(people.map(shape))).toEqual(people.map((id) => [id]));
    expect(sent.length).toBeLessThan(people.length / 4);
  },
);

it.skipIf(onSeveralServers)(
  'a search by a name that few have is kept and shared once it is known to be rare',
  async () => {
    const search = (id: string) => idsOf(['name', `qasımov${id} əli`]);
    const wanted = people.map((id) => people.filter((each) => each.startsWith(id)));
    expect(await Promise.all(people.map(search))).toEqual(wanted);
    await expect.poll(() => sent.some((text) => text.startsWith('select count(*)::int'))).toBe(true);
    await expect
      .poll(async () => {
        sent.length = 0;
        expect(await Promise.all(people.map(search))).toEqual(wanted);
        return joined().length;
      })
      .toBeGreaterThan(0);
    expect(sent.length).toBeLessThan(people.length / 2);
  },
);
