import { randomUUID } from 'node:crypto';
import type { Sql } from '#platform/database';
import type { AppError, ErrorKind, Issue } from '#platform/errors';

export type JobState = 'waiting' | 'running' | 'done' | 'failed';

/** An error as it is kept until somebody asks for the job. */
export type JobProblem = {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly text: string;
  readonly issues: readonly Issue[];
};

/** A request that is answered later. `plan`, `progress` and `outcome` are JSON of its kind. */
export type Job = {
  readonly id: string;
  readonly kind: string;
  readonly actor: string;
  readonly request: string;
  readonly requiresToken: boolean;
  readonly plan: unknown;
  readonly requested: string;
  readonly state: JobState;
  readonly attempt: number;
  readonly progress: unknown;
  readonly outcome: unknown;
  readonly problem: JobProblem | null;
  readonly expires: string | null;
};

export type NewJob = Pick<Job, 'kind' | 'actor' | 'request' | 'requiresToken' | 'plan'>;

/** Who works on a job, and for the how-manieth time: a statement of another attempt changes nothing. */
export type Hold = { readonly id: string; readonly owner: string; readonly attempt: number };

const columns = `id, kind, actor, request, requires_token as "requiresToken", plan, requested, state, attempt, progress,
  outcome, problem, expires`;

export async function insertJob(sql: Sql, { kind, actor, request, requiresToken, plan }: NewJob): Promise<string> {
  const id = randomUUID();
  await sql`
    insert into bulk.job (id, kind, actor, request, requires_token, plan)
    values (${id}, ${kind}, ${actor}, ${request}, ${requiresToken}, ${JSON.stringify(plan)}::text::jsonb)`;
  return id;
}

/** A file on its way in. It is kept as a job that nobody carries out, and expires as one. */
export async function insertUpload(
  sql: Sql,
  { kind, actor, keepMs }: Pick<NewJob, 'kind' | 'actor'> & { readonly keepMs: number },
): Promise<string> {
  const id = randomUUID();
  await sql`
    insert into bulk.job (id, kind, actor, request, requires_token, plan, expires)
    values (${id}, ${kind}, ${actor}, '', false, '{}', now() + make_interval(secs => ${keepMs / 1000}))`;
  return id;
}

export async function finishUpload(sql: Sql, id: string): Promise<void> {
  await sql`update bulk.job set state = 'done' where id = ${id}`;
}

export async function findJob(sql: Sql, id: string): Promise<Job | undefined> {
  const [job] = await sql<Job[]>`select ${sql.unsafe(columns)} from bulk.job where id = ${id}`;
  return job;
}

/** How many jobs wait or run: those of the actor, and all. */
export async function countOpenJobs(sql: Sql, actor: string): Promise<{ readonly own: number; readonly all: number }> {
  const [row] = await sql<{ own: number; all: number }[]>`
    select count(*) filter (where actor = ${actor})::int as own, count(*)::int as all
    from bulk.job
    where state in ('waiting', 'running')`;
  return row ?? { own: 0, all: 0 };
}

/** So often a job is taken up without getting further, whoever takes it: it may be what ends the process. */
const claimsAtMost = 3;

/** Fails the jobs that have been taken up too often, and names them. */
export async function failExhaustedJobs(sql: Sql, kinds: readonly string[], keepMs: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    update bulk.job
    set state = 'failed', problem = ${JSON.stringify(exhausted)}::text::jsonb, progress = null, owner = null,
      expires = now() + make_interval(secs => ${keepMs / 1000})
    where kind = any(${[...kinds]}) and claims >= ${claimsAtMost} and state = 'running' and lease_until < now()
    returning id`;
  return rows.map(({ id }) => id);
}

const exhausted: JobProblem = {
  kind: 'fault',
  code: 'bulk.given-up',
  text: `The job was begun ${claimsAtMost} times and its process ended each time before it got further; ask for less at once, or tell the operator of the server.`,
  issues: [],
};

/** Takes the oldest job that nobody works on: one that waits, or one whose process has not been heard of. */
export async function claimJob(
  sql: Sql,
  { owner, kinds, leaseMs }: { readonly owner: string; readonly kinds: readonly string[]; readonly leaseMs: number },
): Promise<Job | undefined> {
  const [job] = await sql<Job[]>`
    update bulk.job
    set state = 'running', owner = ${owner}, attempt = attempt + 1, claims = claims + 1,
      lease_until = now() + make_interval(secs => ${leaseMs / 1000})
    where id = (
      select id
      from bulk.job
      where kind = any(${[...kinds]}) and (state = 'waiting' or (state = 'running' and lease_until < now()))
      order by requested
      limit 1
      for update skip locked)
    returning ${sql.unsafe(columns)}`;
  return job;
}

/** False when the job is no longer ours: cancelled, or taken over by another process. */
export async function renewLease(sql: Sql, hold: Hold, leaseMs: number): Promise<boolean> {
  const done = await sql`
    update bulk.job
    set lease_until = now() + make_interval(secs => ${leaseMs / 1000})
    where ${held(sql, hold)}`;
  return done.count === 1;
}

export async function saveJobProgress(sql: Sql, hold: Hold, progress: unknown): Promise<boolean> {
  const done = await sql`
    update bulk.job set progress = ${JSON.stringify(progress)}::text::jsonb, claims = 0 where ${held(sql, hold)}`;
  return done.count === 1;
}

/** What a job came to, and how long that is kept. */
export async function finishJob(sql: Sql, hold: Hold, outcome: unknown, keepMs: number): Promise<boolean> {
  const done = await sql`
    update bulk.job
    set state = 'done', outcome = ${JSON.stringify(outcome)}::text::jsonb, progress = null, owner = null,
      expires = now() + make_interval(secs => ${keepMs / 1000})
    where ${held(sql, hold)}`;
  return done.count === 1;
}

export async function failJob(sql: Sql, hold: Hold, problem: JobProblem, keepMs: number): Promise<boolean> {
  const done = await sql`
    update bulk.job
    set state = 'failed', problem = ${JSON.stringify(problem)}::text::jsonb, progress = null, owner = null,
      expires = now() + make_interval(secs => ${keepMs / 1000})
    where ${held(sql, hold)}`;
  return done.count === 1;
}

/** Gives a job back at the end of the program, so that another process or the next start goes on at once. */
export async function releaseJob(sql: Sql, hold: Hold): Promise<void> {
  await sql`update bulk.job set state = 'waiting', owner = null, claims = greatest(claims - 1, 0) where ${held(sql, hold)}`;
}

export async function removeJob(sql: Sql, id: string): Promise<boolean> {
  return (await sql`delete from bulk.job where id = ${id}`).count === 1;
}

/** Removes the jobs whose time is over, and names them. */
export async function removeExpiredJobs(sql: Sql): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`delete from bulk.job where expires < now() returning id`;
  return rows.map(({ id }) => id);
}

export async function listJobIds(sql: Sql): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`select id from bulk.job`;
  return rows.map(({ id }) => id);
}

export function toProblem({ kind, code, message, issues }: AppError): JobProblem {
  return { kind, code, text: message, issues };
}

function held(sql: Sql, { id, owner, attempt }: Hold) {
  return sql`id = ${id} and owner = ${owner} and attempt = ${attempt} and state = 'running'`;
}
