import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerAccount } from './account.ts';
import type { PostgresBinaries } from './binaries.ts';
import { processLives } from './folder-lock.ts';

/** A running postmaster of ours. `ended` settles when it is gone, for whatever reason. */
export type PostgresProcess = {
  readonly pid: number;
  readonly ended: Promise<void>;
  /** The last lines of its log. */
  readonly log: () => string;
  readonly stop: () => Promise<void>;
};

export type LaunchPlan = {
  readonly binaries: PostgresBinaries;
  readonly account: ServerAccount | undefined;
  readonly clusterFolder: string;
  readonly logFile: string;
  readonly settings: Readonly<Record<string, string>>;
  /** How long it may take until it takes connections; two minutes where nothing is said. */
  readonly startTimeoutMs?: number;
};

/** How the server is run: never with our environment, and as the account that owns the cluster. */
export const runAs = (account: ServerAccount | undefined) => ({
  cwd: process.platform === 'win32' ? undefined : '/',
  env: process.platform === 'win32' ? undefined : { LC_ALL: 'C', TZ: 'UTC' },
  ...(account ? { uid: account.uid, gid: account.gid } : {}),
});

const startTimeoutMs = 120_000;
const fastStopMs = 30_000;
const rememberedLogCharacters = 16_384;

type ServerLog = { readonly end: () => string };

/**
 * The server's own word on its state, from postmaster.pid: process number in line 1, state in line 8.
 * `ready` and `stopping` are what the server writes there.
 */
async function readServerState(clusterFolder: string): Promise<{ pid: number; state: string } | undefined> {
  const text = await readFile(join(clusterFolder, 'postmaster.pid'), 'utf8').catch(() => undefined);
  const lines = text?.split('\n');
  const pid = Number(lines?.[0]);
  return lines && Number.isInteger(pid) && pid > 0 ? { pid, state: lines[7]?.trim() ?? '' } : undefined;
}

/**
 * A second small process that holds one end of a pipe. When this program dies without stopping the server, the pipe
 * closes and the guard asks the server for a fast shutdown, so that none is left behind. A line means: all is well.
 */
function guardServer(serverPid: number, account: ServerAccount | undefined): { dismiss: () => void } {
  if (process.platform === 'win32') return { dismiss: () => undefined };
  const guard = spawn('/bin/sh', ['-c', 'read -r line || kill -INT "$1"', 'sh', String(serverPid)], {
    ...runAs(account),
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  return { dismiss: () => guard.stdin.end('stopped\n') };
}

function spawnServer(plan: LaunchPlan): ChildProcessByStdio<null, Readable, Readable> {
  const settings = Object.entries(plan.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return spawn(plan.binaries.postgres, ['-D', plan.clusterFolder, ...settings], {
    ...runAs(plan.account),
    // A session of its own: Ctrl-C in the terminal is for this program, which then stops the server in order.
    detached: process.platform !== 'win32',
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Keeps what the server says in its log file, and the end of it in memory: a full disk takes no log. */
function keepLog(child: ChildProcessByStdio<null, Readable, Readable>, logFile: string): ServerLog {
  const file = createWriteStream(logFile, { flags: 'a', mode: 0o600 });
  file.on('error', () => undefined);
  let end = '';
  const keep = (chunk: Buffer): void => {
    end = (end + chunk.toString('utf8')).slice(-rememberedLogCharacters);
    if (file.writable) file.write(chunk);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.once('close', () => file.end());
  return { end: () => end };
}

/**
 * Starts the server and waits until it takes connections. When it ends before that, `refused` gets what it wrote
 * to its log meanwhile and makes the error to throw.
 */
export async function launchPostgres(plan: LaunchPlan, refused: (log: string) => Error): Promise<PostgresProcess> {
  const child = spawnServer(plan);
  const log = keepLog(child, plan.logFile);
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      hasEnded = true;
      resolve();
    };
    child.once('close', end);
    child.once('error', end);
  });
  const pid = child.pid ?? 0;
  const deadline = Date.now() + (plan.startTimeoutMs ?? startTimeoutMs);
  while (!hasEnded && Date.now() < deadline) {
    const server = await readServerState(plan.clusterFolder);
    if (server?.pid === pid && server.state === 'ready') {
      const guard = guardServer(pid, plan.account);
      void ended.then(guard.dismiss);
      const stop = async (): Promise<void> => (hasEnded ? undefined : stopServer(plan, pid, ended));
      return { pid, ended, log: log.end, stop };
    }
    await Promise.race([ended, delay(20)]);
  }
  if (!hasEnded) await stopServer(plan, pid, ended);
  throw refused(log.end());
}

function askToStop(
  plan: Pick<LaunchPlan, 'binaries' | 'clusterFolder'>,
  pid: number,
  mode: 'fast' | 'immediate',
): void {
  if (process.platform === 'win32') {
    execFile(plan.binaries.pgCtl, ['stop', '-D', plan.clusterFolder, '-m', mode, '-W'], () => undefined);
    return;
  }
  try {
    process.kill(pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
  } catch {
    // Gone already, which is what was asked for.
  }
}

async function stopServer(plan: LaunchPlan, pid: number, ended: Promise<void>): Promise<void> {
  askToStop(plan, pid, 'fast');
  const timer = setTimeout(() => askToStop(plan, pid, 'immediate'), fastStopMs);
  await ended;
  clearTimeout(timer);
}

/**
 * Ends what a killed program or server left on this cluster, so that it can be opened again: a server still running
 * is stopped, sessions that outlive a killed server are waited for, and a postmaster.pid that nobody owns is removed.
 * PostgreSQL does the last by itself only when the number in the file is free; it may have been given to another
 * process, or linger where nobody collects dead processes. Returns whether a server had to be stopped.
 */
export async function clearLeftovers(plan: Pick<LaunchPlan, 'binaries' | 'clusterFolder'>): Promise<boolean> {
  const server = await readServerState(plan.clusterFolder);
  if (!server) return false;
  if (process.platform !== 'linux') {
    if (!processLives(server.pid)) return false;
    await stopForeign(plan, server.pid, async () => processLives(server.pid));
    return true;
  }
  const isServer = (await findClusterProcesses(plan.clusterFolder)).includes(server.pid);
  await stopForeign(plan, isServer ? server.pid : undefined, async () => {
    return (await findClusterProcesses(plan.clusterFolder)).length > 0;
  });
  await rm(join(plan.clusterFolder, 'postmaster.pid'), { force: true });
  return isServer;
}

async function stopForeign(
  plan: Pick<LaunchPlan, 'binaries' | 'clusterFolder'>,
  pid: number | undefined,
  isBusy: () => Promise<boolean>,
): Promise<void> {
  if (pid !== undefined) askToStop(plan, pid, 'fast');
  const deadline = Date.now() + fastStopMs;
  while (await isBusy()) {
    if (pid !== undefined && Date.now() > deadline) askToStop(plan, pid, 'immediate');
    await delay(50);
  }
}

/** The server and its sessions all work inside the cluster's folder; a process that is dead has no folder. */
async function findClusterProcesses(clusterFolder: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const folders = await Promise.all(
    pids.map(async (pid) => ({ pid: Number(pid), folder: await readlink(`/proc/${pid}/cwd`).catch(() => '') })),
  );
  return folders.filter(({ folder }) => folder === clusterFolder).map(({ pid }) => pid);
}
