import { randomUUID } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isDatabaseAway, type Sql } from '#platform/database';
import { AppError } from '#platform/errors';
import type { Log } from '#platform/log';
import {
  claimJob,
  failExhaustedJobs,
  failJob,
  finishJob,
  type Hold,
  type Job,
  listJobIds,
  releaseJob,
  removeExpiredJobs,
  renewLease,
  saveJobProgress,
  toProblem,
} from './job.ts';
import { removeJobFolder } from './job-folder.ts';

/** A job as the one who carries it out sees it. */
export type RunningJob = {
  readonly id: string;
  readonly actor: string;
  readonly request: string;
  readonly plan: unknown;
  /** What an earlier attempt saved last. */
  readonly progress: unknown;
  readonly attempt: number;
  /** Its own folder; it exists, and nobody else can look into it. */
  readonly folder: string;
  /** Aborted when the job is cancelled, taken over, or the program ends. */
  readonly signal: AbortSignal;
  /** Keeps what is needed to go on; throws when the job is no longer ours. */
  readonly save: (progress: unknown) => Promise<void>;
};

/** One kind of job and how it is carried out: what `run` gives is its outcome. */
export type JobKind = { readonly kind: string; readonly run: (job: RunningJob) => Promise<unknown> };

export type JobsOptions = {
  readonly sql: Sql;
  readonly log: Log;
  readonly kinds: readonly JobKind[];
  /** Where each job has a folder under its id. */
  readonly folder: string;
  /** How long outcomes and files are kept. */
  readonly keepMs: number;
  /** A job whose process is not heard of for so long goes to another. */
  readonly leaseMs?: number;
  readonly pollMs?: number;
};

export type Jobs = {
  /** Looks for jobs now rather than at the next look. */
  readonly wake: () => void;
  /** Stops; what is under way is given back. */
  readonly close: () => Promise<void>;
};

const defaults = { leaseMs: 20_000, pollMs: 5_000 };
const sweepEveryMs = 60_000;

/** Carries out jobs, one at a time, until it is closed. Several processes may do so beside each other. */
export function runJobs(options: JobsOptions): Jobs {
  const runner = new JobRunner(options);
  const ended = runner.run();
  return {
    wake: () => runner.wake(),
    close: async () => {
      runner.stop();
      await ended;
    },
  };
}

class JobRunner {
  readonly #options: Required<JobsOptions>;
  readonly #owner = `${hostname()}:${process.pid}:${randomUUID()}`;
  readonly #stopping = new AbortController();
  #wakened = Promise.withResolvers<void>();
  #sweptAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: JobsOptions) {
    this.#options = { ...defaults, ...options };
  }

  wake(): void {
    this.#wakened.resolve();
  }

  stop(): void {
    this.#stopping.abort();
    this.wake();
  }

  async run(): Promise<void> {
    const { sql, log, kinds, leaseMs } = this.#options;
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#sweep();
        const names = kinds.map(({ kind }) => kind);
        await this.#giveUp(names);
        const job = await claimJob(sql, { owner: this.#owner, kinds: names, leaseMs });
        if (job) {
          await this.#carryOut(job);
          continue;
        }
      } catch (error) {
        log.warn({ err: error }, 'jobs cannot be looked for');
      }
      await this.#pause();
    }
  }

  async #giveUp(kinds: readonly string[]): Promise<void> {
    const { sql, log, folder, keepMs } = this.#options;
    for (const id of await failExhaustedJobs(sql, kinds, keepMs)) {
      log.error({ job: id }, 'job given up: its process ended time after time');
      await removeJobFolder(folder, id);
    }
  }

  async #pause(): Promise<void> {
    const timer = setTimeout(() => this.wake(), this.#options.pollMs);
    await this.#wakened.promise;
    clearTimeout(timer);
    this.#wakened = Promise.withResolvers<void>();
  }

  async #carryOut(job: Job): Promise<void> {
    const { sql, log, kinds, folder, keepMs } = this.#options;
    const hold: Hold = { id: job.id, owner: this.#owner, attempt: job.attempt };
    const place = join(folder, job.id);
    await using lease = this.#keepLease(hold);
    try {
      await mkdir(place, { recursive: true, mode: 0o700 });
      const running = { ...job, folder: place, signal: lease.signal, save: saverOf(sql, hold) };
      const outcome = await kinds.find(({ kind }) => kind === job.kind)?.run(running);
      if (!(await finishJob(sql, hold, outcome, keepMs))) {
        throw lostJob();
      }
    } catch (error) {
      if (this.#stopping.signal.aborted) {
        await releaseJob(sql, hold);
      } else if (isLost(error) || lease.signal.aborted) {
        await this.#removeCancelled(job.id);
      } else if (!isDatabaseAway(error)) {
        log.error({ err: error, job: job.id }, 'job failed');
        await failJob(sql, hold, toProblem(toFailure(error)), keepMs);
        await removeJobFolder(folder, job.id);
      } // else the lease runs out, and the job is gone on with when the database is back
    }
  }

  /** A job that was taken over has its files; one that was cancelled has none to keep. */
  async #removeCancelled(id: string): Promise<void> {
    const { sql, folder } = this.#options;
    const known = await listJobIds(sql);
    if (!known.includes(id)) {
      await removeJobFolder(folder, id);
    }
  }

  #keepLease(hold: Hold): AsyncDisposable & { readonly signal: AbortSignal } {
    const { sql, leaseMs } = this.#options;
    const lost = new AbortController();
    const renew = async (): Promise<void> => {
      try {
        if (!(await renewLease(sql, hold, leaseMs))) {
          lost.abort(lostJob());
        }
      } catch {
        // the database is away: the lease may last until it is back
      }
    };
    const timer = setInterval(() => void renew(), leaseMs / 4);
    return {
      signal: AbortSignal.any([lost.signal, this.#stopping.signal]),
      [Symbol.asyncDispose]: async () => clearInterval(timer),
    };
  }

  /** Removes what has expired, and folders that no job owns. */
  async #sweep(): Promise<void> {
    if (performance.now() - this.#sweptAtMs < sweepEveryMs) {
      return;
    }
    this.#sweptAtMs = performance.now();
    const { sql, folder } = this.#options;
    const present = await readdir(folder).catch(() => []); // before the jobs are listed: a new one has no folder yet
    await removeExpiredJobs(sql);
    const known = new Set(await listJobIds(sql));
    for (const name of present.filter((each) => !known.has(each))) {
      await removeJobFolder(folder, name);
    }
  }
}

function saverOf(sql: Sql, hold: Hold): RunningJob['save'] {
  return async (progress) => {
    if (!(await saveJobProgress(sql, hold, progress))) {
      throw lostJob();
    }
  };
}

const lostCode = 'bulk.job-lost';

function lostJob(): AppError {
  return new AppError('conflict', lostCode, 'The job was cancelled or is carried out by another process.');
}

function isLost(error: unknown): boolean {
  return error instanceof AppError && error.code === lostCode;
}

function toFailure(error: unknown): AppError {
  if (error instanceof AppError) {
    return error;
  }
  if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') {
    return new AppError('unavailable', 'bulk.disk-full', 'The server has no room left for the files; ask again later.');
  }
  return new AppError('fault', 'bulk.failed', 'The job failed; the reason is in the log of the server.');
}
