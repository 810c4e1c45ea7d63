import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '#platform/database';
import { type RunningVsis, runVsis } from '../test/support/run-vsis.ts';
import { startLoad } from '../test/support/steady-load.ts';
import { makeTempFolder } from '../test/support/temp-folder.ts';

const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

type Started = { readonly program: RunningVsis; readonly address: string; readonly dataDir: string };

async function start(...flags: string[]): Promise<Started> {
  const folder = await makeTempFolder();
  cleanUps.push(folder.remove);
  const program = runVsis('src/main.ts', [
    '--data-dir',
    folder.path,
    '--port',
    '0',
    '--no-demo',
    '--log-level',
    'warn',
    ...flags,
  ]);
  cleanUps.push(async () => {
    program.signal('SIGKILL');
    await program.ended;
  });
  const [, address = ''] = await program.says(/Address +(http:\/\/\S+)\/\n[\s\S]*Stop +Ctrl-C/);
  return { program, address, dataDir: folder.path };
}

/** Keeps every reader and writer of resources waiting until it is called off. */
async function lockResources(dataDir: string): Promise<() => Promise<void>> {
  const running = JSON.parse(await readFile(`${dataDir}/secrets/running-database.json`, 'utf8')) as {
    ownerUrl: string; // as: the program writes it so
  };
  const database: Database = openDatabase(running.ownerUrl, { max: 1 });
  const connection = await database.sql.reserve();
  await connection`begin`;
  await connection`lock table record.resource in access exclusive mode`;
  return async () => {
    await connection`rollback`.catch(() => undefined);
    connection.release();
    await database.close();
  };
}

/** The processes that work in a folder, as PostgreSQL's all do. */
async function processesIn(folder: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => ((await readlink(`/proc/${pid}/cwd`).catch(() => '')) === folder ? [Number(pid)] : [])),
  );
  return found.flat();
}

const patient = JSON.stringify({ resourceType: 'Patient', name: [{ family: 'Əliyeva' }] });
const mixed = (number: number) =>
  number % 2 === 0
    ? { path: '/fhir/Patient', method: 'POST', body: patient }
    : { path: '/fhir/Patient?name=aliyeva&_count=5' };

const transaction = (entries: number): string =>
  JSON.stringify({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: Array.from({ length: entries }, () => ({
      resource: JSON.parse(patient) as object,
      request: { method: 'POST', url: 'Patient' },
    })),
  });

describe('a program that is asked to stop', { timeout: 90_000 }, () => {
  it('answers every request that it took, to the last byte', async () => {
    const { program, address } = await start('--drain-pause-ms', '4000');
    let isOpen = true;
    const load = startLoad(address, { clients: 16, next: mixed, isOpen: () => isOpen });
    await expect.poll(() => load.sent.length, { timeout: 20_000 }).toBeGreaterThan(100);
    const large = fetch(`${address}/fhir`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/fhir+json' },
      body: transaction(400),
    });
    await delay(50);
    program.signal('SIGTERM');
    await expect.poll(async () => (await fetch(`${address}/health/ready`)).status, { timeout: 3_500 }).toBe(503);
    const noticed = load.sent.length;
    await delay(500);
    isOpen = false; // a load balancer has looked by now
    expect((await large).status).toBe(200);
    expect(await program.ended).toBe(0);
    await load.stop();
    expect(load.sent.length).toBeGreaterThan(noticed); // it went on while it said that it would not for long
    expect(load.sent.filter(({ outcome, isWhole }) => !isWhole || !(Number(outcome) < 400))).toEqual([]);
    expect(program.output()).toMatch(/Stopping …\nStopped\.\n$/);
    expect(program.output()).not.toContain('cut off');
  });

  it('gives no half answer even to those who come until the last moment', async () => {
    const { program, address } = await start('--drain-pause-ms', '300');
    const load = startLoad(address, { clients: 16, next: mixed });
    await expect.poll(() => load.sent.length, { timeout: 20_000 }).toBeGreaterThan(100);
    program.signal('SIGTERM');
    expect(await program.ended).toBe(0);
    await load.stop();
    const begun = load.sent.filter(({ outcome }) => typeof outcome === 'number');
    expect(begun.filter(({ outcome, isWhole }) => !isWhole || !(Number(outcome) < 400))).toEqual([]);
    const turnedAway = load.sent.filter(({ outcome }) => typeof outcome === 'string');
    expect(turnedAway.filter(({ outcome }) => outcome !== 'ECONNRESET' && outcome !== 'EPIPE')).toEqual([]);
    expect(turnedAway.length).toBeLessThanOrEqual(16); // the door closes once, in front of each client at most
  });

  it('does not wait longer than it was told for what does not end', async () => {
    const { program, address, dataDir } = await start('--drain-pause-ms', '0', '--drain-seconds', '1');
    await lockResources(dataDir); // the lock ends with the database, which the program stops
    const stuck = fetch(`${address}/fhir/Patient/1`).catch(() => 'cut off');
    await delay(200);
    const startedMs = performance.now();
    program.signal('SIGTERM');
    expect(await stuck).toBe('cut off');
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    expect(await program.ended).toBe(0);
    expect(program.output()).toContain('requests were cut off by the stop');
  });
});

describe('a request that the database does not get done', { timeout: 60_000 }, () => {
  it('is answered when the time for statements is over, with the reason', async () => {
    const { address, dataDir } = await start('--statement-seconds', '1');
    const unlock = await lockResources(dataDir);
    cleanUps.push(unlock);
    const startedMs = performance.now();
    const answer = await fetch(`${address}/fhir/Patient?name=x`);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
    expect(await answer.json()).toMatchObject({
      issue: [{ code: 'timeout', details: { coding: [{ code: 'http.took-too-long' }] } }],
    });
    await unlock();
    expect((await fetch(`${address}/fhir/Patient?name=x`)).status).toBe(200);
  });

  it.runIf(process.platform === 'linux')(
    'is let go when the database hangs, and the next ones do not wait',
    async () => {
      const { address, dataDir } = await start();
      const search = async () => {
        const startedMs = performance.now();
        const { status } = await fetch(`${address}/fhir/Patient?name=x`);
        return { status, durationMs: performance.now() - startedMs };
      };
      expect((await search()).status).toBe(200);
      const processes = await processesIn(`${dataDir}/postgres`);
      expect(processes.length).toBeGreaterThan(3);
      cleanUps.push(async () => processes.forEach((pid) => process.kill(pid, 'SIGCONT')));
      processes.forEach((pid) => process.kill(pid, 'SIGSTOP'));
      const waited = await search();
      expect(waited.status).toBe(503);
      expect(waited.durationMs).toBeLessThan(15_000);
      const refused = await search();
      expect(refused.status).toBe(503);
      expect(refused.durationMs).toBeLessThan(2_000);
      processes.forEach((pid) => process.kill(pid, 'SIGCONT'));
      await expect.poll(async () => (await search()).status, { timeout: 20_000 }).toBe(200);
    },
  );
});
