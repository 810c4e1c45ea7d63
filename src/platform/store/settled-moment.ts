import type { Sql } from './sql.ts';

/**
 * A moment as of which the whole record can be read. Writes take their time before they commit, so a moment alone does
 * not say what has been written up to it; the numbers of transactions do.
 */
export type SettledMoment = {
  /** Instant, to the millisecond: the last a resource may have changed at. */
  readonly at: string;
  /** All transactions with a lower number had ended before the moment: what changed later has this number or a higher. */
  readonly horizon: string;
  /** When all transactions with a lower number have ended, everything written up to the moment is there. */
  readonly barrier: string;
};

type Bounds = { readonly xmin: string; readonly xmax: string };

async function readBounds(sql: Sql): Promise<Bounds> {
  const [row] = await sql<Bounds[]>`
    select pg_snapshot_xmin(s)::text as xmin, pg_snapshot_xmax(s)::text as xmax from pg_current_snapshot() as s`;
  if (!row) {
    throw new Error('the database told no snapshot');
  }
  return row;
}

/** Between a write's time and its transaction lie a few milliseconds, more on a busy machine. */
const writersDelayMs = 500;

/** The present moment. Writers that have their time but not yet their transaction are given half a second. */
export async function takeMoment(sql: Sql, now: () => Date): Promise<SettledMoment> {
  const { xmin: horizon } = await readBounds(sql);
  const at = now().toISOString();
  await new Promise((resolve) => setTimeout(resolve, writersDelayMs));
  const { xmax: barrier } = await readBounds(sql);
  return { at, horizon, barrier };
}

/** Whether every transaction below the barrier has ended. */
export async function hasSettled(sql: Sql, { barrier }: SettledMoment): Promise<boolean> {
  const { xmin } = await readBounds(sql);
  return BigInt(xmin) >= BigInt(barrier);
}

/**
 * The moment up to which nothing is missing: the given one, or the millisecond before the earliest write that carries
 * a time up to it but came in behind the barrier (a slow writer, a clock that is behind, an import that keeps times).
 */
export async function honestMoment(sql: Sql, { at, barrier }: SettledMoment): Promise<string> {
  const [row] = await sql<{ earliest: string | null }[]>`
    select min(updated) as earliest
    from record.change
    where transaction >= ${barrier}::text::xid8 and updated <= ${at}::text::timestamptz`;
  return row?.earliest ? new Date(Date.parse(row.earliest) - 1).toISOString() : at;
}
