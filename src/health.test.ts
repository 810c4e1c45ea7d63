import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSettings } from '#platform/config';
import { createTestDatabase, type TestDatabase } from '../test/support/database.ts';
import { type Health, type HealthCheck, readinessChecks, registerHealth } from './health.ts';
import { specification } from './settings.ts';

const well: HealthCheck = { name: 'a', problem: async () => undefined };

async function ask(health: Health, path: string) {
  const app = Fastify();
  registerHealth(app, health);
  const { statusCode, body, headers } = await app.inject(path);
  expect(headers['cache-control']).toBe('no-store');
  return [statusCode, JSON.parse(body) as unknown];
}

describe('the program', () => {
  it.each([
    ['starting', 503, 503],
    ['serving', 200, 200],
    ['draining', 503, 200],
  ] as const)('that is %s', async (phase, ready, startup) => {
    const health: Health = { phase, checks: [well] };
    expect(await ask(health, '/health/live')).toEqual([200, { status: 'live' }]);
    expect(await ask(health, '/health/ready')).toMatchObject([ready, { checks: { a: 'ok' } }]);
    expect(await ask(health, '/health/startup')).toMatchObject([startup, {}]);
  });

  it('names what is wrong, and all that was looked at', async () => {
    const checks: HealthCheck[] = [
      well,
      { name: 'b', problem: async () => 'b is full' },
      { name: 'c', problem: () => Promise.reject(new Error('secret')) },
    ];
    expect(await ask({ phase: 'serving', checks }, '/health/ready')).toEqual([
      503,
      { status: 'b is full', checks: { a: 'ok', b: 'b is full', c: 'c does not answer' } },
    ]);
  });

  it('does not wait for a check that never ends', async () => {
    const checks: HealthCheck[] = [{ name: 'database', problem: () => new Promise(() => undefined) }];
    const startedMs = performance.now();
    expect(await ask({ phase: 'serving', checks }, '/health/ready')).toMatchObject([
      503,
      { status: 'database does not answer' },
    ]);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });
});

describe('over a database', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });

  afterAll(() => database.drop());

  it('a lacking migration is seen, one of a newer program is none', async () => {
    const settings = readSettings(specification, { environment: { DATABASE_URL: database.ownerUrl } });
    const health: Health = { phase: 'serving', checks: await readinessChecks(database.sql, settings) };
    await database.ownerSql`
      insert into vsis.migration (part, number, file, sha256, duration_ms) values ('newer', 1, '0001-x.sql', '', 0)`;
    expect(await ask(health, '/health/ready')).toEqual([
      200,
      { status: 'ready', checks: { database: 'ok', schema: 'ok' } },
    ]);
    await database.ownerSql`delete from vsis.migration where part = 'store' and number = 2`;
    expect(await ask(health, '/health/ready')).toMatchObject([503, { status: 'migrations are missing: store/2' }]);
  });
});
