import { execFile } from 'node:child_process';
import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PostgresBinaries } from './binaries.ts';
import { processLives } from './folder-lock.ts';

/** The server to stop: its programs and its data. */
type Server = {
  readonly binaries: PostgresBinaries;
  readonly clusterFolder: string;
  readonly stopPatience?: StopPatience | undefined;
};

/** How long each way of stopping is tried before the next. */
export type StopPatience = {
  /** No new connections, running transactions rolled back, everything written; 30 seconds where nothing is said. */
  readonly fastMs: number;
  /** All processes end at once; the next start recovers from the log. 10 seconds. Then they are killed. */
  readonly immediateMs: number;
};

const patience: StopPatience = { fastMs: 30_000, immediateMs: 10_000 };
/** A signal is sent again, since one that comes while the server is still getting up may be lost. */
const askAgainMs = 1_000;
const lookAgainMs = 50;

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

type Way = 'fast' | 'immediate' | 'kill';

/**
 * Stops a server, and whatever else works in its folder, for certain: asks again and again, less politely with time. What was
 * committed is safe in any case. Returns when `isBusy` says that nothing is left; `ended` may say so sooner.
 */
export async function bringDown(
  server: Server,
  pid: number | undefined,
  isBusy: () => boolean | Promise<boolean>,
  ended: Promise<void> = new Promise(() => undefined),
): Promise<void> {
  const { fastMs, immediateMs } = server.stopPatience ?? patience;
  const startedMs = performance.now();
  let askedMs = Number.NEGATIVE_INFINITY;
  while (await isBusy()) {
    const nowMs = performance.now();
    const elapsedMs = nowMs - startedMs;
    if (nowMs - askedMs >= askAgainMs) {
      askedMs = nowMs;
      await ask(server, pid, elapsedMs < fastMs ? 'fast' : elapsedMs < fastMs + immediateMs ? 'immediate' : 'kill');
    }
    await Promise.race([ended, delay(lookAgainMs)]);
  }
}

async function ask(server: Server, pid: number | undefined, way: Way): Promise<void> {
  if (way === 'kill') {
    const others = process.platform === 'linux' ? await findClusterProcesses(server.clusterFolder) : [];
    for (const each of new Set([...(pid === undefined ? [] : [pid]), ...others])) signal(each, 'SIGKILL');
  } else if (process.platform === 'win32') {
    execFile(server.binaries.pgCtl, ['stop', '-D', server.clusterFolder, '-m', way, '-W'], () => undefined);
  } else if (pid !== undefined) {
    signal(pid, way === 'fast' ? 'SIGINT' : 'SIGQUIT');
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already, which is what was asked for.
  }
}

/**
 * Ends what a killed program or server left on this cluster, so that it can be opened again: a server still running
 * is stopped, sessions that outlive a killed server are waited for, and a postmaster.pid that nobody owns is removed.
 * PostgreSQL does the last by itself only when the number in the file is free; it may have been given to another
 * process, or linger where nobody collects dead processes. Returns whether a server had to be stopped.
 */
export async function clearLeftovers(server: Server): Promise<boolean> {
  const state = await readServerState(server.clusterFolder);
  if (!state) return false;
  if (process.platform !== 'linux') {
    if (!processLives(state.pid)) return false;
    await bringDown(server, state.pid, () => processLives(state.pid));
    return true;
  }
  const isServer = (await findClusterProcesses(server.clusterFolder)).includes(state.pid);
  await bringDown(server, isServer ? state.pid : undefined, async () => {
    return (await findClusterProcesses(server.clusterFolder)).length > 0;
  });
  await rm(join(server.clusterFolder, 'postmaster.pid'), { force: true });
  return isServer;
}

/** The server and its sessions all work inside the cluster's folder; a process that is dead has no folder. */
async function findClusterProcesses(clusterFolder: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const folders = await Promise.all(
    pids.map(async (pid) => ({ pid: Number(pid), folder: await readlink(`/proc/${pid}/cwd`).catch(() => '') })),
  );
  return folders.filter(({ folder }) => folder === clusterFolder).map(({ pid }) => pid);
}
