import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { makeTempFolder } from '../../../test/support/temp-folder.ts';
import { claimJob, findJob, insertJob, saveJobProgress } from './job.ts';
import { runJobs } from './run-jobs.ts';

let database: TestDatabase;
let temporary: { path: string; remove: () => Promise<void> };

beforeAll(async () => {
  database = await createTestDatabase();
  temporary = await makeTempFolder();
});
afterAll(async () => {
  await database.drop();
  await temporary.remove();
});

const request = { actor: 'tester', request: 'https://example.org', requiresToken: false, plan: {} };

/** Takes the job up as a process that is killed at once, so often. */
async function kill(kind: string, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    await claimJob(database.sql, { owner: `process ${time}`, kinds: [kind], leaseMs: -1 });
  }
}

/** Runs the jobs of a kind until the one with the id has ended: how it ended, and how often it was carried out. */
async function settled(kind: string, id: string) {
  let runs = 0;
  const run = async () => {
    runs += 1;
    return {};
  };
  const jobs = runJobs({
    sql: database.sql,
    log: pino({ level: 'silent' }),
    kinds: [{ kind, run }],
    folder: temporary.path,
    keepMs: 60_000,
    pollMs: 20,
  });
  await expect.poll(async () => (await findJob(database.sql, id))?.state).toMatch(/done|failed/);
  await jobs.close();
  const job = await findJob(database.sql, id);
  return { state: job?.state, code: job?.problem?.code, runs };
}

it('gives a job up whose process ended three times before it got further', async () => {
  const id = await insertJob(database.sql, { kind: 'deadly', ...request });
  await kill('deadly', 3);
  expect(await settled('deadly', id)).toEqual({ state: 'failed', code: 'bulk.given-up', runs: 0 });
});

it('goes on with one that got further meanwhile', async () => {
  const id = await insertJob(database.sql, { kind: 'slow', ...request });
  await kill('slow', 2);
  const job = await claimJob(database.sql, { owner: 'last', kinds: ['slow'], leaseMs: 60_000 });
  await saveJobProgress(database.sql, { id, owner: 'last', attempt: job?.attempt ?? 0 }, { next: 1 });
  await database.sql`update bulk.job set lease_until = now() where id = ${id}`;
  expect(await settled('slow', id)).toEqual({ state: 'done', code: undefined, runs: 1 });
});
