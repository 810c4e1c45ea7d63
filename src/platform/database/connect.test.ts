import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('what comes out of the database', () => {
  it.each([
    ['select 9007199254740991::bigint as value', 9007199254740991],
    ["select timestamptz '2026-11-23 10:00:00.123456+04' as value", '2026-11-23T06:00:00.123456Z'],
    ["select timestamptz '2026-11-23 10:00:00+00' as value", '2026-11-23T10:00:00Z'],
    ["select timestamptz 'infinity' as value", 'infinity'],
    ["select date '1900-02-28' as value", '1900-02-28'],
    ["select timestamp '2026-01-02 03:04:05' as value", '2026-01-02 03:04:05'],
    ['select 1.10::numeric as value', '1.10'],
    ['select array[1, 2]::bigint[] as value', [1, 2]],
    ['select null::bigint as value', null],
  ])('%s', async (statement, value) => {
    const [row] = await database.sql.unsafe(statement);
    expect(row?.['value']).toEqual(value);
  });

  it('refuses a bigint that a number cannot hold', async () => {
    await expect(database.sql`select 9007199254740993::bigint`).rejects.toThrow(RangeError);
  });

  it('takes instants as text without losing microseconds', async () => {
    const [row] = await database.sql<{ value: string }[]>`
      select ${'2026-11-23T06:00:00.123456Z'}::timestamptz as value`;
    expect(row?.value).toBe('2026-11-23T06:00:00.123456Z');
  });

  it('sorts by Azerbaijani rules where they are named', async () => {
    const rows = await database.sql<{ word: string }[]>`
      select word
      from unnest(array['ə', 'f', 'e', 'ı', 'i', 'h', 'x', 'q', 'k']) as word
      order by word collate "az-x-icu"`;
    expect(rows.map((row) => row.word).join('')).toBe('eəfhxıikq');
  });
});

describe('the application role', () => {
  it('may not create tables', async () => {
    await expect(database.sql`create table public.mine (id integer)`).rejects.toMatchObject({ code: '42501' });
  });

  it('is not the owner', async () => {
    const [row] = await database.sql<{ name: string; superuser: boolean }[]>`
      select current_user as name, rolsuper as superuser
      from pg_roles
      where rolname = current_user`;
    expect(row).toEqual({ name: 'vsis_app', superuser: false });
  });
});
