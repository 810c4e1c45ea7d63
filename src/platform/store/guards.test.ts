import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppError } from '#platform/errors';
import { bucketOfId, findVersions, type Guard, type Store, writeResources } from '#platform/store';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';

let database: TestDatabase;
let store: Store;
let wakes = 0;

const guard: Guard = async (sql, resource) => {
  if (resource['description'] === 'refuse') {
    throw new AppError('ruleBroken', 'test.refused', 'No.', {
      issues: [{ severity: 'error', code: 'invariant', text: 'No.', expression: 'Basic.description' }],
    });
  }
  const [row] = await sql<{ word: string }[]>`select 'guarded' as word`;
  return { ...resource, implicitRules: `urn:${row?.word}` };
};

beforeAll(async () => {
  database = await createTestDatabase();
  store = { sql: database.sql, now: () => new Date(), guards: { Basic: guard }, afterWrite: () => void (wakes += 1) };
});
afterAll(() => database.drop());

const actor = { name: 'tester' };
const basic = { resourceType: 'Basic', code: { text: 'x' } };

it('stores what the guard of the type gives, in single writes and transactions, and tells of each commit', async () => {
  const [single] = await writeResources(store, actor, [{ kind: 'create', type: 'Basic', resource: basic }]);
  expect(single?.content).toContain('urn:guarded');
  const [patient, other] = await writeResources(store, actor, [
    { kind: 'create', type: 'Patient', resource: { resourceType: 'Patient' } },
    { kind: 'update', type: 'Basic', target: 'b1', resource: { ...basic, id: 'b1' } },
  ]);
  expect(patient?.content).not.toContain('urn:guarded');
  expect(other?.content).toContain('urn:guarded');
  expect(wakes).toBe(2);
  await writeResources(store, actor, [{ kind: 'delete', type: 'Basic', target: 'b1' }]);
  expect(wakes).toBe(3);
});

it('names the place of a refusal in the entry, stores nothing and wakes nobody', async () => {
  const before = wakes;
  const resource = { ...basic, description: 'refuse' };
  // the guard sees valid resources only
  const invalid = writeResources(store, actor, [{ kind: 'create', type: 'Basic', resource }]);
  await expect(invalid).rejects.toMatchObject({ code: 'store.invalid-resource' });
  const refusing: Store = {
    ...store,
    guards: { Basic: (sql, each) => guard(sql, { ...each, description: 'refuse' }) },
  };
  const refused = writeResources(refusing, actor, [{ kind: 'create', type: 'Basic', resource: basic }], {
    paths: ['Bundle.entry[3]'],
  });
  await expect(refused).rejects.toMatchObject({
    code: 'test.refused',
    issues: [{ expression: 'Bundle.entry[3].resource.description' }],
  });
  expect(wakes).toBe(before);
});

it('finds given versions, the newest, superseded ones and deletions', async () => {
  const write = (note: string) => ({
    kind: 'update' as const,
    type: 'Patient',
    target: 'many',
    resource: { resourceType: 'Patient', id: 'many', language: note },
  });
  await writeResources(store, actor, [write('az')]);
  await writeResources(store, actor, [write('ru')]);
  await writeResources(store, actor, [{ kind: 'delete', type: 'Patient', target: 'many' }]);
  await writeResources(store, actor, [write('en')]);
  const address = { type: 'Patient', id: 'many', bucket: bucketOfId('many') };
  const found = await findVersions(
    database.sql,
    [1, 2, 3, 4, 5].map((version) => ({ ...address, version })),
  );
  const languages = found
    .toSorted((a, b) => a.version - b.version)
    .map(({ version, content }) => [version, content === null ? null : /"language":"(\w+)"/.exec(content)?.[1]]);
  expect(languages).toEqual([
    [1, 'az'],
    [2, 'ru'],
    [3, null],
    [4, 'en'],
  ]);
  expect(await findVersions(database.sql, [])).toEqual([]);
});
