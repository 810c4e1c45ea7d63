import { statfsSync } from 'node:fs';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { createSchemaCheck, type Sql } from '#platform/database';
import { gauge } from '#platform/telemetry';
import { migrationParts } from './migration-parts.ts';
import type { ProgramSettings } from './settings.ts';

/** Where the program is in its life. */
export type Phase = 'starting' | 'serving' | 'draining';

/** One condition of being ready: what is wrong now, or undefined. */
export type HealthCheck = { readonly name: string; readonly problem: () => Promise<string | undefined> };

/** What `/health` tells of. A program that still starts has no checks yet. */
export type Health = { phase: Phase; checks: readonly HealthCheck[] };

const patienceMs = 2_000;

/** The problem, or that the check itself gives no answer. */
async function ask({ name, problem }: HealthCheck): Promise<readonly [string, string | undefined]> {
  const late = Promise.withResolvers<string>();
  const timer = setTimeout(() => late.resolve(`${name} does not answer`), patienceMs);
  const found = await Promise.race([problem().catch(() => `${name} does not answer`), late.promise]);
  clearTimeout(timer);
  return [name, found];
}

async function describe({ phase, checks }: Health): Promise<{ ready: boolean; body: object }> {
  const answers = await Promise.all(checks.map(ask));
  const problem = phase === 'serving' ? answers.find(([, found]) => found !== undefined)?.[1] : phase;
  const shown = Object.fromEntries(answers.map(([name, found]) => [name, found ?? 'ok']));
  return { ready: problem === undefined, body: { status: problem ?? 'ready', checks: shown } };
}

/**
 * For the machine that watches this one: `/health/live` answers while the program runs, `/health/startup` is 200 once
 * everything is prepared, `/health/ready` only while it can serve and is not about to stop.
 */
export function registerHealth(app: FastifyInstance, health: Health): void {
  const send = (reply: FastifyReply, isWell: boolean, body: object): FastifyReply =>
    reply
      .code(isWell ? 200 : 503)
      .header('Cache-Control', 'no-store')
      .type('application/json')
      .send(JSON.stringify(body));
  app.get('/health/live', (_request, reply) => send(reply, true, { status: 'live' }));
  app.get('/health/startup', (_request, reply) => {
    const isStarted = health.phase !== 'starting';
    return send(reply, isStarted, { status: isStarted ? 'started' : 'starting' });
  });
  app.get('/health/ready', async (_request, reply) => {
    const { ready, body } = await describe(health);
    return send(reply, ready, body);
  });
}

const bytesPerMegabyte = 1024 * 1024;

/** Free space for this program where a folder lies, in bytes. */
function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Lets the free space of the data folder be watched with the other figures. */
export function measureDisk(folder: string): void {
  gauge({ name: 'vsis_data_disk_free_bytes', about: 'Free space where the data folder lies.', across: 'max' }, () =>
    freeBytes(folder),
  );
}

/** The database answers and has every migration of this program; where the database is ours, its disk has room. */
export async function readinessChecks(sql: Sql, settings: ProgramSettings): Promise<HealthCheck[]> {
  const missingMigrations = await createSchemaCheck(migrationParts);
  const database: HealthCheck = {
    name: 'database',
    problem: async () => {
      await sql`select 1`;
      return undefined;
    },
  };
  const schema: HealthCheck = {
    name: 'schema',
    problem: async () => {
      const missing = await missingMigrations(sql);
      return missing.length === 0 ? undefined : `migrations are missing: ${missing.join(', ')}`;
    },
  };
  const disk: HealthCheck = {
    name: 'disk',
    problem: async () => {
      const free = freeBytes(settings.VSIS_DATA_DIR) / bytesPerMegabyte;
      return free >= settings.VSIS_DISK_FREE_MB ? undefined : `only ${Math.floor(free)} MB are free where the data lie`;
    },
  };
  return [database, schema, ...(settings.DATABASE_URL === undefined ? [disk] : [])];
}
