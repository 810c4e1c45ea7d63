import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { type Candidate, candidates } from './candidates.ts';
import { loadRows } from './load-rows.ts';
import { findKnown, searchesOf } from './searches.ts';
import { createMany, createOne, newRows, storedEncounters, update } from './writes.ts';

const rows = 10_000;
const layouts = ['A', 'B', 'C'].map((name) => {
  const found = candidates.find((each) => each.name === name);
  if (!found) throw new RangeError(`There is no candidate ${name}.`);
  return found;
});

const databases = new Map<string, TestDatabase>();

function databaseOf({ name }: Candidate): TestDatabase {
  const database = databases.get(name);
  if (!database) throw new RangeError(`There is no database of ${name}.`);
  return database;
}

beforeAll(async () => {
  for (const layout of layouts) {
    const database = await createTestDatabase();
    databases.set(layout.name, database);
    await database.ownerSql.unsafe('drop schema record, audit cascade');
    await loadRows(database.ownerSql, layout, rows, () => undefined);
  }
}, 180_000);
afterAll(() => Promise.all([...databases.values()].map((each) => each.drop())));

async function answersOf(layout: Candidate): Promise<Record<string, unknown>> {
  const sql = databaseOf(layout).ownerSql;
  const searches = searchesOf(layout, await findKnown(sql, rows));
  const answers: Record<string, unknown> = {};
  for (const [name, { text, values }] of Object.entries(searches)) {
    for (let turn = 0; turn < 5; turn += 1) {
      const found = await sql.unsafe<{ id?: string; count?: number }[]>(text, [...values(turn)]);
      answers[`${name} ${turn}`] = found.map(({ id, count }) => id ?? count);
    }
  }
  return answers;
}

describe('every layout', () => {
  it('gives the same answers to every search', async () => {
    const [keys, ...others] = await Promise.all(layouts.map(answersOf));
    expect(
      Object.values(keys ?? {}).filter((found) => Array.isArray(found) && found.length > 0).length,
    ).toBeGreaterThan(50);
    for (const other of others) expect(other).toEqual(keys);
  }, 60_000);

  it.each(layouts)('stores new resources, and keeps what an update replaces ($name)', async (layout) => {
    const sql = databaseOf(layout).ownerSql;
    const made = await newRows(sql, rows, 100);
    const [observation] = made.filter(({ type }) => type === 'Observation');
    const [encounter] = await storedEncounters(sql, layout, 1);
    if (!observation || !encounter) throw new RangeError('Nothing to write.');
    await createOne(layout, 'Observation')(sql, observation);
    await createMany(layout)(sql, made);
    await update(layout)(sql, encounter, 1, true);
    const [counts] = await sql`
      select (select count(*) from record.resource) as resources, (select count(*) from record.history) as superseded,
        (select count(*) from record.change) as changes, (select count(*) from audit.entry) as audited,
        (select version from record.resource where bucket = ${encounter.bucket} and id = ${encounter.id}) as version`;
    expect(counts).toEqual({ resources: rows + 101, superseded: 1, changes: 102, audited: 102, version: 2 });
  });
});
