import { rename, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '#platform/errors';
import { findServerAccount } from './account.ts';
import { archiveSettings, prepareArchive } from './backup/archive.ts';
import { findBinaries } from './binaries.ts';
import { type DatabaseFailure, explainFileError, explainServerLog } from './errors.ts';
import { lockFolder } from './folder-lock.ts';
import { chooseAddress, removeOutsideSocketFolder } from './listen-address.ts';
import { type LaunchPlan, launchPostgres, type PostgresProcess } from './postgres-process.ts';
import { ownerRole, prepareCluster, prepareDataFolder } from './prepare-cluster.ts';
import { readOrCreateSecret } from './secret-file.ts';
import { availableMemoryBytes, type ListenAddress, serverSettings } from './server-settings.ts';
import { clearLeftovers, type StopPatience } from './stop-postgres.ts';

/** A PostgreSQL server that this program started and keeps running. */
export type EmbeddedPostgres = {
  readonly dataDir: string;
  readonly version: string;
  /** The process number of the present server; it changes when the server had to be restarted. */
  readonly pid: number;
  /** Address of a database as the owner, with its password. Never to be logged. */
  readonly ownerUrl: (database: string) => string;
  /** What a failed statement means when the server itself is the reason (its disk is full, it broke down). */
  readonly explain: (error: unknown) => unknown;
  /** Stops the server in order (no new connections, running transactions rolled back) and frees the data folder. */
  readonly stop: () => Promise<void>;
};

export type EmbeddedPostgresOptions = {
  readonly dataDir: string;
  /** What the lock tells others about this program, e.g. `vsis start`. */
  readonly program?: string;
  /** A TCP port on 127.0.0.1. Without one the server listens on a Unix socket alone (on Windows: a free port). */
  readonly port?: number | undefined;
  /** False only for throw-away test clusters. */
  readonly durable?: boolean;
  readonly memoryBytes?: number;
  /** How long a server may take to stop in order; only tests are impatient. */
  readonly stopPatience?: StopPatience;
  /** Where the server keeps its write-ahead log for restores to a moment. */
  readonly archiveDir?: string | undefined;
  /** Told about steps that may take long, in a few words. */
  readonly onProgress?: (text: string) => void;
  /** Told when the server ended unasked and is started again. */
  readonly onRestart?: (text: string) => void;
  /** Told when the server cannot be kept running; the program should end with this error. */
  readonly onGiveUp?: (error: Error) => void;
};

const largestLogBytes = 10 * 1024 * 1024;

function addressOf(listen: ListenAddress, role: string, password: string, database: string): string {
  const socket = listen.socketFolder === undefined ? '' : `?host=${encodeURIComponent(listen.socketFolder)}`;
  return `postgres://${role}:${encodeURIComponent(password)}@127.0.0.1:${listen.port}/${database}${socket}`;
}

/** Codes with which a client learns that the server broke down: disk full, connection lost, crash of another session. */
const serverFaultCodes = new Set([
  '53100',
  '57P02',
  '57P03',
  'CONNECTION_CLOSED',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
]);

async function turnLogOver(logFile: string): Promise<void> {
  const size = await stat(logFile).then(
    (file) => file.size,
    () => 0,
  );
  if (size > largestLogBytes) await rename(logFile, `${logFile}.1`);
}

/** Pauses before the 1st, 2nd, … restart in a row. After the last one the server counts as lost. */
const restartPausesMs = [100, 500, 1_000, 2_000, 5_000, 10_000, 10_000, 10_000];
/** A server that ran this long was well: pauses begin anew. */
const steadyMs = 60_000;

/** Reasons that no waiting cures. A full disk is not among them. */
const permanentFailures: ReadonlySet<string> = new Set<DatabaseFailure>([
  'database.folder-version',
  'database.folder-unreachable',
]);

const isPermanent = (error: unknown): boolean => error instanceof AppError && permanentFailures.has(error.code);

/** Room is made by people; until then the server is tried again and again, and readers of `/health` hear why. */
const fullDiskPauseMs = 2_000;
const isDiskFull = (error: unknown): boolean => error instanceof AppError && error.code === 'database.disk-full';

type Supervision = { readonly pid: number; readonly log: () => string; readonly stop: () => Promise<void> };

function supervise(
  first: PostgresProcess,
  launch: () => Promise<PostgresProcess>,
  options: EmbeddedPostgresOptions,
): Supervision {
  let current = first;
  const stopping = new AbortController();
  async function restart(): Promise<PostgresProcess> {
    for (let attempt = 0; ; attempt += 1) {
      const pauseMs = restartPausesMs[attempt] ?? fullDiskPauseMs;
      await delay(pauseMs, undefined, { signal: stopping.signal });
      try {
        return await launch();
      } catch (error) {
        const isLast = attempt >= restartPausesMs.length - 1;
        if (isPermanent(error) || (isLast && !isDiskFull(error))) throw error;
      }
    }
  }
  async function watch(): Promise<void> {
    let quickEnds = 0;
    while (!stopping.signal.aborted) {
      const startedAt = Date.now();
      await current.ended;
      if (stopping.signal.aborted) return;
      quickEnds = Date.now() - startedAt > steadyMs ? 0 : quickEnds + 1;
      options.onRestart?.('PostgreSQL ended unasked and is started again.');
      await delay(restartPausesMs[Math.min(quickEnds, restartPausesMs.length - 1)], undefined, {
        signal: stopping.signal,
      });
      current = await restart();
    }
  }
  const watching = watch().catch((error: unknown) => {
    if (!stopping.signal.aborted) options.onGiveUp?.(error instanceof Error ? error : new Error(String(error)));
  });
  return {
    get pid() {
      return current.pid;
    },
    log: () => current.log(),
    stop: async () => {
      stopping.abort();
      await current.stop();
      await watching;
      await current.stop(); // a restart may have been under way
    },
  };
}

/**
 * Starts PostgreSQL on the data folder, creating the cluster at the first start, and keeps it running: a server that
 * ends unasked is started again with growing pauses. A server left behind by a killed program is stopped first.
 * Every failure is a start error with its remedy.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  const clusterFolder = join(dataDir, 'postgres');
  const account = await findServerAccount(clusterFolder).catch((error: unknown) => {
    throw explainFileError(error, dataDir);
  });
  await prepareDataFolder(dataDir, account);
  let lock: { release: () => Promise<void> } | undefined;
  let socketFolder: string | undefined;
  try {
    lock = await lockFolder(dataDir, options.program ?? 'vsis');
    const { release } = lock;
    const binaries = await findBinaries(account, dataDir);
    const password = await readOrCreateSecret(join(dataDir, 'secrets', 'database-owner-password'));
    const durable = options.durable ?? true;
    options.onProgress?.('Preparing the database …');
    await prepareCluster({ dataDir, clusterFolder, binaries, account, password, durable });
    if (await clearLeftovers({ binaries, clusterFolder })) options.onProgress?.('Stopped a server left behind.');
    const listen = await chooseAddress(dataDir, account, options.port);
    socketFolder = listen.socketFolder;
    const logFile = join(dataDir, 'postgres.log');
    await turnLogOver(logFile);
    const archiveDir = options.archiveDir === undefined ? undefined : resolve(options.archiveDir);
    if (archiveDir !== undefined) await prepareArchive(archiveDir, account);
    const settings = {
      ...serverSettings(listen, { memoryBytes: options.memoryBytes ?? availableMemoryBytes(), durable }),
      ...(archiveDir === undefined ? {} : archiveSettings(archiveDir)),
    };
    const plan: LaunchPlan = {
      binaries,
      account,
      clusterFolder,
      logFile,
      settings,
      stopPatience: options.stopPatience,
    };
    const launch = (): Promise<PostgresProcess> =>
      launchPostgres(plan, (log) => explainServerLog(log, { folder: dataDir, port: listen.port }));
    const server = supervise(await launch(), launch, options);
    return {
      dataDir,
      version: binaries.version.replace(/^(\d+\.\d+).*/, '$1'),
      get pid() {
        return server.pid;
      },
      ownerUrl: (database) => addressOf(listen, ownerRole, password, database),
      explain: (error) => {
        if (!(error instanceof Error && 'code' in error && serverFaultCodes.has(String(error.code)))) return error;
        return explainServerLog(`${server.log()}\n${error.message}`, { folder: dataDir, port: listen.port });
      },
      stop: async () => {
        try {
          await server.stop();
          await removeOutsideSocketFolder(dataDir, socketFolder);
        } finally {
          await release();
        }
      },
    };
  } catch (error) {
    await removeOutsideSocketFolder(dataDir, socketFolder);
    await lock?.release();
    throw explainFileError(error, dataDir);
  }
}
