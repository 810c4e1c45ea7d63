import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { openDatabase, startEmbeddedPostgres } from '#platform/database';
import { sized, tellFault, withinMs } from '../support/fault-run.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

const program = join(import.meta.dirname, '../support/embedded-program.ts');
const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

type Running = {
  child: ChildProcess;
  serverPid: number;
  lastAcknowledged: () => number;
  reached: (count: number) => Promise<void>;
};

async function runProgram(dataDir: string): Promise<Running> {
  const child = spawn(process.execPath, [program, dataDir], { stdio: ['pipe', 'pipe', 'inherit'] });
  cleanUps.push(async () => child.kill('SIGKILL'));
  let last = 0;
  let first: number | undefined;
  const started = Promise.withResolvers<number>();
  child.once('exit', () => started.reject(new Error('The program ended before its server was up.')));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [word, number] = line.split(' ');
    if (word === 'server') started.resolve(Number(number));
    else last = Number(number);
    if (word !== 'server') first ??= last;
  });
  const serverPid = await started.promise;
  return {
    child,
    serverPid,
    lastAcknowledged: () => last,
    reached: (count) => expect.poll(() => last - (first ?? last), { timeout: 20_000 }).toBeGreaterThan(count),
  };
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

const isRunning = async (pid: number): Promise<boolean> =>
  (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes('postgres');

it('loses nothing that was acknowledged when the program is killed while it writes, again and again', async () => {
  const folder = await makeTempFolder();
  cleanUps.push(folder.remove);
  let acknowledged = 0;
  for (let round = 0; round < 3; round += 1) {
    const running = await runProgram(folder.path);
    await running.reached(20);
    await kill(running.child);
    acknowledged = running.lastAcknowledged();
  }
  const server = await startEmbeddedPostgres({ dataDir: folder.path, memoryBytes: 512 * 1024 ** 2 });
  cleanUps.push(server.stop);
  const { sql, close } = openDatabase(server.ownerUrl('postgres'), { max: 1 });
  const [row] = await sql<{ count: number; highest: number }[]>`select count(*), max(number) as highest from written`;
  await close();
  expect(row?.highest).toBeGreaterThanOrEqual(acknowledged);
  expect(row?.count).toBe(row?.highest); // every number up to the last, so none between is missing
}, 90_000);

it('leaves no server behind when the program is killed', async () => {
  const folder = await makeTempFolder();
  cleanUps.push(folder.remove);
  const running = await runProgram(folder.path);
  await running.reached(1);
  await kill(running.child);
  await expect.poll(() => isRunning(running.serverPid), { timeout: 15_000 }).toBe(false);
}, 60_000);

it.runIf(process.platform === 'linux')(
  'leaves no server behind when the program is killed while it starts one, and the next start needs nobody',
  async () => {
    const folder = await makeTempFolder();
    cleanUps.push(folder.remove);
    const first = await runProgram(folder.path);
    await first.reached(1);
    await kill(first.child);
    const inFolder = async (): Promise<number> => {
      const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
      const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => '')));
      return folders.filter((each) => each === join(folder.path, 'postgres')).length;
    };
    await expect.poll(inFolder, { timeout: 15_000 }).toBe(0);
    const rounds = sized(5, 50);
    for (let round = 0; round < rounds; round += 1) {
      const child = spawn(process.execPath, [program, folder.path], { stdio: ['pipe', 'ignore', 'inherit'] });
      cleanUps.push(async () => child.kill('SIGKILL'));
      await expect.poll(inFolder, { timeout: 15_000, interval: 5 }).toBeGreaterThan(0);
      await delay(Math.random() * 300);
      await kill(child);
      await expect.poll(inFolder, { timeout: 45_000 }).toBe(0);
    }
    const again = await runProgram(folder.path);
    await again.reached(1);
    tellFault('program-killed-while-it-starts', { killed: rounds, leftBehind: 0 });
  },
  withinMs(120_000),
);

it('starts after both the program and its server were killed', async () => {
  const folder = await makeTempFolder();
  cleanUps.push(folder.remove);
  const running = await runProgram(folder.path);
  await running.reached(10);
  process.kill(running.child.pid ?? 0, 'SIGKILL');
  process.kill(running.serverPid, 'SIGKILL');
  const again = await runProgram(folder.path);
  expect(again.serverPid).not.toBe(running.serverPid);
  await again.reached(1);
  const ended = once(again.child, 'exit');
  again.child.stdin?.write('stop\n');
  expect(await ended).toEqual([0, null]);
}, 60_000);
