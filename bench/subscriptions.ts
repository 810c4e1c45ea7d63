import { mkdirSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { currentCommit, loadAverage, machineFacts } from './machine.ts';
import { startOwnServer } from './own-server.ts';
import { percentile } from './statistics.ts';

const usage = `node bench/subscriptions.ts [--others N] [--writes N] [--out FILE]

Starts the program on an empty folder, subscribes to observations of one code by rest-hook with whole resources, and
prints the time from the answer to a write until its notification arrives (writes one at a time), and how many events
a second arrive when 16 clients write as fast as they can.

  --others N   other subscriptions that each write is held against in vain (default 100)
  --writes N   writes of the second part (default 3000)
  --out FILE   where the figures go (default: .cache/bench/subscriptions.json)`;

const { values } = parseArgs({
  options: {
    others: { type: 'string' },
    writes: { type: 'string' },
    out: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}
const [others, writes] = [Number(values.others ?? 100), Number(values.writes ?? 3000)];
const clients = 16;
const singles = 300;

/** When the notification of each observation arrived, by the id of the observation. */
const arrivals = new Map<string, number>();
const hook = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const now = performance.now();
    const text = Buffer.concat(chunks).toString();
    for (const [, id = ''] of text.matchAll(/"fullUrl":"[^"]*\/Observation\/([\w.-]+)"/g)) arrivals.set(id, now);
    response.end();
  });
});
await new Promise<void>((listening) => hook.listen(0, '127.0.0.1', listening));
const endpoint = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`; // as: it listens on a port

const extension = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/';
const subscription = (code: string) => ({
  resourceType: 'Subscription',
  status: 'requested',
  reason: 'bench',
  criteria: 'https://vsis.az/fhir/SubscriptionTopic/Observation-created',
  _criteria: { extension: [{ url: `${extension}backport-filter-criteria`, valueString: `code=${code}` }] },
  channel: {
    type: 'rest-hook',
    endpoint,
    payload: 'application/fhir+json',
    _payload: { extension: [{ url: `${extension}backport-payload-content`, valueCode: 'full-resource' }] },
  },
});
const observation = JSON.stringify({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ code: 'bench' }] },
});

async function post(base: string, path: string, body: string): Promise<string> {
  const headers = { 'Content-Type': 'application/fhir+json' };
  const answer = await fetch(`${base}/${path}`, { method: 'POST', headers, body });
  const { id, issue } = (await answer.json()) as { id?: string; issue?: unknown }; // as: a resource
  if (answer.status !== 201 || id === undefined) throw new Error(`Status ${answer.status}: ${JSON.stringify(issue)}`);
  return id;
}

async function untilArrived(ids: readonly string[]): Promise<void> {
  while (!ids.every((id) => arrivals.has(id))) await delay(5);
}

const folder = await mkdtemp(join(tmpdir(), 'vsis-subscriptions-'));
await chmod(folder, 0o755); // PostgreSQL does not run as root and must enter it
const stops: (() => Promise<void>)[] = [];
const loadBefore = loadAverage();
try {
  const { base } = await startOwnServer(folder, [], stops, { VSIS_DEMO: 'on', VSIS_PEOPLE: '1' });
  for (let at = 0; at < others; at += 1) await post(base, 'Subscription', JSON.stringify(subscription(`other-${at}`)));
  const id = await post(base, 'Subscription', JSON.stringify(subscription('bench')));
  while (!(await (await fetch(`${base}/Subscription/${id}`)).text()).includes('"status":"active"')) await delay(50);
  const delays: number[] = [];
  for (let at = 0; at < singles; at += 1) {
    const written = await post(base, 'Observation', observation);
    const answered = performance.now();
    await untilArrived([written]);
    delays.push((arrivals.get(written) ?? 0) - answered);
  }
  delays.sort((a, b) => a - b);
  const begun = performance.now();
  const ids = await Promise.all(
    Array.from({ length: clients }, async () => {
      const own: string[] = [];
      while (own.length < writes / clients) own.push(await post(base, 'Observation', observation));
      return own;
    }),
  );
  const written = performance.now();
  await untilArrived(ids.flat());
  const last = Math.max(...ids.flat().map((each) => arrivals.get(each) ?? 0));
  const figures = {
    otherSubscriptions: others,
    delayMs: {
      p50: Number(percentile(delays, 0.5).toFixed(1)),
      p95: Number(percentile(delays, 0.95).toFixed(1)),
      p99: Number(percentile(delays, 0.99).toFixed(1)),
    },
    writesPerSecond: Math.round((ids.flat().length * 1000) / (written - begun)),
    eventsPerSecond: Math.round((ids.flat().length * 1000) / (last - begun)),
  };
  const out = values.out ?? join(import.meta.dirname, '..', '.cache', 'bench', 'subscriptions.json');
  mkdirSync(join(out, '..'), { recursive: true });
  const about = {
    machine: machineFacts(folder, undefined),
    commit: currentCommit(),
    loadBefore,
    loadAfter: loadAverage(),
  };
  writeFileSync(out, `${JSON.stringify({ ...about, ...figures }, null, 2)}\n`);
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n${out}\n`);
} finally {
  for (const stop of stops.reverse()) await stop();
  hook.closeAllConnections();
  hook.close();
  await rm(folder, { recursive: true, force: true });
}
