import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../test/support/database.ts';
import { migrationParts } from './migration-parts.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const placements = new Map(migrationParts.flatMap(({ tables }) => Object.entries(tables ?? {})));

it('every table says where it lies when the database is spread over several servers', async () => {
  const rows = await database.ownerSql<{ name: string }[]>`
    select schemaname || '.' || tablename as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')`;
  const tables = rows.map(({ name }) => name).filter((name) => name !== 'vsis.migration');
  expect(tables.sort()).toEqual([...placements.keys()].sort());
});

it('tables are spread by a column that is part of each of their unique keys', async () => {
  const spread = [...placements].flatMap(([name, placement]) =>
    typeof placement === 'object' ? [{ name, by: placement.by }] : [],
  );
  const keys = await database.ownerSql<{ name: string; columns: string[] }[]>`
    select indrelid::regclass::text as name,
      array(select attname::text from pg_attribute where attrelid = indrelid and attnum = any(indkey)) as columns
    from pg_index where indisunique and indrelid::regclass::text = any(${spread.map(({ name }) => name)})`;
  expect(keys.length).toBeGreaterThan(2);
  const missing = keys.filter(
    ({ name, columns }) => !columns.includes(spread.find((each) => each.name === name)?.by ?? ''),
  );
  expect(missing).toEqual([]);
});
