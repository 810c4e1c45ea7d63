import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ensureApplicationRole, migrate, openDatabase, startEmbeddedPostgres } from '#platform/database';
import { migrationParts } from '../../src/migration-parts.ts';
import { dropOnEach, findCitusServers, prepareSpreadTemplate } from './citus-servers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /**
     * Owner's addresses of the servers that all test files share, the one that is connected to first; `DATABASE` stands
     * for the database's name. More than one where the record is tried on several servers.
     */
    databaseServerUrls: readonly string[];
    /** The database in which others are made. */
    maintenanceDatabase: string;
    /** What they are copies of. */
    templateDatabase: string;
  }
}

export const databasePlaceholder = 'DATABASE';
const templateDatabase = 'vsis_template';
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

/** The servers of a Citus with a template on each; they are somebody else's and stay. */
async function useCitus(project: TestProject, url: string): Promise<() => Promise<void>> {
  const servers = await findCitusServers(url);
  const maintenance = new URL(url).pathname.slice(1);
  const template = `${templateDatabase}_${randomBytes(4).toString('hex')}`; // runs beside each other have one each
  await prepareSpreadTemplate(servers, { maintenance, template, password: applicationPassword });
  project.provide('templateDatabase', template);
  project.provide('maintenanceDatabase', maintenance);
  project.provide(
    'databaseServerUrls',
    servers.map((server) => server(databasePlaceholder)),
  );
  return () => dropOnEach(servers, maintenance, template);
}

/**
 * One PostgreSQL server for a whole test run, in a folder that goes away with it, and in it a migrated database that
 * each test file copies. It gives up durability for speed; tests of durability start servers of their own.
 * With `VSIS_TEST_CITUS_URL` the databases are made on that Citus instead.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const citusUrl = process.env['VSIS_TEST_CITUS_URL'];
  if (citusUrl !== undefined) {
    return useCitus(project, citusUrl);
  }
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
    project.provide('maintenanceDatabase', 'postgres');
    project.provide('templateDatabase', templateDatabase);
    project.provide('databaseServerUrls', [server.ownerUrl(databasePlaceholder)]);
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}
