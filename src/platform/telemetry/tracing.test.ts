import { once } from 'node:events';
import { createServer as createHttpServer, type Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createServer } from '#platform/http';
import { createLog, logRequests } from '#platform/log';
import { registerFhir } from '#platform/rest';
import { inSpan, openExport, traceHeaders, traceRequest } from '#platform/telemetry';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { createClient } from '../../../test/support/fhir-server.ts';
import { readTraceparent } from './trace-context.ts';

/** What is read of the JSON form of OTLP. */
type OtlpSpan = {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
};

let collector: Server;
let url: string;
let bodies: { path: string; text: string }[] = [];
let database: TestDatabase;
let app: FastifyInstance;
let baseUrl: string;
let lines: string[] = [];

beforeAll(async () => {
  collector = createHttpServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      bodies.push({ path: request.url ?? '', text: Buffer.concat(parts).toString() });
      response.setHeader('Content-Type', 'application/json').end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const bound = collector.address();
  url = `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`;
  database = await createTestDatabase();
  const log = createLog({ level: 'info', destination: { write: (line) => void lines.push(line) } });
  app = createServer({ logger: log.child({}, { level: 'warn' }) });
  logRequests(app, log, { contextOf: traceRequest });
  const store = { sql: database.sql, now: () => new Date() };
  await registerFhir(app, { store, actorOf: async ({ id }) => ({ name: 'tester', requestId: id }), version: '0' });
  app.get('/handed-on', async () => traceHeaders());
  baseUrl = await app.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
  await app.close();
  await database.drop();
  collector.close();
});

afterEach(() => {
  bodies = [];
  lines = [];
});

const open = (share = 1) => openExport({ url, share, version: '0', process: '0' });

function spans(): OtlpSpan[] {
  return bodies
    .filter(({ path }) => path === '/v1/traces')
    .flatMap(({ text }) => {
      const { resourceSpans } = JSON.parse(text) as { resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[] };
      return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
    });
}

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parent = '00f067aa0ba902b7';
const asked = (flags: string) => ({ traceparent: `00-${traceId}-${parent}-${flags}` });

describe('a request that is traced', () => {
  it('has a span for each of its steps, below the one it came with, and no value anywhere', async () => {
    const close = await open();
    const client = createClient(`${baseUrl}/fhir`);
    await client.create({ resourceType: 'Patient', name: [{ family: 'Məxfiyeva' }] });
    const answer = await client.get('Patient?name=mexfiyeva&_count=1', asked('01'));
    expect(answer.status).toBe(200);
    await close();
    const own = spans().filter((span) => span.traceId === traceId);
    const root = own.find(({ parentSpanId }) => parentSpanId === parent);
    expect(root).toMatchObject({ name: 'GET /fhir/:type', kind: 2 });
    const names = own.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['search', 'compile', 'statement', 'group audit']));
    const known = new Set([parent, ...own.map(({ spanId }) => spanId)]);
    expect(own.filter(({ parentSpanId }) => !known.has(parentSpanId ?? ''))).toEqual([]);
    expect(spans().map(({ name }) => name)).toEqual(
      expect.arrayContaining(['POST /fhir/:type', 'validate', 'group insert']),
    );
    const statement = own.find(({ name }) => name === 'statement');
    expect(statement?.attributes.find(({ key }) => key === 'db.query.text')?.value.stringValue).toContain('$1');
    expect(JSON.stringify(bodies)).not.toMatch(/m[eə]xfiyeva/i);
    const answered = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(answered.filter((line) => line['traceId'] === traceId)).toMatchObject([{ msg: 'answered', status: 200 }]);
  });

  it('is left alone when whoever began the trace does not keep it, or the share is none', async () => {
    const close = await open(0);
    await fetch(`${baseUrl}/fhir/Patient?name=x`, { headers: asked('00') });
    await fetch(`${baseUrl}/fhir/Patient?name=x`);
    await close();
    expect(spans()).toEqual([]);
  });

  it('hands its trace on', async () => {
    const close = await open();
    const headers = (await (await fetch(`${baseUrl}/handed-on`, { headers: asked('01') })).json()) as {
      traceparent: string;
    };
    await close();
    const handed = readTraceparent(headers.traceparent);
    expect(handed).toMatchObject({ traceId, isSampled: true });
    expect(spans().map(({ spanId }) => spanId)).toContain(handed?.spanId);
  });
});

describe('where no spans are kept', () => {
  it('the trace of a request is still told in the log and handed on', async () => {
    const answer = await fetch(`${baseUrl}/handed-on`, { headers: asked('01') });
    expect(await answer.json()).toEqual(asked('01'));
    expect(await (await fetch(`${baseUrl}/handed-on`)).json()).toEqual({});
    expect(lines.map((line) => (JSON.parse(line) as { traceId?: string }).traceId)).toEqual([traceId, undefined]);
  });

  it('work is done as it is', async () => {
    expect(inSpan('x', () => 7)).toBe(7);
    await expect(inSpan('x', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});

describe('metrics', () => {
  it('are sent as they are counted', async () => {
    const close = await openExport({
      url,
      share: 0,
      version: '0',
      process: '0',
      collect: async () => [
        { name: 'a_total', about: 'A.', kind: 'counter', series: [{ labels: { x: 'y' }, value: 3 }] },
        { name: 'b_bytes', about: 'B.', kind: 'gauge', across: 'sum', series: [{ labels: {}, value: 5 }] },
        {
          name: 'c_seconds',
          about: 'C.',
          kind: 'histogram',
          bounds: [1],
          series: [{ labels: {}, sum: 4, counts: [1, 2] }],
        },
      ],
    });
    await close();
    const [sent] = bodies.filter(({ path }) => path === '/v1/metrics');
    expect(JSON.parse(sent?.text ?? '{}')).toMatchObject({
      resourceMetrics: [
        {
          scopeMetrics: [
            {
              metrics: [
                { name: 'a_total', sum: { isMonotonic: true, dataPoints: [{ asDouble: 3 }] } },
                { name: 'b_bytes', unit: 'By', gauge: { dataPoints: [{ asDouble: 5 }] } },
                {
                  name: 'c_seconds',
                  unit: 's',
                  histogram: { dataPoints: [{ count: 3, sum: 4, bucketCounts: [1, 2] }] },
                },
              ],
            },
          ],
        },
      ],
    });
  });
});

describe('traceparent', () => {
  it.each([
    [undefined],
    ['nonsense'],
    [`00-${'0'.repeat(32)}-${parent}-01`],
    [`00-${traceId}-${'0'.repeat(16)}-01`],
    [`ff-${traceId}-${parent}-01`],
    [`00-${traceId.toUpperCase()}-${parent}-01`],
    [[`00-${traceId}-${parent}-01`]],
  ])('%j is none', (header) => {
    expect(readTraceparent(header)).toBeUndefined();
  });

  it('of a later version is read as far as it is known', () => {
    expect(readTraceparent(`01-${traceId}-${parent}-03-more`)).toEqual({ traceId, spanId: parent, isSampled: true });
  });
});
