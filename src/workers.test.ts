import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningVsis, runVsis } from '../test/support/run-vsis.ts';
import { type Sent, startLoad } from '../test/support/steady-load.ts';
import { makeTempFolder } from '../test/support/temp-folder.ts';

let folder: Awaited<ReturnType<typeof makeTempFolder>>;
let program: RunningVsis;
let address = '';
let operations = '';

async function start(): Promise<void> {
  const flags = ['--processes', '2', '--operations-port', '0', '--drain-pause-ms', '1000', '--log-level', 'info'];
  program = runVsis('src/main.ts', ['--data-dir', folder.path, '--port', '0', '--no-demo', ...flags]);
  const said = await program.says(/Address +(http:\/\/\S+)\/\n[\s\S]*Metrics +(\S+)\/metrics\n[\s\S]*Processes +2\n/);
  [, address = '', operations = ''] = said;
}

beforeAll(async () => {
  folder = await makeTempFolder();
  await start();
}, 120_000);

afterAll(async () => {
  program.signal('SIGKILL');
  await program.ended;
  await folder.remove();
}, 60_000);

/** Processes that serve: children of the first one that run the program. */
async function workerPids(): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      return parent === program.pid && command.includes('main.ts') ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${operations}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(name));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

const patient = JSON.stringify({ resourceType: 'Patient', name: [{ family: 'Əliyeva' }] });
const mixed = (number: number) =>
  number % 2 === 0
    ? { path: '/fhir/Patient', method: 'POST', body: patient }
    : { path: '/fhir/Patient?name=aliyeva&_count=2' };
const isWell = ({ outcome, isWhole }: Sent): boolean => isWhole && Number(outcome) < 400;
const created = 'vsis_http_request_seconds_count{method="POST",route="/fhir/:type",status="201"}';

/** The processes are told apart through /proc, as Linux has it. */
describe.runIf(process.platform === 'linux')('a program of two processes', { timeout: 120_000 }, () => {
  it('serves from both, and tells of them as of one', async () => {
    const before = await metric(created);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        fetch(`${address}/fhir/Patient`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/fhir+json', Connection: 'close' },
          body: patient,
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
    await expect.poll(async () => (await metric(created)) - before, { timeout: 10_000 }).toBe(20);
    for (const number of ['1', '2']) {
      expect(program.output()).toMatch(new RegExp(`"process":"${number}","part":"http"[^\n]*"status":201`));
    }
    expect((await fetch(`${address}/health/ready`)).status).toBe(200);
    expect(await (await fetch(`${operations}/health/ready`)).json()).toMatchObject({ checks: { processes: 'ok' } });
  });

  it('renews its processes at SIGHUP, and nobody notices', async () => {
    const old = await workerPids();
    expect(old).toHaveLength(2);
    const load = startLoad(address, { clients: 8, next: mixed });
    program.signal('SIGHUP');
    await expect
      .poll(async () => (await workerPids()).filter((pid) => old.includes(pid)), { timeout: 90_000, interval: 250 })
      .toEqual([]);
    await load.stop();
    expect(load.sent.length).toBeGreaterThan(50);
    expect(load.sent.filter((each) => !isWell(each))).toEqual([]);
    await expect.poll(workerPids, { timeout: 20_000 }).toHaveLength(2);
  });

  it('replaces a process that is killed; the other goes on, and nothing that was counted or acknowledged is gone', async () => {
    const load = startLoad(address, { clients: 8, next: mixed });
    await expect.poll(() => load.sent.length, { timeout: 30_000 }).toBeGreaterThan(50);
    const before = await metric(created);
    const [victim = 0, survivor = 0] = await workerPids();
    process.kill(victim, 'SIGKILL');
    await expect.poll(async () => (await workerPids()).length, { timeout: 60_000, interval: 200 }).toBe(2);
    await expect.poll(() => metric('vsis_processes_replaced_total'), { timeout: 10_000 }).toBe(1);
    expect(await workerPids()).toContain(survivor);
    const sentUntilNow = load.sent.length;
    await expect.poll(() => load.sent.length, { timeout: 30_000 }).toBeGreaterThan(sentUntilNow + 50);
    await load.stop();
    const lost = load.sent.filter((each) => !isWell(each));
    expect(lost.length).toBeLessThanOrEqual(8); // each client had one request under way at most
    expect(lost.filter(({ outcome }) => typeof outcome === 'number')).toEqual([]);
    expect(await metric(created)).toBeGreaterThanOrEqual(before);
    const stored = (await (await fetch(`${address}/fhir/Patient?_summary=count`)).json()) as { total: number };
    expect(stored.total).toBeGreaterThanOrEqual(load.sent.filter(({ outcome }) => outcome === 201).length);
  });

  it('stops in order, and answers all that it took', async () => {
    let isOpen = true;
    const load = startLoad(address, { clients: 8, next: mixed, isOpen: () => isOpen });
    await expect.poll(() => load.sent.length, { timeout: 30_000 }).toBeGreaterThan(50);
    program.signal('SIGTERM');
    await expect
      .poll(async () => (await fetch(`${operations}/health/ready`)).status, { timeout: 900, interval: 20 })
      .toBe(503);
    isOpen = false;
    expect(await program.ended).toBe(0);
    await load.stop();
    expect(load.sent.filter((each) => !isWell(each))).toEqual([]);
    expect(program.output()).toMatch(/Stopped\.\n$/);
    expect(program.output()).not.toContain('cut off');
    expect(await workerPids()).toEqual([]);
  });

  it('leaves no process behind when the first one is killed', async () => {
    await start();
    const workers = await workerPids();
    expect(workers).toHaveLength(2);
    program.signal('SIGKILL');
    const alive = () => workers.filter((pid) => existsSync(`/proc/${pid}`));
    await expect.poll(alive, { timeout: 30_000 }).toEqual([]);
  });
});
