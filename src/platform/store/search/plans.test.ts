import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSearch } from '#platform/search';
import { runSearch, type Sql, type Store, type WriteRequest, writeResources } from '#platform/store';
import { createTestDatabase, onSeveralServers, type TestDatabase } from '../../../../test/support/database.ts';

const patients = 400;
const observationsEach = 20;

let database: TestDatabase;
let client: postgres.Sql;
let statements: { text: string; values: unknown[] }[] = [];

const patientId = (at: number) => `plan-${at}`;

function* requests(): Generator<WriteRequest> {
  for (let at = 0; at < patients; at += 1) {
    const id = patientId(at);
    const patient = {
      resourceType: 'Patient',
      id,
      name: [{ family: `Soyad${at}`, given: [`Ad${at % 50}`] }],
      identifier: [{ system: 'urn:fin', value: `F${at}` }],
      birthDate: `19${50 + (at % 50)}-01-01`,
    };
    yield { kind: 'update', type: 'Patient', target: id, resource: patient };
    for (let number = 0; number < observationsEach; number += 1) {
      const code = `c${(at + number) % 40}`;
      const day = `20${10 + (number % 15)}-0${1 + (at % 9)}-1${number % 10}`;
      const resource = {
        resourceType: 'Observation',
        status: 'final',
        code: { coding: [{ system: 'urn:c', code }], text: `Kod ${code}` },
        subject: { reference: `Patient/${id}` },
        effectiveDateTime: day,
        issued: `${day}T10:00:00Z`,
        valueQuantity: { value: (at * 7 + number) % 1000, unit: 'u' },
      };
      yield { kind: 'create', type: 'Observation', resource };
    }
  }
}

beforeAll(async () => {
  database = await createTestDatabase();
  const store: Store = { sql: database.sql, now: () => new Date() };
  let portion: WriteRequest[] = [];
  for (const request of requests()) {
    portion.push(request);
    if (portion.length === 500) {
      await writeResources(store, { name: 'load' }, portion, { validated: true });
      portion = [];
    }
  }
  await writeResources(store, { name: 'load' }, portion, { validated: true });
  await database.ownerSql.unsafe('vacuum analyze record.resource, record.range_entry, record.locator');
  const url = new URL(database.url);
  const host = url.searchParams.get('host');
  url.searchParams.delete('host');
  client = postgres(url.href, {
    max: 1,
    ...(host === null ? {} : { host }),
    debug: (_connection, text, values) => statements.push({ text, values }),
  });
}, 120_000);

afterAll(async () => {
  await client.end();
  await database.drop();
});

type Node = { 'Node Type': string; 'Index Name'?: string; 'Relation Name'?: string; Plans?: Node[] };

const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

/** The plan of the page's statement, for its values. */
async function planOf(search: string): Promise<Node[]> {
  const [type = '', query = ''] = search.split(/\?(.*)/s);
  statements = [];
  // as: the same client but for the types of values that come back, which no plan depends on
  await runSearch(client as unknown as Sql, parseSearch(type, new URLSearchParams(query)));
  const page = statements.find(({ text }) => text.includes('as position'));
  await client.unsafe(`prepare page as ${page?.text}`);
  const values = (page?.values ?? []).map((each) => `'${String(each).replaceAll("'", "''")}'`);
  try {
    const [row] = await client.unsafe(`explain (format json) execute page(${values.join(', ')})`);
    const [plan] = (row?.['QUERY PLAN'] ?? []) as { Plan: Node }[]; // as: EXPLAIN gives this
    return plan ? nodesOf(plan.Plan) : [];
  } finally {
    await client.unsafe('deallocate page');
  }
}

const subject = `subject=Patient/${patientId(7)}`;

describe.skipIf(onSeveralServers)('the page of a search', () => {
  it.each<[string, readonly string[]]>([
    [`Observation?${subject}`, ['resource_patient', 'resource_keys']],
    [`Observation?${subject}&code=urn:c|c7`, ['resource_patient', 'resource_keys']],
    [`Observation?${subject}&_sort=-date`, ['resource_patient', 'resource_keys']],
    [`Observation?${subject}&date=ge2015&date=lt2016`, ['resource_patient', 'resource_keys']],
    [`Observation?patient=${patientId(7)}&code=c7&_sort=-date&_count=1`, ['resource_patient', 'resource_keys']],
    ['Patient?identifier=urn:fin|F7', ['identifier_entry_key']],
    ['Patient?name=soyad7', ['resource_strings']],
    ['Patient?phonetic=soyad7', ['resource_strings']],
    ['Patient?name=soyad7&birthdate=1957-01-01', ['resource_strings', 'resource_date']],
    ['Patient?birthdate=1957-01-01', ['resource_date']],
    [`Patient?_id=${patientId(7)}`, ['resource_pkey']],
    ['Observation?code=urn:c|c7', ['resource_lead', 'resource_rid']],
    ['Observation?code=urn:c|c7&date=2015-03-15', ['resource_lead', 'resource_date']],
    ['Observation?code=c7&date=2015-03-15', ['resource_keys', 'resource_date']],
    ['Observation?date=2015-03-15', ['resource_date']],
    ['Observation?_lastUpdated=gt2020-01-01&_sort=-_lastUpdated', ['resource_updated']],
    ['Observation?_sort=_lastUpdated', ['resource_updated']],
    ['Observation?value-quantity=500', ['range_entry_value']],
    ['Observation?code-value-quantity=c7$gt500', ['range_entry_value', 'resource_rid']],
    [`Observation?patient.identifier=urn:fin|F7`, ['identifier_entry_key']],
    ['Patient?_has:Observation:patient:value-quantity=500', ['range_entry_value']],
    ['Observation', ['resource_rid']],
  ])('%s is found through an index', async (search, expected) => {
    const nodes = await planOf(search);
    const used = nodes.flatMap((node) => node['Index Name'] ?? []);
    expect(
      used.some((index) => expected.includes(index)),
      `${search}: ${used.join(', ')}`,
    ).toBe(true);
    const read = nodes.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => node['Relation Name']);
    expect(read.filter((table) => table !== 'locator')).toEqual([]); // which is empty here
  });
});

it.skipIf(onSeveralServers)(
  'a search stays prepared where one patient or identifier finds its rows, and no other',
  async () => {
    const search = (...query: [string, string][]) =>
      runSearch(client as unknown as Sql, parseSearch('Observation', query)); // as: see above
    const count = async () => {
      const [row] = await client<{ count: number }[]>`select count(*)::int as count from pg_prepared_statements`;
      return row?.count ?? 0;
    };
    await count();
    const before = await count();
    await search(['date', 'ge2000']);
    await search(['subject:Patient.name', 'x']);
    await search(['_sort', '-date'], ['code:text', 'x']);
    expect(await count()).toBe(before);
    await search(['subject', 'Patient/a'], ['code', 'x'], ['status', 'final']);
    await search(['subject', 'Patient/b'], ['code', 'y'], ['status', 'amended']);
    await search(['identifier', 'x|1'], ['status', 'final']);
    expect(await count()).toBe(before + 2);
  },
);
