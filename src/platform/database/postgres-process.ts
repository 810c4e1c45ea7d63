import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerAccount } from './account.ts';
import type { PostgresBinaries } from './binaries.ts';
import { bringDown, readServerState, type StopPatience } from './stop-postgres.ts';

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
  readonly stopPatience?: StopPatience | undefined;
};

/** How the server is run: never with our environment, and as the account that owns the cluster. */
export const runAs = (account: ServerAccount | undefined) => ({
  cwd: process.platform === 'win32' ? undefined : '/',
  env: process.platform === 'win32' ? undefined : { LC_ALL: 'C', TZ: 'UTC' },
  ...(account ? { uid: account.uid, gid: account.gid } : {}),
});

const startTimeoutMs = 120_000;
const rememberedLogCharacters = 16_384;

type ServerLog = { readonly end: () => string };

/**
 * What the guard does when the pipe closes without a line: asks for a fast shutdown each second, as long as there is a
 * server; after half a minute for one at once.
 */
const guardScript =
  'read -r line && exit; n=0; while [ $n -lt 60 ] && kill -s "$([ $n -lt 30 ] && echo INT || echo QUIT)" "$1"; do n=$((n + 1)); sleep 1; done';

/**
 * A second small process that holds one end of a pipe. When this program dies without stopping the server, the pipe
 * closes and the guard stops the server, so that none is left behind. A line means: all is well.
 */
function guardServer(serverPid: number, account: ServerAccount | undefined): { dismiss: () => void } {
  if (process.platform === 'win32') return { dismiss: () => undefined };
  const guard = spawn('/bin/sh', ['-c', guardScript, 'sh', String(serverPid)], {
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
  if (pid > 0) {
    const guard = guardServer(pid, plan.account);
    void ended.then(guard.dismiss);
  }
  const stop = (): Promise<void> => bringDown(plan, child.pid, () => !hasEnded, ended);
  const deadline = Date.now() + (plan.startTimeoutMs ?? startTimeoutMs);
  while (!hasEnded && Date.now() < deadline) {
    const server = await readServerState(plan.clusterFolder);
    if (server?.pid === pid && server.state === 'ready') {
      return { pid, ended, log: log.end, stop };
    }
    await Promise.race([ended, delay(20)]);
  }
  await stop();
  throw refused(log.end());
}
