import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { afterEach, expect, it } from 'vitest';
import { collectMetrics } from '#platform/telemetry';
import { createServer } from './create-server.ts';
import { boundUnsent, type UnsentLimits } from './unsent-answers.ts';

const megabyte = 1024 * 1024;
const large = 'ə'.repeat(12 * megabyte); // 24 MB, more than the system keeps for a connection
const apps: FastifyInstance[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

async function serve(limits: UnsentLimits): Promise<string> {
  const app = createServer({ logger: pino({ level: 'silent' }) });
  apps.push(app);
  boundUnsent(app, limits);
  app.get('/large', async (_request, reply) => reply.send(large));
  app.post('/large', async (_request, reply) => reply.send(large));
  app.get('/small', async (_request, reply) => reply.send('small'));
  return app.listen({ host: '127.0.0.1', port: 0 });
}

/** A client that asks and takes nothing. */
async function askAndWait(origin: string): Promise<Socket> {
  const { port } = new URL(origin);
  const socket = connect(Number(port), '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  socket.pause();
  await once(socket, 'connect');
  const before = unsentBytes();
  socket.write('GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await expect.poll(unsentBytes).toBeGreaterThan(before);
  return socket;
}

function unsentBytes(): number {
  const metric = collectMetrics().find(({ name }) => name === 'vsis_http_unsent_bytes');
  return metric?.kind === 'gauge' ? (metric.series[0]?.value ?? 0) : 0;
}

/** Reads to the end, which comes before the whole answer where the server cut it off. */
async function takenBy(socket: Socket): Promise<number> {
  let bytes = 0;
  socket.on('data', (part: Buffer) => (bytes += part.length));
  socket.resume();
  await expect.poll(() => socket.destroyed || bytes > 24 * megabyte, { timeout: 10_000 }).toBe(true);
  return bytes;
}

it('answers that clients do not take are bounded: those that have waited longest make room', async () => {
  const origin = await serve({ bytesAtMost: 60 * megabyte, graceMs: 0 });
  const [first, second] = [await askAndWait(origin), await askAndWait(origin)];
  const response = await fetch(`${origin}/large`);
  expect([response.status, (await response.text()).length]).toEqual([200, large.length]);
  expect(unsentBytes()).toBeLessThan(60 * megabyte);
  expect(await takenBy(first)).toBeLessThan(24 * megabyte);
  expect(await takenBy(second)).toBeGreaterThan(24 * megabyte);
  await expect.poll(unsentBytes).toBe(0);
});

it('a read is refused where all are young, and told when to come again; writes and small answers are not', async () => {
  const origin = await serve({ bytesAtMost: 60 * megabyte, graceMs: 60_000 });
  const [first] = [await askAndWait(origin), await askAndWait(origin)];
  const refused = await fetch(`${origin}/large`);
  expect([refused.status, refused.headers.get('Retry-After')]).toEqual([503, '2']);
  expect(await refused.text()).toContain('http.too-much-unsent');
  expect((await fetch(`${origin}/small`)).status).toBe(200);
  expect((await (await fetch(`${origin}/large`, { method: 'POST' })).text()).length).toBe(large.length);
  expect(await takenBy(first)).toBeGreaterThan(24 * megabyte);
  expect((await fetch(`${origin}/large`)).status).toBe(200);
});

it('an answer larger than the bound is sent where nothing else waits', async () => {
  const origin = await serve({ bytesAtMost: megabyte });
  expect((await (await fetch(`${origin}/large`)).text()).length).toBe(large.length);
});

it('a client that takes nothing is cut off, one that takes it slowly is not', async () => {
  const origin = await serve({ bytesAtMost: 100 * megabyte, patienceMs: 500 });
  const idle = await askAndWait(origin);
  const slow = await askAndWait(origin);
  let taken = 0;
  slow.on('data', (part: Buffer) => {
    taken += part.length;
    slow.pause();
    setTimeout(() => slow.resume(), 4);
  });
  slow.resume();
  await expect.poll(() => taken, { timeout: 20_000 }).toBeGreaterThan(24 * megabyte);
  expect(await takenBy(idle)).toBeLessThan(24 * megabyte);
}, 30_000);
