import { once } from 'node:events';
import { connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { collectMetrics } from '#platform/telemetry';
import { createServer } from './create-server.ts';
import { type Traffic, type TrafficLimits, watchTraffic } from './watch-traffic.ts';

type Served = { app: FastifyInstance; traffic: Traffic; origin: string; release: () => void };

const apps: FastifyInstance[] = [];

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

/** A server on which `/slow` waits until it is released. */
async function serve(limits: Partial<TrafficLimits> = {}): Promise<Served> {
  const app = createServer({ logger: pino({ level: 'silent' }) });
  apps.push(app);
  const traffic = watchTraffic(app, { requestsAtMost: 100, ...limits });
  const gate = Promise.withResolvers<void>();
  app.get('/slow', async (_request, reply) => {
    await gate.promise;
    return reply.send('done');
  });
  app.post('/slow', async (_request, reply) => {
    await gate.promise;
    return reply.send('done');
  });
  app.get('/quick', async (_request, reply) => reply.send('done'));
  app.get('/health/live', async (_request, reply) => reply.send('live'));
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  return { app, traffic, origin, release: gate.resolve };
}

const codeOf = async (response: Response): Promise<string> => {
  const { issue } = (await response.json()) as { issue: { details: { coding: { code: string }[] } }[] };
  return issue[0]?.details.coding[0]?.code ?? '';
};

function refusals(reason: string): number {
  const metric = collectMetrics().find(({ name }) => name === 'vsis_http_refused_total');
  return metric?.kind === 'counter' ? (metric.series.find(({ labels }) => labels['reason'] === reason)?.value ?? 0) : 0;
}

describe('a server with all the requests it can work on', () => {
  it('refuses the next at once, answers those it has, and lets its watchers in', async () => {
    const { traffic, origin, release } = await serve({ requestsAtMost: 2 });
    const before = refusals('too-many');
    const taken = [fetch(`${origin}/slow`), fetch(`${origin}/slow`)];
    await expect.poll(traffic.underWay).toBe(2);
    const refused = await fetch(`${origin}/quick`);
    expect([refused.status, refused.headers.get('retry-after'), await codeOf(refused)]).toEqual([
      503,
      '2',
      'http.too-many-requests',
    ]);
    expect((await fetch(`${origin}/health/live`)).status).toBe(200);
    expect(refusals('too-many') - before).toBe(1);
    release();
    expect((await Promise.all(taken)).map(({ status }) => status)).toEqual([200, 200]);
    await expect.poll(traffic.underWay).toBe(0);
    expect((await fetch(`${origin}/quick`)).status).toBe(200);
  });

  it('has room again when a client goes away', async () => {
    const { traffic, origin } = await serve({ requestsAtMost: 1 });
    const stop = new AbortController();
    const gone = fetch(`${origin}/slow`, { signal: stop.signal }).catch(() => 'gone');
    await expect.poll(traffic.underWay).toBe(1);
    stop.abort();
    expect(await gone).toBe('gone');
    await expect.poll(traffic.underWay).toBe(0);
  });
});

describe('a server whose database is stuck', () => {
  it('refuses new requests at once, and lets reads that wait go', async () => {
    let isStuck = false;
    const { traffic, origin, release } = await serve({ isStuck: () => isStuck });
    const read = fetch(`${origin}/slow`);
    const write = fetch(`${origin}/slow`, { method: 'POST' });
    await expect.poll(traffic.underWay).toBe(2);
    isStuck = true;
    const refused = await fetch(`${origin}/quick`);
    expect([refused.status, refused.headers.get('retry-after'), await codeOf(refused)]).toEqual([
      503,
      '2',
      'http.database-stuck',
    ]);
    const letGo = await read;
    expect([letGo.status, await codeOf(letGo)]).toEqual([503, 'http.database-stuck']);
    release();
    expect((await write).status).toBe(200);
    isStuck = false;
    expect((await fetch(`${origin}/quick`)).status).toBe(200);
  });
});

describe('a server that drains', () => {
  it('goes on answering, each time for the last time on that connection', async () => {
    const { traffic, origin } = await serve();
    expect((await fetch(`${origin}/quick`)).headers.get('connection')).toBe('keep-alive');
    traffic.startDraining();
    const last = await fetch(`${origin}/quick`);
    expect([last.status, last.headers.get('connection')]).toEqual([200, 'close']);
  });

  it('waits for what is under way and takes nobody new', async () => {
    const { traffic, origin, release } = await serve();
    const taken = fetch(`${origin}/slow`);
    await expect.poll(traffic.underWay).toBe(1);
    traffic.startDraining();
    const finished = traffic.finish(10_000);
    await expect(fetch(`${origin}/quick`)).rejects.toThrow('fetch failed');
    release();
    expect((await taken).status).toBe(200);
    expect(await finished).toBe(0);
  });

  it('answers the request of a connection that was made in time', async () => {
    const { traffic, origin } = await serve();
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    await once(socket, 'connect');
    await fetch(`${origin}/quick`); // the server has accepted the connection made before
    traffic.startDraining();
    const finished = traffic.finish(10_000);
    socket.write('GET /quick HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*connection: close/i);
    expect(await finished).toBe(0);
  });

  it('cuts off at its limit what does not end', async () => {
    const { traffic, origin } = await serve();
    const cut = fetch(`${origin}/slow`).catch(() => 'cut');
    await expect.poll(traffic.underWay).toBe(1);
    expect(await traffic.finish(200)).toBe(1);
    expect(await cut).toBe('cut');
  });
});
