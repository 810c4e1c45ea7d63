import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLog, runWithRequestId } from '#platform/log';
import { collectMetrics, keepSlowLog } from '#platform/telemetry';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.sql`select 1`; // with its first statement a pool asks for the types of arrays
});

afterAll(() => database.drop());

/** How many statements have ended, by outcome. */
function ended(): Record<string, number> {
  const metric = collectMetrics().find(({ name }) => name === 'vsis_database_statement_seconds');
  if (metric?.kind !== 'histogram') return {};
  return Object.fromEntries(
    metric.series.map(({ labels, counts }) => [labels['outcome'] ?? '', counts.reduce((sum, each) => sum + each, 0)]),
  );
}

function levels(name: string): Record<string, number> {
  const metric = collectMetrics().find((each) => each.name === name);
  return metric?.kind === 'gauge'
    ? Object.fromEntries(metric.series.map(({ labels, value }) => [labels['state'] ?? '', value]))
    : {};
}

let before: Record<string, number>;
beforeEach(() => {
  before = ended();
});
const more = (outcome: string): number => (ended()[outcome] ?? 0) - (before[outcome] ?? 0);

describe('a statement is seen', () => {
  it.each<[string, number, () => Promise<unknown>]>([
    ['as a template', 1, () => database.sql`select ${1}::int`],
    ['with pieces inside', 1, () => database.sql`select ${database.sql`1`}`],
    ['as text', 1, () => database.sql.unsafe('select $1::int', [1])],
    ['as a simple text', 1, () => database.sql.unsafe('select 1').simple()],
    ['in a transaction, with its begin and commit', 3, () => database.sql.begin((sql) => sql`select 1`)],
    [
      'on a connection of its own',
      1,
      async () => {
        const own = await database.sql.reserve();
        await own`select 1`;
        own.release();
      },
    ],
    ['row by row', 1, () => database.sql`select generate_series(1, 5)`.forEach(() => undefined)],
  ])('%s', async (_form, statements, run) => {
    await run();
    expect(more('done')).toBe(statements);
    expect(levels('vsis_database_statements')).toEqual({ waiting: 0, sent: 0 });
  });

  it('but for a cursor, which lasts as long as its reader', async () => {
    let rows = 0;
    for await (const portion of database.sql`select generate_series(1, 5)`.cursor(2)) rows += portion.length;
    expect(rows).toBe(5);
    expect(more('done')).toBe(0);
  });

  it('also when it fails', async () => {
    await expect(database.sql`select 1 / 0`).rejects.toThrow('division by zero');
    expect([more('done'), more('failed')]).toEqual([0, 1]);
  });

  it('once, however often it is awaited', async () => {
    const statement = database.sql`select 1`;
    await Promise.all([statement, statement, statement]);
    expect(more('done')).toBe(1);
  });
});

it('connections in use are counted while they work', async () => {
  const work = Promise.all([database.sql`select pg_sleep(0.3)`, database.sql`select pg_sleep(0.3)`]);
  await expect.poll(() => levels('vsis_database_connections')).toMatchObject({ in_use: 2 });
  expect(levels('vsis_database_connections')['limit']).toBeGreaterThanOrEqual(4);
  await work;
  expect(levels('vsis_database_connections')).toMatchObject({ in_use: 0 });
});

describe('the slow log', () => {
  it('tells the statement and its request, and no value', async () => {
    const lines: string[] = [];
    const log = createLog({ level: 'info', destination: { write: (line) => void lines.push(line) } });
    const close = keepSlowLog(log, 50);
    try {
      await runWithRequestId('request-1', async () => {
        await database.sql`select ${'Leyla'}::text as
          name, pg_sleep(${0.08})`;
        await database.sql`select 1`;
      });
    } finally {
      close();
    }
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'warn',
      msg: 'slow statement',
      requestId: 'request-1',
      statement: 'select $1::text as name, pg_sleep($2)',
      rows: 1,
      durationMs: expect.any(Number),
    });
    expect(lines[0]).not.toContain('Leyla');
  });
});
