import { readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import { openDatabase } from './connect.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { openProgramDatabase, type ProgramDatabase, type ProgramDatabaseOptions } from './program-database.ts';
import { checkServerVersion } from './server-checks.ts';

const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function tempFolder(): Promise<string> {
  const folder = await makeTempFolder();
  cleanUps.push(folder.remove);
  return folder.path;
}

async function open(options: Partial<ProgramDatabaseOptions> & { dataDir: string }): Promise<ProgramDatabase> {
  const database = await openProgramDatabase({ migrationParts: [], program: 'vsis start', ...options });
  let closed = false;
  const close = async (): Promise<void> => {
    if (!closed) await database.close();
    closed = true;
  };
  cleanUps.push(close);
  return { ...database, close };
}

describe('the embedded database of the program', () => {
  it('is opened as the application, with passwords in private files, and joined by a second program', async () => {
    const dataDir = await tempFolder();
    const first = await open({ dataDir });
    const [row] = await first.sql<{ role: string; database: string }[]>`
      select current_user as role, current_database() as database`;
    expect(row).toEqual({ role: 'vsis_app', database: 'vsis' });
    expect((await stat(join(dataDir, 'secrets/running-database.json'))).mode & 0o777).toBe(0o600);

    const second = await open({ dataDir, joinRunning: true, program: 'vsis import' });
    expect(second.applicationUrl).toBe(first.applicationUrl);
    await second.close();
    expect(await first.sql`select 1`).toHaveLength(1);

    await expect(open({ dataDir })).rejects.toMatchObject({ code: 'database.folder-in-use' });
    await first.close();
    await expect(readFile(join(dataDir, 'secrets/running-database.json'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is started by a command that finds no program to join', async () => {
    const dataDir = await tempFolder();
    const database = await open({ dataDir, joinRunning: true, program: 'vsis import' });
    expect(await database.sql`select 1`).toHaveLength(1);
    expect(database.description).toMatch(/^\/.* \(embedded PostgreSQL 18\.\d+\)$/);
  });

  it('gives the application role its password again when the kept one was lost', async () => {
    const dataDir = await tempFolder();
    const first = await open({ dataDir });
    await first.close();
    await rm(join(dataDir, 'secrets/database-application-password'));
    const second = await open({ dataDir });
    expect(second.applicationUrl).not.toBe(first.applicationUrl);
    expect(await second.sql`select 1`).toHaveLength(1);
  });
});

describe('a server given by DATABASE_URL', () => {
  let server: TestDatabase;
  beforeAll(async () => {
    server = await createTestDatabase();
  });
  afterAll(() => server.drop());

  async function outside(change: (url: URL) => void): Promise<unknown> {
    const url = new URL(server.ownerUrl);
    change(url);
    return open({ dataDir: await tempFolder(), databaseUrl: url.href }).catch((error: unknown) => error);
  }

  it('is used as it is, and lives on', async () => {
    const embedded = await startEmbeddedPostgres({ dataDir: await tempFolder(), memoryBytes: 512 * 1024 ** 2 });
    cleanUps.push(embedded.stop);
    const databaseUrl = embedded.ownerUrl('postgres');
    const database = await open({ dataDir: await tempFolder(), databaseUrl });
    const [row] = await database.sql<{ role: string }[]>`select current_user as role`;
    expect(row?.role).toBe('vsis_app');
    await database.close();
    const still = openDatabase(databaseUrl, { max: 1 });
    expect(await still.sql`select 1`).toHaveLength(1);
    await still.close();
  });

  it('that refuses the password is named', async () => {
    const refusal = await outside((url) => {
      url.password = 'guessed';
    });
    expect(refusal).toMatchObject({ code: 'database.wrong-password', exitCode: 19 });
    expect(String(refusal)).toMatch(/refuses the account vsis_owner or its password\. Correct DATABASE_URL\.$/);
    expect(String(refusal)).not.toContain('guessed');
  });

  it('without that database is named', async () => {
    const refusal = await outside((url) => {
      url.pathname = '/nowhere';
    });
    expect(refusal).toMatchObject({ code: 'database.missing', exitCode: 26 });
  });

  it('that does not answer is named', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await expect.poll(() => free.listening).toBe(true);
    const address = free.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await new Promise((resolve) => free.close(resolve));
    const refusal = await outside((url) => {
      url.searchParams.delete('host');
      url.port = String(port);
    });
    expect(refusal).toMatchObject({ code: 'database.unreachable', exitCode: 20 });
    expect(String(refusal)).toContain(`127.0.0.1:${port}`);
  });

  it('whose account may not create roles is named with the remedy', async () => {
    await server.ownerSql`drop role if exists weak_owner`;
    await server.ownerSql`create role weak_owner login password 'weak'`;
    const refusal = await outside((url) => {
      url.username = 'weak_owner';
      url.password = 'weak';
    });
    await server.ownerSql`drop role weak_owner`;
    expect(refusal).toMatchObject({ code: 'database.not-allowed', exitCode: 25 });
  });

  it('that is too old is named', async () => {
    const attempt = checkServerVersion(server.ownerSql, 'db:5432/vsis', 99);
    await expect(attempt).rejects.toMatchObject({ code: 'database.server-too-old', exitCode: 21 });
    await expect(attempt).rejects.toThrow('PostgreSQL at db:5432/vsis is version 18; VSİS needs 99 or newer.');
    await expect(checkServerVersion(server.ownerSql, 'db:5432/vsis')).resolves.toBe(18);
  });
});
