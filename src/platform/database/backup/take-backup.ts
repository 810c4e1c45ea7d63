import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { AppError } from '#platform/errors';
import { openDatabase, type ReservedSql } from '../connect.ts';
import { startEmbeddedPostgres } from '../embedded-postgres.ts';
import { databaseFailure, explainFileError } from '../errors.ts';
import { makeFolder } from '../prepare-cluster.ts';
import { findRunning } from '../program-database.ts';
import { copyFile, hashFile } from './copy-file.ts';
import { eachInParallel } from './each-in-parallel.ts';
import { type BackupFile, type BackupManifest, listTree, writeManifest } from './manifest.ts';
import { segmentsBetween } from './segments.ts';

export type BackupOptions = {
  readonly dataDir: string;
  /** A folder that is empty or not there yet. */
  readonly to: string;
  readonly archiveDir?: string | undefined;
  readonly signal?: AbortSignal;
  readonly onProgress?: (state: { done: number; total: number }) => void;
};

/**
 * What the server makes anew when it starts; the log of changes is copied at the end, once it is known from where to
 * where. PostgreSQL, "Making a Base Backup Using the Low Level API".
 */
const emptied = new Set(
  ['wal', 'replslot', 'dynshmem', 'notify', 'serial', 'snapshots', 'stat_tmp', 'subtrans'].map((name) => `pg_${name}`),
);
const leftOut =
  /^(?:postmaster\.(?:pid|opts)|backup_label|tablespace_map|.*\.signal)$|(?:^|\/)(?:pgsql_tmp|pg_internal\.init)/;
/** Read last and whole: a torn one would make the backup worthless. */
const controlFile = 'global/pg_control';

/**
 * Copies the embedded database while it is used, with what it takes to open it again. Runs beside the program or
 * starts the server itself; the schema stays as it is. The folder appears when it is whole; every write that was
 * acknowledged before the end is in it.
 */
export async function takeBackup(options: BackupOptions): Promise<BackupManifest> {
  const dataDir = resolve(options.dataDir);
  const to = resolve(options.to);
  const cluster = join(dataDir, 'postgres');
  await refuseUnfit(cluster, to);
  const unfinished = `${to}.unfinished`;
  const server = await openServer(dataDir, options.archiveDir);
  const database = openDatabase(server.ownerUrl, { max: 1, applicationName: 'vsis backup' });
  try {
    await makeFolder(dirname(to));
    await mkdir(unfinished, { mode: 0o700 });
    try {
      const connection = await database.sql.reserve();
      const manifest = await copyCluster({ ...options, dataDir, cluster, to: unfinished }, connection);
      connection.release();
      await writeManifest(unfinished, manifest);
      await rename(unfinished, to);
      return manifest;
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      throw error;
    }
  } catch (error) {
    throw explainFailure(error, to);
  } finally {
    await database.close();
    await server.close();
  }
}

function explainFailure(error: unknown, to: string): unknown {
  const explained = explainFileError(error, to);
  if (explained instanceof AppError) return explained;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EEXIST') {
    const text = `${to}.unfinished is there: another backup runs, or one was interrupted. Remove it once none runs.`;
    return databaseFailure('database.folder-not-empty', text, error);
  }
  const reason = error instanceof Error ? error.message : String(error);
  return databaseFailure('database.backup-failed', `The backup failed: ${reason} Nothing of it was kept.`, error);
}

async function refuseUnfit(cluster: string, to: string): Promise<void> {
  if (!(await stat(join(cluster, 'PG_VERSION')).catch(() => undefined))) {
    throw databaseFailure(
      'database.backup-failed',
      `There is no database in ${dirname(cluster)}. Name the data folder with VSIS_DATA_DIR.`,
    );
  }
  if (`${to}/`.startsWith(`${cluster}/`)) {
    throw databaseFailure('database.folder-not-empty', `${to} lies within the database. Choose a folder elsewhere.`);
  }
  const entries = await readdir(to).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw databaseFailure('database.folder-not-empty', `${to} is no folder. Choose another.`, error);
  });
  if (entries.length > 0) {
    throw databaseFailure('database.folder-not-empty', `${to} is not empty. Choose a new folder for every backup.`);
  }
}

type OpenServer = { readonly ownerUrl: string; readonly close: () => Promise<void> };

async function openServer(dataDir: string, archiveDir: string | undefined): Promise<OpenServer> {
  const running = await findRunning(dataDir);
  if (running) return { ownerUrl: running.ownerUrl, close: async () => undefined };
  const server = await startEmbeddedPostgres({ dataDir, program: 'vsis backup', archiveDir });
  return { ownerUrl: server.ownerUrl('postgres'), close: server.stop };
}

type Copy = BackupOptions & { readonly cluster: string };

async function copyCluster(copy: Copy, connection: ReservedSql): Promise<BackupManifest> {
  const startedAt = new Date().toISOString();
  await refuseTablespaces(connection);
  // The log of changes is kept from here on, as long as this connection lives.
  await connection`select pg_create_physical_replication_slot(${`vsis_backup_${process.pid}`}, true, true)`;
  const [begun] = await connection<{ segment: string }[]>`
    select pg_walfile_name(pg_backup_start('vsis backup', true)) as segment`;
  const tree = await listTree(copy.cluster);
  const folders = tree.folders.filter((path) => isWanted(`${path}/`) || emptied.has(path));
  await makeFolders(copy.to, folders);
  const names = tree.files.filter((path) => path !== controlFile && isWanted(path));
  const files = await copyAll(copy, names);
  files.push(await copyControlFile(copy));
  const [ended] = await connection<{ segment: string; label: string }[]>`
    select pg_walfile_name(lsn) as segment, labelfile as label from pg_backup_stop(false)`;
  const finishedAt = new Date().toISOString();
  await writeFile(join(copy.to, 'postgres', 'backup_label'), ended?.label ?? '', { mode: 0o600, flag: 'wx' });
  files.push(await noteWritten(copy, 'postgres/backup_label'));
  files.push(...(await copySegments(copy, begun?.segment ?? '', ended?.segment ?? '')));
  files.push(...(await copySecrets(copy)));
  const postgres = Number.parseInt(await readFile(join(copy.cluster, 'PG_VERSION'), 'utf8'), 10);
  return {
    format: 1,
    postgres,
    startedAt,
    finishedAt,
    folders: ['postgres', ...folders.map((path) => `postgres/${path}`), 'secrets'],
    files,
  };
}

async function refuseTablespaces(connection: ReservedSql): Promise<void> {
  const [found] = await connection`select from pg_tablespace where spcname not in ('pg_default', 'pg_global')`;
  if (found) {
    throw databaseFailure(
      'database.backup-failed',
      'The database has tablespaces outside its folder, which vsis backup does not copy. Remove them, or use tools of your own.',
    );
  }
}

function isWanted(path: string): boolean {
  return !leftOut.test(path) && !emptied.has(path.split('/', 1)[0] ?? '');
}

async function makeFolders(to: string, folders: readonly string[]): Promise<void> {
  for (const path of ['postgres', ...folders.map((each) => `postgres/${each}`), 'secrets'])
    await mkdir(join(to, path), { mode: 0o700 });
}

/** Files go and come while they are copied; what is wrong with the copies the log of changes puts right. */
async function copyAll(copy: Copy, names: readonly string[]): Promise<BackupFile[]> {
  const sizes = new Map<string, number>();
  await eachInParallel(names, async (name) => {
    sizes.set(name, await sizeOf(join(copy.cluster, name)));
  });
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const files: BackupFile[] = [];
  let done = 0;
  await eachInParallel(names, async (name) => {
    copy.signal?.throwIfAborted();
    const path = `postgres/${name}`;
    const copied = await copyFile(join(copy.cluster, name), join(copy.to, path)).catch(ignoreGone);
    if (copied) files.push({ path, ...copied });
    done += sizes.get(name) ?? 0;
    copy.onProgress?.({ done, total });
  });
  return files;
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    (file) => file.size,
    () => 0,
  );
}

function ignoreGone(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** The server writes this file in one piece, and a reader might still meet half of it: two equal readings are whole. */
async function copyControlFile({ cluster, to }: Copy): Promise<BackupFile> {
  const from = join(cluster, controlFile);
  const path = `postgres/${controlFile}`;
  for (;;) {
    const first = await readFile(from);
    if (first.equals(await readFile(from))) {
      await writeFile(join(to, path), first, { mode: 0o600, flag: 'wx', flush: true });
      return noteWritten({ to }, path);
    }
  }
}

async function noteWritten({ to }: Pick<Copy, 'to'>, path: string): Promise<BackupFile> {
  const { size } = await stat(join(to, path));
  return { path, bytes: size, sha256: await hashFile(join(to, path)) };
}

/** The log of changes from the beginning of the backup to its end, without which the copy cannot be opened. */
async function copySegments({ cluster, to }: Copy, first: string, last: string): Promise<BackupFile[]> {
  const files: BackupFile[] = [];
  for (const name of segmentsBetween(first, last)) {
    const path = `postgres/pg_wal/${name}`;
    files.push({ path, ...(await copyFile(join(cluster, 'pg_wal', name), join(to, path))) });
  }
  const histories = (await readdir(join(cluster, 'pg_wal'))).filter((name) => /^[0-9A-F]{8}\.history$/.test(name));
  for (const name of histories) {
    const path = `postgres/pg_wal/${name}`;
    files.push({ path, ...(await copyFile(join(cluster, 'pg_wal', name), join(to, path))) });
  }
  return files;
}

/** Without the passwords of its roles nobody could open what is restored. */
async function copySecrets({ dataDir, to }: Copy): Promise<BackupFile[]> {
  const folder = join(dataDir, 'secrets');
  const names = (await readdir(folder)).filter((name) => !/^running-|\.unfinished$/.test(name)).sort();
  const files: BackupFile[] = [];
  for (const name of names) {
    const path = `secrets/${name}`;
    files.push({ path, ...(await copyFile(join(folder, name), join(to, path))) });
  }
  return files;
}
