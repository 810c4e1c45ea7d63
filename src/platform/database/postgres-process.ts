import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerAccount } from './account.ts';
import type { PostgresBinaries } from './binaries.ts';
import { processLives } from './folder-lock.ts';

/** A running postmaster of ours. `ended` settles when it is gone, for whatever reason. */
export type PostgresProcess = {
  readonly pid: number;
  readonly ended: Promise<void>;
  readonly stop: () => Promise<void>;
};

export type LaunchPlan = {
  readonly binaries: PostgresBinaries;
  readonly account: ServerAccount | undefined;
  readonly clusterFolder: string;
  readonly logFile: string;
  readonly settings: Readonly<Record<string, string>>;
};

/** How the server is run: never with our environment, and as the account that owns the cluster. */
export const runAs = (account: ServerAccount | undefined) => ({
  cwd: process.platform === 'win32' ? undefined : '/',
  env: process.platform === 'win32' ? undefined : { LC_ALL: 'C', TZ: 'UTC' },
  ...(account ? { uid: account.uid, gid: account.gid } : {}),
});

const startTimeoutMs = 120_000;
const fastStopMs = 30_000;

/**
 * The server's own word on its state, from postmaster.pid: process number in line 1, state in line 8.
 * `ready` and `stopping` are what the server writes there.
 */
export async function readServerState(clusterFolder: string): Promise<{ pid: number; state: string } | undefined> {
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

async function spawnServer(plan: LaunchPlan): Promise<ChildProcess> {
  const log = await open(plan.logFile, 'a', 0o600);
  try {
    const settings = Object.entries(plan.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    return spawn(plan.binaries.postgres, ['-D', plan.clusterFolder, ...settings], {
      ...runAs(plan.account),
      // A session of its own: Ctrl-C in the terminal is for this program, which then stops the server in order.
      detached: process.platform !== 'win32',
      windowsHide: true,
      stdio: ['ignore', log.fd, log.fd],
    });
  } finally {
    await log.close();
  }
}

/**
 * Starts the server and waits until it takes connections. When it ends before that, `refused` gets what it wrote
 * to its log meanwhile and makes the error to throw.
 */
export async function launchPostgres(plan: LaunchPlan, refused: (log: string) => Error): Promise<PostgresProcess> {
  const logStart = await stat(plan.logFile).then(
    (file) => file.size,
    () => 0,
  );
  const child = await spawnServer(plan);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  let hasEnded = false;
  void ended.then(() => {
    hasEnded = true;
  });
  const pid = child.pid ?? 0;
  const deadline = Date.now() + startTimeoutMs;
  while (!hasEnded && Date.now() < deadline) {
    const server = await readServerState(plan.clusterFolder);
    if (server?.pid === pid && server.state === 'ready') {
      const guard = guardServer(pid, plan.account);
      void ended.then(guard.dismiss);
      return { pid, ended, stop: async () => (hasEnded ? undefined : stopServer(plan, pid, ended)) };
    }
    await Promise.race([ended, delay(20)]);
  }
  if (!hasEnded) await stopServer(plan, pid, ended);
  throw refused((await readFile(plan.logFile)).subarray(logStart).toString('utf8'));
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
 * Stops a server that a killed program left running on this cluster; does nothing when there is none.
 * The process number in postmaster.pid may by now belong to somebody else, so the program behind it is checked first.
 */
export async function stopLeftoverServer(plan: Pick<LaunchPlan, 'binaries' | 'clusterFolder'>): Promise<boolean> {
  const server = await readServerState(plan.clusterFolder);
  if (!server || !processLives(server.pid) || !(await servesCluster(server.pid, plan.clusterFolder))) return false;
  askToStop(plan, server.pid, 'fast');
  const deadline = Date.now() + fastStopMs;
  while (processLives(server.pid)) {
    if (Date.now() > deadline) askToStop(plan, server.pid, 'immediate');
    await delay(50);
  }
  await rm(join(plan.clusterFolder, 'postmaster.pid'), { force: true });
  return true;
}

async function servesCluster(pid: number, clusterFolder: string): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return commandLine.split('\0').includes(clusterFolder);
}
