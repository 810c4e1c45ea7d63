import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { accountCan, type ServerAccount } from './account.ts';
import type { PostgresBinaries } from './binaries.ts';
import { databaseFailure, explainFileError, explainServerLog } from './errors.ts';
import { runAs } from './postgres-process.ts';

export const ownerRole = 'vsis_owner';

async function nearestExisting(path: string): Promise<string> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw explainFileError(error, path);
  });
  return found ? path : nearestExisting(dirname(path));
}

/** Makes the data folder, after checking that the server's account will be able to reach what lies in it. */
export async function prepareDataFolder(dataDir: string, account: ServerAccount | undefined): Promise<void> {
  const existing = await nearestExisting(dataDir);
  if (account && !(await accountCan(account, '-x', existing))) {
    throw databaseFailure(
      'database.folder-unreachable',
      `PostgreSQL does not run as root, and the account ${account.name} cannot enter ${existing}. Start with: VSIS_DATA_DIR=/var/lib/vsis npm start`,
    );
  }
  await makeFolder(dataDir);
}

/** Makes a folder and those above it. One by one: made at a stroke, a read-only disk is reported as a missing folder. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o755 });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT') throw explainFileError(error, path);
    await makeFolder(dirname(path));
    await makeFolder(path);
  }
}

/** Makes a folder that belongs to the server's account and is closed to everybody else. */
export async function makeServerFolder(path: string, account: ServerAccount | undefined): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  if (account) await chown(path, account.uid, account.gid);
  await chmod(path, 0o700);
}

async function checkVersion(clusterFolder: string, binaries: PostgresBinaries): Promise<boolean> {
  const text = await readFile(join(clusterFolder, 'PG_VERSION'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw explainFileError(error, clusterFolder);
  });
  if (text === undefined) return false;
  const major = Number.parseInt(text, 10);
  if (major !== binaries.major) {
    throw databaseFailure(
      'database.folder-version',
      `${clusterFolder} was written by PostgreSQL ${major}, and this VSİS carries ${binaries.major}. Start the VSİS that wrote it, or set VSIS_DATA_DIR to a new folder.`,
    );
  }
  return true;
}

function runInitdb(plan: ClusterPlan, folder: string, passwordFile: string): Promise<void> {
  const args = [
    `--pgdata=${folder}`,
    `--username=${ownerRole}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Byte order by default: fast, and the same on every machine. Text that people read names its collation.
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    ...(plan.durable ? [] : ['--no-sync']),
  ];
  return new Promise((resolve, reject) => {
    execFile(plan.binaries.initdb, args, { ...runAs(plan.account), windowsHide: true }, (error, stdout, stderr) => {
      if (!error) resolve();
      else reject(explainServerLog(`${stderr}${error.message}`, { folder: plan.dataDir, port: 0 }));
    });
  });
}

export type ClusterPlan = {
  readonly dataDir: string;
  readonly clusterFolder: string;
  readonly binaries: PostgresBinaries;
  readonly account: ServerAccount | undefined;
  readonly password: string;
  readonly durable: boolean;
};

/**
 * Creates the cluster unless it exists. It is built beside its place and moved there when complete, so that an
 * interrupted first start leaves nothing half-made. Returns whether it was created.
 */
export async function prepareCluster(plan: ClusterPlan): Promise<boolean> {
  if (await checkVersion(plan.clusterFolder, plan.binaries)) return false;
  const unfinished = `${plan.clusterFolder}.unfinished`;
  const passwordFile = join(unfinished, 'password');
  const cluster = join(unfinished, 'cluster');
  try {
    await rm(unfinished, { recursive: true, force: true });
    await makeServerFolder(unfinished, plan.account);
    await writeFile(passwordFile, plan.password, { mode: 0o600 });
    if (plan.account) await chown(passwordFile, plan.account.uid, plan.account.gid);
    await runInitdb(plan, cluster, passwordFile);
    await rename(cluster, plan.clusterFolder);
  } catch (error) {
    throw explainFileError(error, plan.dataDir);
  } finally {
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined);
  }
  return true;
}
