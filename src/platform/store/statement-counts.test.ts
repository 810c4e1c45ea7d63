import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createReadAudit, type Store, type WriteRequest, writeResources } from '#platform/store';
import { createTestDatabase, onSeveralServers, type TestDatabase } from '../../../test/support/database.ts';
import type { SqlPool } from './sql.ts';

let database: TestDatabase;
let client: postgres.Sql;
let store: Store;
const sent: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  const url = new URL(database.url);
  const host = url.searchParams.get('host');
  url.searchParams.delete('host');
  client = postgres(url.href, {
    max: 1,
    fetch_types: false,
    ...(host === null ? {} : { host }),
    debug: (_connection, text) => sent.push(text.trim().split(/\s+/).slice(0, 2).join(' ')),
  });
  // as: the same client but for the types of values that come back
  store = { sql: client as unknown as SqlPool, now: () => new Date() };
});
afterAll(async () => {
  await client.end();
  await database.drop();
});
beforeEach(() => {
  sent.length = 0;
});

const actor = { name: 'counter' };
const patient = (id?: string) => ({ resourceType: 'Patient', ...(id === undefined ? {} : { id }) });
const write = (...requests: WriteRequest[]) => writeResources(store, actor, requests, { closed: requests.length > 1 });

it.skipIf(onSeveralServers)('a create is one statement, without a transaction around it', async () => {
  await write({ kind: 'create', type: 'Patient', resource: patient() });
  expect(sent).toEqual(['with entry']);
});

it.skipIf(onSeveralServers)('creates of the same moment share a statement', async () => {
  await Promise.all(Array.from({ length: 50 }, () => write({ kind: 'create', type: 'Patient', resource: patient() })));
  expect(sent).toEqual(['with entry']);
});

it.skipIf(onSeveralServers)('an update reads and writes, each shared with those of the same moment', async () => {
  await write({ kind: 'update', type: 'Patient', target: 'a', resource: patient('a') });
  sent.length = 0;
  await write({ kind: 'update', type: 'Patient', target: 'a', resource: patient('a') });
  expect(sent).toEqual(['select r.bucket,', 'with entry']);
  sent.length = 0;
  const ids = Array.from({ length: 50 }, (_, at) => `many-${at}`);
  const updateAll = () =>
    Promise.all(ids.map((id) => write({ kind: 'update', type: 'Patient', target: id, resource: patient(id) })));
  await updateAll();
  sent.length = 0;
  await updateAll();
  expect(sent).toEqual(['select r.bucket,', 'with entry']);
});

it.skipIf(onSeveralServers)('a transaction of a hundred entries takes as many statements as one of two', async () => {
  const create = (at: number): WriteRequest => ({
    kind: 'create',
    type: 'Patient',
    resource: patient(),
    fullUrl: `urn:uuid:${at}`,
  });
  await write(...Array.from({ length: 2 }, (_, at) => create(at)));
  const few = [...sent];
  sent.length = 0;
  await write(...Array.from({ length: 100 }, (_, at) => create(at)));
  expect(sent).toEqual(few);
  expect(sent).toEqual(['begin', 'with entry', 'commit']);
});

it.skipIf(onSeveralServers)(
  'reads of the same moment are one statement with their audit records, which those of other reads share too',
  async () => {
    await write({ kind: 'update', type: 'Patient', target: 'a', resource: patient('a') });
    sent.length = 0;
    const audit = createReadAudit(store.sql);
    await Promise.all(Array.from({ length: 50 }, () => audit.read({ type: 'Patient', id: 'a' }, actor)));
    expect(sent).toEqual(['with found']);
    sent.length = 0;
    await Promise.all(Array.from({ length: 50 }, () => audit.record({ actor, action: 'R', type: 'Patient', id: 'a' })));
    expect(sent).toEqual(['insert into']);
  },
);

it.skipIf(onSeveralServers)(
  'reads of what lies in the bucket of its patient, under an id of another record, are two statements',
  async () => {
    const ids = Array.from({ length: 30 }, (_, at) => `imported-${at}`);
    await write(
      { kind: 'update', type: 'Patient', target: 'a', resource: patient('a') },
      ...ids.map(
        (id): WriteRequest => ({
          kind: 'update',
          type: 'Condition',
          target: id,
          resource: { resourceType: 'Condition', id, subject: { reference: 'Patient/a' } },
        }),
      ),
    );
    sent.length = 0;
    const audit = createReadAudit(store.sql);
    const found = await Promise.all(ids.map((id) => audit.read({ type: 'Condition', id }, actor)));
    expect(found.map((each) => each?.id)).toEqual(ids);
    expect(sent).toEqual(['with found', 'with found']);
  },
);
