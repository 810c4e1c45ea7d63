import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importFiles, type Refusal } from '#platform/exchange';
import type { Store } from '#platform/store';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { findDataFolder } from './data-folder.ts';

const synthea = findDataFolder('synthea');
const examples = findDataFolder('r4-examples');

/** Faults of the published examples themselves: required elements that are missing. */
const refusedExamples = ['r4-examples/ImplementationGuide-fhir.json', 'r4-examples/Questionnaire-qs1.json'];

let database: TestDatabase;
let store: Store;

beforeAll(async () => {
  database = await createTestDatabase();
  store = { sql: database.sql, now: () => new Date() };
});
afterAll(() => database.drop());

async function load(paths: readonly string[]) {
  const refused: Refusal[] = [];
  const onRefused = (refusal: Refusal): void => void refused.push(refusal);
  const first = await importFiles(store, { name: 'test' }, paths, { onRefused });
  const again = await importFiles(store, { name: 'test' }, paths, { onRefused: () => undefined, again: true });
  return { first, again, refused };
}

describe.skipIf(synthea === undefined)('Synthea records (need the data folder synthea)', () => {
  it('go in whole, with every reference resolved, and a second import changes nothing', {
    timeout: 120_000,
  }, async () => {
    const folder = synthea ?? '';
    const names = readdirSync(folder).sort();
    const registries = names.filter((name) => name.includes('Information'));
    const patients = names.filter((name) => !name.includes('Information')).slice(0, 20);
    const { first, again, refused } = await load([...registries, ...patients].map((name) => join(folder, name)));
    expect(refused).toEqual([]);
    expect(first.created).toBeGreaterThan(2000);
    expect(again).toMatchObject({ created: 0, updated: 0, unchanged: first.created + first.unchanged });
    const [row] = await database.sql<{ unresolved: number }[]>`
      select count(*)::int as unresolved from record.resource where content like '%"reference":"urn:uuid:%'`;
    expect(row?.unresolved).toBe(0);
  });
});

describe.skipIf(examples === undefined)('R4 examples (need the data folder r4-examples)', () => {
  it('go in but for the known faults, and a second import changes nothing', { timeout: 120_000 }, async () => {
    const { first, again, refused } = await load([examples ?? '']);
    expect(refused.filter(({ origin }) => !refusedExamples.includes(origin))).toEqual([]);
    expect(first.created).toBeGreaterThan(300);
    expect(again).toMatchObject({ created: 0, updated: 0 });
  });
});
