import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppError } from '#platform/errors';
import { createServer } from '#platform/http';

let app: FastifyInstance;
const logged: string[] = [];

const thrown: Readonly<Record<string, unknown>> = {
  known: new AppError('stale', 'test.known', 'Read it again.', {
    issues: [{ severity: 'error', code: 'conflict', text: 'Read it again.', expression: 'Patient.id' }],
    cause: new Error('a secret'),
  }),
  fault: new AppError('fault', 'test.fault', 'It broke.', { cause: new Error('a secret') }),
  error: new Error('a secret'),
  text: 'a secret',
  nothing: undefined,
  closed: Object.assign(new Error('a secret'), { code: 'CONNECTION_CLOSED' }),
  refused: Object.assign(new Error('a secret'), { code: 'ECONNREFUSED' }),
  full: new postgres.PostgresError('a secret'),
};

beforeAll(async () => {
  app = createServer({ logger: pino({ level: 'error' }, { write: (line) => logged.push(line) }) });
  Object.assign(thrown['full'] as object, { code: '53100' }); // as: an error is an object
  for (const [name, error] of Object.entries(thrown)) {
    app.get(`/${name}`, async () => {
      throw error;
    });
  }
  await app.ready();
});
afterAll(() => app.close());

it.each([
  ['known', 412, 'test.known', undefined],
  ['fault', 500, 'test.fault', undefined],
  ['error', 500, 'http.unexpected', undefined],
  ['text', 500, 'http.unexpected', undefined],
  ['nothing', 500, 'http.unexpected', undefined],
  ['closed', 503, 'http.database-away', '2'],
  ['refused', 503, 'http.database-away', '2'],
  ['full', 503, 'http.database-away', '2'],
  ['nowhere', 404, 'http.no-route', undefined],
])('what is thrown by /%s is answered with %i and %s, and tells no secret', async (name, status, code, retryAfter) => {
  logged.length = 0;
  const answer = await app.inject(`/${name}`);
  expect(answer.statusCode).toBe(status);
  expect(answer.headers['retry-after']).toBe(retryAfter);
  expect(answer.headers['content-type']).toBe('application/fhir+json; charset=utf-8');
  expect(answer.body).not.toContain('secret');
  const [issue] = answer.json<{ issue: { details: { coding: { code: string }[] }; diagnostics: string }[] }>().issue;
  expect(issue?.details.coding[0]?.code).toBe(code);
  // whoever reads the log must find the request, and only faults are logged as errors
  expect(logged.length).toBe(status >= 500 ? 1 : 0);
  expect(/Request [0-9a-f-]{36}\.$/.test(issue?.diagnostics ?? '')).toBe(status >= 500);
});

it('names the place of a fault in the input', async () => {
  expect((await app.inject('/known')).json()).toMatchObject({
    issue: [{ expression: ['Patient.id'], code: 'conflict' }],
  });
});
