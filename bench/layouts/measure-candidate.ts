import { openDatabase, type Sql } from '#platform/database';
import { type Cell, medianCell } from '../cell.ts';
import { measureLoad, type VirtualUser } from '../measure-load.ts';
import { median } from '../statistics.ts';
import type { Candidate } from './candidates.ts';
import { measureSizes, type Sizes } from './sizes.ts';
import { type Work, type Workload, workloadsOf } from './workloads.ts';

export type MeasurePlan = {
  readonly candidate: Candidate;
  readonly rows: number;
  readonly seconds: number;
  readonly runs: number;
  readonly only: readonly string[] | undefined;
  readonly url: string;
  readonly sql: Sql;
  readonly postgresPid: number;
  readonly loaded: Readonly<Record<string, number>>;
  readonly say: (text: string) => void;
};

/** One line of the result: the median of the runs. */
export type Line = {
  readonly workload: string;
  readonly clients: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Processor time of the whole database server per operation. */
  readonly cpuMs: number;
  /** Bytes of WAL per operation; absent for reads. */
  readonly walBytes?: number;
  /** Share of the machine that others used, median. */
  readonly others: number;
  readonly errors: number;
};

export type CandidateResult = {
  readonly candidate: string;
  readonly rows: number;
  readonly loaded: Readonly<Record<string, number>>;
  readonly sizes: Sizes;
  readonly lines: readonly Line[];
};

const clientNumbers = [1, 16];
/** Writes are uneven (pending lists, page images), and so are measured longer. */
const longerWrites = 1.5;
const warmUpSeconds = 0.5;

/** Measures all workloads on a loaded database, reads before writes, since writes change what is read. */
export async function measureCandidate(plan: MeasurePlan): Promise<CandidateResult> {
  const { candidate, rows, loaded, sql, only, say } = plan;
  const sizes = await measureSizes(sql, rows);
  const workloads = await workloadsOf(sql, candidate, rows);
  const lines: Line[] = [];
  for (const workload of workloads.filter(({ name }) => only === undefined || only.includes(name))) {
    for (const clients of clientNumbers) {
      const line = await measureLine(plan, workload, clients);
      lines.push(line);
      say(
        Object.entries(line)
          .map(([name, value]) => `${name} ${value}`)
          .join(' '),
      );
    }
  }
  return { candidate: candidate.name, rows, loaded, sizes, lines };
}

async function measureLine(plan: MeasurePlan, workload: Workload, clients: number): Promise<Line> {
  const cells: Cell[] = [];
  const walBytes: number[] = [];
  await setPlanMode(plan, workload.planMode ?? 'auto');
  for (let run = 0; run < plan.runs; run += 1) {
    const before = await walPosition(plan.sql);
    let operations = 0;
    const count = (): void => {
      operations += workload.resources ?? 1;
    };
    cells.push(await measureRun(plan, workload, clients, count));
    walBytes.push(((await walPosition(plan.sql)) - before) / Math.max(1, operations));
  }
  if (workload.planMode !== undefined) await setPlanMode(plan, 'auto');
  const cell = medianCell(cells);
  for (const text of cell.errorTexts) plan.say(`error in ${workload.name}: ${text}`);
  const each = workload.resources ?? 1;
  const round = (value: number, digits: number): number => Number(value.toFixed(digits));
  return {
    workload: workload.name,
    clients,
    perSecond: round(cell.perSecond * each, 0),
    p50Ms: round(cell.p50Ms, 3),
    p95Ms: round(cell.p95Ms, 3),
    cpuMs: round((cell.postgresCpuMs ?? 0) / each, 4),
    ...(workload.writes ? { walBytes: Math.round(median(walBytes)) } : {}),
    others: round(cell.strangers ?? 0, 3),
    errors: cell.errors,
  };
}

/** A run on connections of its own, as many as there are clients, so that plans and caches start alike. */
async function measureRun(
  { url, seconds, postgresPid }: MeasurePlan,
  { work, writes }: Workload,
  clients: number,
  count: () => void,
): Promise<Cell> {
  const databases = Array.from({ length: clients }, () => openDatabase(url, { max: 1 }));
  try {
    return await measureLoad(
      { clients, warmUpSeconds, windowSeconds: writes ? seconds * longerWrites : seconds, watched: { postgresPid } },
      (user) => userOf(work, databases[user]?.sql, user, clients, count),
    );
  } finally {
    await Promise.all(databases.map((each) => each.close()));
  }
}

function userOf(work: Work, sql: Sql | undefined, user: number, clients: number, count: () => void): VirtualUser {
  if (!sql) throw new RangeError('A client without a connection.');
  return {
    act: async (turn) => {
      await work(sql, turn * clients + user);
      count();
      return 0;
    },
    close: () => undefined,
  };
}

async function walPosition(sql: Sql): Promise<number> {
  const [row] = await sql<
    { bytes: number }[]
  >`select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as bytes`;
  return row?.bytes ?? 0;
}

/** Holds for connections opened from now on. */
async function setPlanMode({ sql }: MeasurePlan, mode: 'auto' | 'force_generic_plan'): Promise<void> {
  const [row] = await sql<{ name: string }[]>`select current_database() as name`;
  await sql.unsafe(`alter database ${row?.name ?? ''} set plan_cache_mode = ${mode}`);
}
