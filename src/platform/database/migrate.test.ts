import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import { openDatabase } from './connect.ts';
import { migrate } from './migrate.ts';
import type { MigrationPart } from './migration-files.ts';

let database: TestDatabase;
let folder: { path: string; remove: () => Promise<void> };

beforeEach(async () => {
  database = await createTestDatabase();
  await database.ownerSql`drop schema if exists vsis cascade`;
  folder = await makeTempFolder();
});
afterEach(async () => {
  await database.drop();
  await folder.remove();
});

async function part(name: string, files: Record<string, string>): Promise<MigrationPart> {
  const path = join(folder.path, name);
  await rm(path, { recursive: true, force: true });
  await mkdir(path);
  for (const [file, text] of Object.entries(files)) await writeFile(join(path, file), text);
  return { name, folder: pathToFileURL(`${path}/`) };
}

const createCard =
  'create schema card; create table card.card (id integer primary key); grant usage on schema card to vsis_app;';
const grantSelect = 'grant select on card.card to vsis_app;';

describe('migrations', () => {
  it('are applied once, in order, part after part, and recorded', async () => {
    const parts = [
      await part('card', { '0001-create-card.sql': createCard, '0002-grant-select.sql': grantSelect }),
      await part('visit', { '0001-create-visit.sql': 'create table card.visit (card integer references card.card)' }),
    ];
    const told: string[] = [];
    const applied = await migrate(database.ownerSql, parts, { onProgress: (text) => told.push(text) });
    expect(applied).toEqual(['card/0001-create-card.sql', 'card/0002-grant-select.sql', 'visit/0001-create-visit.sql']);
    expect(told).toHaveLength(3);
    expect(await migrate(database.ownerSql, parts)).toEqual([]);
    const rows =
      await database.ownerSql`select part, number, length(sha256) as length from vsis.migration order by 1, 2`;
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { part: 'card', number: 1, length: 64 },
      { part: 'card', number: 2, length: 64 },
      { part: 'visit', number: 1, length: 64 },
    ]);
  });

  it('give the application what they grant, and no more', async () => {
    await migrate(database.ownerSql, [
      await part('card', { '0001-create.sql': createCard, '0002-grant.sql': grantSelect }),
    ]);
    await expect(database.sql`select id from card.card`).resolves.toHaveLength(0);
    await expect(database.sql`insert into card.card values (1)`).rejects.toMatchObject({ code: '42501' });
    await expect(database.sql`delete from vsis.migration`).rejects.toMatchObject({ code: '42501' });
  });

  it('leave nothing of a file that fails, and name its line', async () => {
    const broken = await part('card', {
      '0001-create-card.sql': createCard,
      '0002-break.sql': 'create table card.half (id integer);\n\nselect * from nowhere;\n',
    });
    const attempt = migrate(database.ownerSql, [broken]);
    await expect(attempt).rejects.toMatchObject({ code: 'database.migration-failed', exitCode: 24 });
    await expect(attempt).rejects.toThrow(/^card\/0002-break\.sql line 3: relation "nowhere" does not exist/);
    const [row] = await database.ownerSql<{ half: string | null; applied: number }[]>`
      select to_regclass('card.half')::text as half, (select count(*) from vsis.migration) as applied`;
    expect(row).toEqual({ half: null, applied: 1 });
  });

  it('may run outside a transaction when the file says so', async () => {
    const parts = [
      await part('card', {
        '0001-create-card.sql': createCard,
        '0002-index-card.sql': '-- vsis: no-transaction\ncreate index concurrently card_id on card.card (id)',
      }),
    ];
    expect(await migrate(database.ownerSql, parts)).toHaveLength(2);
  });

  it('are applied by one of several programs that start at once', async () => {
    const parts = [await part('card', { '0001-create.sql': createCard, '0002-wait.sql': 'select pg_sleep(0.2)' })];
    const others = [1, 2, 3].map(() => openDatabase(database.ownerUrl, { max: 1 }));
    const applied = await Promise.all(others.map(({ sql }) => migrate(sql, parts)));
    await Promise.all(others.map(({ close }) => close()));
    expect(applied.map((files) => files.length).sort((a, b) => a - b)).toEqual([0, 0, 2]);
  });

  it.each([
    ['0001-CreateCard.sql', /not named like/],
    ['0002-create-card.sql', /should be number 1/],
    ['1-create-card.sql', /not named like/],
  ])('refuse the file name %s', async (file, message) => {
    await expect(migrate(database.ownerSql, [await part('card', { [file]: createCard })])).rejects.toThrow(message);
  });
});

describe('a database', () => {
  it('of a newer program is refused', async () => {
    await migrate(database.ownerSql, [
      await part('card', { '0001-create.sql': createCard, '0002-grant.sql': grantSelect }),
    ]);
    const older = migrate(database.ownerSql, [await part('card', { '0001-create.sql': createCard })]);
    await expect(older).rejects.toMatchObject({ code: 'database.schema-newer', exitCode: 17 });
    await expect(older).rejects.toThrow(/^The database has card\/0002-grant\.sql, which this VSİS does not know/);
  });

  it('whose migrations were edited is refused, but line ends may differ', async () => {
    await migrate(database.ownerSql, [await part('card', { '0001-create.sql': `${createCard}\n` })]);
    const otherLineEnds = [await part('card', { '0001-create.sql': `${createCard}\r\n` })];
    await expect(migrate(database.ownerSql, otherLineEnds)).resolves.toEqual([]);
    const edited = migrate(database.ownerSql, [await part('card', { '0001-create.sql': `${createCard} --` })]);
    await expect(edited).rejects.toMatchObject({ code: 'database.migration-changed', exitCode: 18 });
  });
});
