import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openProgramDatabase } from '#platform/database';
import { migrationParts } from '../src/migration-parts.ts';

/** The program as `npm start` runs it, on a port and a data folder of its own. */
export type OwnServer = {
  readonly base: string;
  readonly pid: number;
  /** Address of its database as the owner. */
  readonly ownerUrl: string;
};

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);

/**
 * Starts the program with the settings it ships with, its log into a file as a service would have it, and without
 * the invented country, unless other `settings` are given. `nodeArguments` are for profiling; `stops` gets what stops it
 * as soon as it runs.
 */
export async function startOwnServer(
  dataDir: string,
  nodeArguments: readonly string[],
  stops: (() => Promise<void>)[],
  settings: Readonly<Record<string, string>> = { VSIS_DEMO: 'off' },
): Promise<OwnServer> {
  await run(process.execPath, ['tools/build-portal.ts'], { cwd: root }); // as npm start does; the program refuses to start without
  const logFile = join(dataDir, 'program.log');
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...nodeArguments, 'src/main.ts'], {
    cwd: root,
    env: { ...foreignEnvironment(), VSIS_DATA_DIR: join(dataDir, 'data'), VSIS_PORT: '0', ...settings },
    // A session of its own: Ctrl-C in the terminal is for the bench, which then stops the program in order. The
    // channel tells the program when the bench is gone.
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', log, 'ipc'],
  });
  closeSync(log);
  stops.push(() => stopChild(child));
  try {
    const base = await readAddress(child);
    const ownerUrl = await findOwnerUrl(join(dataDir, 'data'));
    return { base, pid: child.pid ?? 0, ownerUrl };
  } catch (cause) {
    const said = await readFile(logFile, 'utf8').catch(() => '');
    throw new Error(`Our own server did not start.\n${said.slice(-2000)}`, { cause });
  }
}

/** The environment without settings of the program: an address of a real database above all must not get through. */
function foreignEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:VSIS_|DATABASE_URL)/.test(name)));
}

/** The line in which the program tells its FHIR address; refused when it ends without. */
async function readAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const address = /^\s*FHIR R4\s+(http\S+)/m.exec(said)?.[1];
      if (address !== undefined && said.includes(`${address}\n`)) resolve(address);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`It ended with ${code ?? 'a signal'}: ${said}`)));
  });
}

async function findOwnerUrl(dataDir: string): Promise<string> {
  const database = await openProgramDatabase({
    dataDir,
    migrationParts,
    program: 'vsis bench',
    joinRunning: true,
    max: 1,
  });
  await database.close();
  return database.ownerUrl;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
