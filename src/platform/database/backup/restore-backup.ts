import { chown, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { AppError } from '#platform/errors';
import { findServerAccount, type ServerAccount } from '../account.ts';
import { findBinaries } from '../binaries.ts';
import { databaseFailure, explainFileError } from '../errors.ts';
import { lockFolder } from '../folder-lock.ts';
import { chooseAddress, removeOutsideSocketFolder } from '../listen-address.ts';
import { type LaunchPlan, launchPostgres } from '../postgres-process.ts';
import { prepareDataFolder } from '../prepare-cluster.ts';
import { availableMemoryBytes, serverSettings } from '../server-settings.ts';
import { clearLeftovers } from '../stop-postgres.ts';
import { archiveSettings, prepareArchive, restoreCommand } from './archive.ts';
import { copyFile } from './copy-file.ts';
import { eachInParallel } from './each-in-parallel.ts';
import { type BackupFile, type BackupManifest, readManifest } from './manifest.ts';

export type RestoreOptions = {
  readonly from: string;
  /** A data folder that is empty or not there yet. */
  readonly dataDir: string;
  /** Where the log of changes since the backup lies; without it the backup's own end is restored. */
  readonly archive?: string | undefined;
  /** Restore the state of this moment, an ISO 8601 instant; else everything there is. Needs the archive. */
  readonly until?: string | undefined;
  /** Where the restored server is to keep its log from now on. */
  readonly archiveDir?: string | undefined;
  readonly onProgress?: (state: { done: number; total: number }) => void;
  /** Told when everything is copied and the log of changes is gone through. */
  readonly onRecovery?: () => void;
};

export type Restored = {
  readonly manifest: BackupManifest;
  /** When the last change that was restored from the log was committed, as PostgreSQL tells it. */
  readonly lastChangeAt: string | undefined;
};

/** Going through the log of months takes hours; nothing but the person ends it before. */
const recoveryTimeoutMs = 30 * 86_400_000;
const workFolder = 'postgres.restoring';

/**
 * Makes a data folder from a backup: copies it, comparing every file with the list, lets PostgreSQL go through the log
 * of changes, and puts the database in its place only when that has succeeded.
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const dataDir = resolve(options.dataDir);
  const from = resolve(options.from);
  const manifest = await readManifest(from);
  refuseTime(manifest, options);
  await refuseUsed(dataDir);
  const account = await findServerAccount(join(dataDir, 'postgres'));
  await prepareDataFolder(dataDir, account);
  const lock = await lockFolder(dataDir, 'vsis restore');
  const cluster = join(dataDir, workFolder);
  try {
    await rm(cluster, { recursive: true, force: true });
    await copyBack({ ...options, from, dataDir }, manifest, account);
    options.onRecovery?.();
    const lastChangeAt = await recover({ ...options, dataDir }, manifest, account);
    await copySecrets(from, dataDir, manifest);
    await rename(cluster, join(dataDir, 'postgres'));
    return { manifest, lastChangeAt };
  } catch (error) {
    await rm(cluster, { recursive: true, force: true });
    await rm(join(dataDir, 'secrets'), { recursive: true, force: true });
    throw explainFileError(error, dataDir);
  } finally {
    await lock.release();
  }
}

function refuseTime({ finishedAt }: BackupManifest, { until }: RestoreOptions): void {
  if (until !== undefined && Date.parse(until) < Date.parse(finishedAt)) {
    throw databaseFailure(
      'database.restore-failed',
      `The backup was finished at ${finishedAt}, after ${until}: it cannot become what was before. Use an older backup.`,
    );
  }
}

/** What a restore that was killed may have left, and what our own lock is called. */
const harmless = new Set([workFolder, 'run', 'program.lock', 'postgres.log']);

async function refuseUsed(dataDir: string): Promise<void> {
  const entries = await readdir(dataDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw explainFileError(error, dataDir);
  });
  if (entries.some((name) => !harmless.has(name) && !name.startsWith('postgresql-'))) {
    throw databaseFailure(
      'database.folder-not-empty',
      `${dataDir} is not empty. Restore into a new folder (VSIS_DATA_DIR), look at it, and then put it in place of the old one.`,
    );
  }
}

const isOfCluster = ({ path }: { path: string }): boolean => path.startsWith('postgres/');

async function copyBack(
  { from, dataDir, onProgress }: RestoreOptions,
  { files, folders }: BackupManifest,
  account: ServerAccount | undefined,
): Promise<void> {
  const place = (path: string): string => join(dataDir, workFolder, path.slice('postgres/'.length));
  for (const folder of folders.filter((path) => /^postgres(?:\/|$)/.test(path))) {
    await mkdir(place(folder), { mode: 0o700 });
    if (account) await chown(place(folder), account.uid, account.gid);
  }
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  let done = 0;
  await eachInParallel(files.filter(isOfCluster), async (file) => {
    await copyUnharmed(from, file, place(file.path), account);
    done += file.bytes;
    onProgress?.({ done, total });
  });
}

async function copyUnharmed(from: string, file: BackupFile, to: string, owner?: ServerAccount): Promise<void> {
  const copied = await copyFile(join(from, file.path), to, owner).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? damaged(from, file) : error;
  });
  if (copied.bytes !== file.bytes || copied.sha256 !== file.sha256) throw damaged(from, file);
}

const damaged = (from: string, { path }: BackupFile): AppError =>
  databaseFailure(
    'database.backup-damaged',
    `${path} of the backup ${from} is missing or damaged. Use another backup; vsis verify --backup lists all that is wrong.`,
  );

async function copySecrets(from: string, dataDir: string, { files }: BackupManifest): Promise<void> {
  await mkdir(join(dataDir, 'secrets'), { recursive: true, mode: 0o700 });
  for (const file of files.filter((each) => !isOfCluster(each)))
    await copyUnharmed(from, file, join(dataDir, file.path));
}

/** Lets the server go through the log of changes and stops it; returns when the last change was committed. */
async function recover(
  options: RestoreOptions,
  manifest: BackupManifest,
  account: ServerAccount | undefined,
): Promise<string | undefined> {
  const { dataDir, archive, archiveDir } = options;
  const binaries = await findBinaries(account, dataDir);
  if (binaries.major !== manifest.postgres) {
    throw databaseFailure(
      'database.folder-version',
      `The backup was written by PostgreSQL ${manifest.postgres}, and this VSİS carries ${binaries.major}. Restore it with the VSİS that wrote it.`,
    );
  }
  const clusterFolder = join(dataDir, workFolder);
  await clearLeftovers({ binaries, clusterFolder });
  if (archive !== undefined) await writeSignal(clusterFolder, account);
  if (archiveDir !== undefined) await prepareArchive(resolve(archiveDir), account);
  const listen = await chooseAddress(dataDir, account, undefined);
  const plan: LaunchPlan = {
    binaries,
    account,
    clusterFolder,
    logFile: join(dataDir, 'postgres.log'),
    settings: {
      ...serverSettings(listen, { memoryBytes: availableMemoryBytes(), durable: true }),
      ...(archiveDir === undefined ? {} : archiveSettings(resolve(archiveDir))),
      ...recoverySettings(options),
    },
    startTimeoutMs: recoveryTimeoutMs,
  };
  try {
    const server = await launchPostgres(plan, (log) => explainRecovery(log, options));
    await server.stop();
    return /last completed transaction was at log time ([^\n]+)/.exec(server.log())?.[1];
  } finally {
    await removeOutsideSocketFolder(dataDir, listen.socketFolder);
  }
}

async function writeSignal(clusterFolder: string, account: ServerAccount | undefined): Promise<void> {
  const path = join(clusterFolder, 'recovery.signal');
  await writeFile(path, '', { mode: 0o600 });
  if (account) await chown(path, account.uid, account.gid);
}

function recoverySettings({ archive, until }: RestoreOptions): Record<string, string> {
  if (archive === undefined) return {};
  return {
    hot_standby: 'off', // nobody reads before it is done
    restore_command: restoreCommand(resolve(archive)),
    recovery_target_action: 'promote',
    ...(until === undefined ? {} : { recovery_target_time: timeText(until) }),
  };
}

/** This setting is read before the server knows what `Z` means. */
function timeText(instant: string): string {
  return new Date(instant).toISOString().replace('T', ' ').replace('Z', '+00');
}

function explainRecovery(log: string, { archive, until, dataDir }: RestoreOptions): Error {
  if (/recovery ended before configured recovery target was reached/.test(log)) {
    return databaseFailure(
      'database.restore-failed',
      `${archive} has no change at or after ${until}. Leave out --until to restore everything there is.`,
    );
  }
  const reason = /(?:FATAL|PANIC): +(.+)/.exec(log)?.[1] ?? log.trim().split('\n').at(-1) ?? 'it said nothing';
  return databaseFailure(
    'database.restore-failed',
    `PostgreSQL cannot recover the backup: ${reason}. Its whole log is ${dataDir}/postgres.log.`,
  );
}
