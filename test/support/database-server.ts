import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ensureApplicationRole, migrate, openDatabase, startEmbeddedPostgres } from '#platform/database';
import { migrationParts } from '../../src/migration-parts.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Owner's address of the server that all test files share; `DATABASE` stands for the database's name. */
    databaseServerUrl: string;
  }
}

export const databasePlaceholder = 'DATABASE';
export const templateDatabase = 'vsis_template';
export const applicationPassword = 'only-for-tests';

async function prepareTemplate(ownerUrl: (database: string) => string): Promise<void> {
  const server = openDatabase(ownerUrl('postgres'), { max: 1 });
  await server.sql.unsafe(`create database ${templateDatabase}`);
  await server.close();
  const template = openDatabase(ownerUrl(templateDatabase), { max: 1 });
  try {
    await ensureApplicationRole(template.sql, applicationPassword);
    await migrate(template.sql, migrationParts);
  } finally {
    await template.close();
  }
}

/**
 * One PostgreSQL server for a whole test run, in a folder that goes away with it, and in it a migrated database that
 * each test file copies. It gives up durability for speed; tests of durability start servers of their own.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'vsis-test-'));
  await chmod(dataDir, 0o711); // the account PostgreSQL runs as must be able to enter
  const remove = (): Promise<void> => rm(dataDir, { recursive: true, force: true });
  let stop = remove;
  try {
    const server = await startEmbeddedPostgres({ dataDir, program: 'vitest', durable: false, memoryBytes: 1024 ** 3 });
    stop = async () => {
      await server.stop();
      await remove();
    };
    await prepareTemplate(server.ownerUrl);
    project.provide('databaseServerUrl', server.ownerUrl(databasePlaceholder));
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}
