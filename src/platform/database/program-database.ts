import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { applicationRole, ensureApplicationRole } from './application-role.ts';
import { type Database, openDatabase, type Sql } from './connect.ts';
import { isDistributed } from './distribute.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { databaseFailure, explainFileError } from './errors.ts';
import { findFolderHolder } from './folder-lock.ts';
import { migrate } from './migrate.ts';
import type { MigrationPart } from './migration-files.ts';
import { makeFolder } from './prepare-cluster.ts';
import { readOrCreateSecret, writePrivateFile } from './secret-file.ts';
import {
  checkConnection,
  checkServerVersion,
  explainConnectionError,
  isAccepted,
  shownAddress,
} from './server-checks.ts';

export type ProgramDatabaseOptions = {
  readonly dataDir: string;
  /** The owner's address on a server of somebody else's; without it the embedded server is used. */
  readonly databaseUrl?: string | undefined;
  readonly databasePort?: number | undefined;
  /** Where the embedded server keeps its log of changes for restores to a moment. */
  readonly archiveDir?: string | undefined;
  readonly migrationParts: readonly MigrationPart[];
  /** What others are told who find the data folder taken, e.g. `vsis import`. */
  readonly program: string;
  /** Most connections of the application at a time. */
  readonly max?: number;
  /** Statements of the application that take longer are broken off; 0 or none: never. */
  readonly statementTimeoutMs?: number;
  /** Work beside a program that already runs on this data folder instead of refusing. */
  readonly joinRunning?: boolean;
  readonly onProgress?: (text: string) => void;
  readonly onRestart?: (text: string) => void;
  readonly onGiveUp?: (error: Error) => void;
};

/** The migrated database, opened as the application. `close` stops the embedded server too, if this program runs it. */
export type ProgramDatabase = DatabaseAddresses & {
  readonly sql: Sql;
  readonly close: () => Promise<void>;
};

type Server = {
  readonly ownerUrl: string;
  readonly description: string;
  readonly explain: (error: unknown) => unknown;
  readonly stop: () => Promise<void>;
};
/** Where an open database is found, for other processes of the same program. Holds passwords. */
export type DatabaseAddresses = {
  readonly ownerUrl: string;
  readonly applicationUrl: string;
  /** For people: which server, and where the data lie. */
  readonly description: string;
  /** The tables are spread over several servers (Citus). */
  readonly distributed: boolean;
};
type RunningAddresses = DatabaseAddresses & { readonly pid: number };
type PoolOptions = Pick<ProgramDatabaseOptions, 'max' | 'statementTimeoutMs'>;

const databaseName = 'vsis';
/** Addresses with passwords of the program that runs on this data folder, for commands that join it. */
const addressesFile = (dataDir: string): string => join(dataDir, 'secrets', 'running-database.json');

async function withDatabase<T>(url: string, use: (sql: Sql) => Promise<T>): Promise<T> {
  const database = openDatabase(url, { max: 1 });
  try {
    return await use(database.sql);
  } finally {
    await database.close();
  }
}

async function createDatabase(serverUrl: string): Promise<void> {
  await withDatabase(serverUrl, async (sql) => {
    const [found] = await sql`select from pg_database where datname = ${databaseName}`;
    if (!found) await sql`create database ${sql(databaseName)}`;
  });
}

async function startOwnServer(options: ProgramDatabaseOptions): Promise<Server> {
  const { dataDir, program, databasePort, archiveDir, onProgress, onRestart, onGiveUp } = options;
  const server = await startEmbeddedPostgres({
    dataDir,
    program,
    port: databasePort,
    archiveDir,
    ...(onProgress ? { onProgress } : {}),
    ...(onRestart ? { onRestart } : {}),
    ...(onGiveUp ? { onGiveUp } : {}),
  });
  try {
    await createDatabase(server.ownerUrl('postgres'));
  } catch (error) {
    const reason = server.explain(error);
    await server.stop();
    throw reason;
  }
  const description = `${server.dataDir} (embedded PostgreSQL ${server.version})`;
  return { ownerUrl: server.ownerUrl(databaseName), description, explain: server.explain, stop: server.stop };
}

async function useOutsideServer(url: string, dataDir: string): Promise<Server> {
  const where = shownAddress(url);
  await checkConnection(url);
  const major = await withDatabase(url, (sql) => checkServerVersion(sql, where));
  await makeFolder(dataDir);
  return {
    ownerUrl: url,
    description: `${where} (PostgreSQL ${major})`,
    explain: (error) => explainConnectionError(error, url),
    stop: async () => undefined,
  };
}

/** The application role's address; its password is kept in the data folder and set in the server where it does not fit. */
async function prepareApplicationRole(ownerUrl: string, dataDir: string): Promise<string> {
  const password = await readOrCreateSecret(join(dataDir, 'secrets', 'database-application-password'));
  const url = new URL(ownerUrl);
  url.username = applicationRole;
  url.password = password;
  if (!(await isAccepted(url.href))) await withDatabase(ownerUrl, (sql) => ensureApplicationRole(sql, password));
  return url.href;
}

/** The database that another program has open on this data folder; waits for one that is being opened. */
export async function findRunning(dataDir: string): Promise<RunningAddresses | undefined> {
  const patienceMs = 60_000;
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const holder = await findFolderHolder(dataDir);
    if (!holder) return undefined;
    const text = await readFile(addressesFile(dataDir), 'utf8').catch(() => undefined);
    const running = text === undefined ? undefined : (JSON.parse(text) as RunningAddresses); // written below alone
    if (running?.pid === holder.pid) return running;
    if (Date.now() > deadline) {
      throw databaseFailure(
        'database.folder-in-use',
        `${holder.program} (process ${holder.pid}) has held ${dataDir} for a minute without opening its database. Stop it and try again.`,
      );
    }
    await delay(200);
  }
}

/** A pool of its own on the database that another process of the program has opened and keeps. */
export function joinDatabase(addresses: DatabaseAddresses, options: PoolOptions): ProgramDatabase {
  return open(addresses, options, async () => undefined);
}

function open(
  addresses: DatabaseAddresses,
  { max, statementTimeoutMs }: PoolOptions,
  afterwards: () => Promise<void>,
): ProgramDatabase {
  const database: Database = openDatabase(addresses.applicationUrl, {
    ...(max === undefined ? {} : { max }),
    ...(statementTimeoutMs === undefined ? {} : { statementTimeoutMs }),
    distributed: addresses.distributed,
  });
  return {
    sql: database.sql,
    applicationUrl: addresses.applicationUrl,
    ownerUrl: addresses.ownerUrl,
    description: addresses.description,
    distributed: addresses.distributed,
    close: async () => {
      await database.close();
      await afterwards();
    },
  };
}

async function prepareSchema(options: ProgramDatabaseOptions, ownerUrl: string, dataDir: string): Promise<string> {
  options.onProgress?.('Bringing the schema up to date …');
  const applicationUrl = await prepareApplicationRole(ownerUrl, dataDir);
  const { onProgress } = options;
  await withDatabase(ownerUrl, (sql) => migrate(sql, options.migrationParts, onProgress ? { onProgress } : {}));
  return applicationUrl;
}

/**
 * Opens the database the program works on: the server of DATABASE_URL, else the embedded one, which is started.
 * Creates database and application role where they are missing and applies migrations. Throws start errors.
 */
export async function openProgramDatabase(options: ProgramDatabaseOptions): Promise<ProgramDatabase> {
  const dataDir = resolve(options.dataDir);
  if (options.joinRunning && options.databaseUrl === undefined) {
    const running = await findRunning(dataDir);
    if (running) return open(running, options, async () => undefined);
  }
  const isEmbedded = options.databaseUrl === undefined;
  const server =
    options.databaseUrl === undefined
      ? await startOwnServer({ ...options, dataDir })
      : await useOutsideServer(options.databaseUrl, dataDir);
  try {
    const applicationUrl = await prepareSchema(options, server.ownerUrl, dataDir);
    const { ownerUrl, description } = server;
    const distributed = await withDatabase(ownerUrl, isDistributed);
    const addresses = { pid: process.pid, ownerUrl, applicationUrl, description, distributed };
    if (isEmbedded) await writePrivateFile(addressesFile(dataDir), JSON.stringify(addresses));
    return open(addresses, options, async () => {
      if (isEmbedded) await rm(addressesFile(dataDir), { force: true });
      await server.stop();
    });
  } catch (error) {
    const reason = explainFileError(server.explain(error), dataDir);
    await server.stop();
    throw reason;
  }
}
