import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { sized, tellFault, withinMs } from '../support/fault-run.ts';
import { createClient, entriesOf } from '../support/fhir-server.ts';

const program = join(import.meta.dirname, '../support/record-program.ts');
const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const entries = sized(5_000, 30_000);
const tooMany = 100_000;

function bundleOf(entries: number, reference: string): string {
  const entry = Array.from({ length: entries }, (_, at) => ({
    resource: { resourceType: 'Observation', status: 'final', code: { text: `n${at}` }, subject: { reference } },
    request: { method: 'POST', url: 'Observation' },
  }));
  return JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
}

/** The most memory a process ever had, in megabytes. */
async function peakMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024);
}

it.runIf(process.platform === 'linux')(
  'a Bundle is taken as a whole or refused at once, within bounded memory, and others are answered meanwhile',
  async () => {
    const database = await createTestDatabase();
    cleanUps.push(database.drop);
    const child = spawn(process.execPath, [program, database.url], { stdio: ['ignore', 'pipe', 'inherit'] });
    cleanUps.push(async () => child.kill('SIGKILL'));
    const [origin] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]; // as: lines are texts
    const client = createClient(`${origin}/fhir`);
    const { id } = await client.create({ resourceType: 'Patient' });
    const body = bundleOf(entries, `Patient/${id}`);
    let isDone = false;
    const startedMs = performance.now();
    const sending = client.post('', body).finally(() => {
      isDone = true;
    });
    let slowestMs = 0;
    let answered = 0;
    while (!isDone) {
      const askedMs = performance.now();
      expect((await client.get(`Patient/${id}`)).status).toBe(200);
      slowestMs = Math.max(slowestMs, performance.now() - askedMs);
      answered += 1;
      await delay(20);
    }
    const { status, body: answer } = await sending;
    const seconds = (performance.now() - startedMs) / 1000;
    expect(status).toBe(200);
    expect(entriesOf(answer)).toHaveLength(entries);
    const [row] = await database.sql<{ count: number }[]>`
      select count(*)::int as count from record.resource where type = 'Observation'`;
    expect(row?.count).toBe(entries);
    const refusal = await client.post('', bundleOf(tooMany, `Patient/${id}`));
    expect([refusal.status, refusal.text]).toEqual([413, expect.stringContaining('rest.too-many-entries')]);
    const memory = await peakMegabytes(child.pid ?? 0);
    tellFault('large-bundle', {
      entriesTaken: entries,
      entriesRefused: tooMany,
      bodyMegabytes: Math.round(body.length / 1e6),
      seconds: Math.round(seconds),
      peakMegabytes: memory,
      answeredMeanwhile: answered,
      slowestOfThemMs: Math.round(slowestMs),
    });
    expect(memory).toBeLessThan(700);
    expect(answered).toBeGreaterThan(3);
    expect(slowestMs).toBeLessThan(sized(10_000, 20_000));
  },
  withinMs(120_000),
);
