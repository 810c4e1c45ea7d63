import { clause, run } from './search/clause.ts';
import type { Sql } from './sql.ts';
import { isFrom, isReached, readHorizons, type TransactionNumbers } from './transaction-windows.ts';

/**
 * A moment as of which the whole record can be read. Writes take their time before they commit, so a moment alone does
 * not say what has been written up to it; the numbers of transactions do.
 */
export type SettledMoment = {
  /** Instant, to the millisecond: the last a resource may have changed at. */
  readonly at: string;
  /** All transactions with a lower number had ended before the moment: what changed later has this number or a higher. */
  readonly horizon: TransactionNumbers;
  /** When all transactions with a lower number have ended, everything written up to the moment is there. */
  readonly barrier: TransactionNumbers;
};

/** Between a write's time and its transaction lie a few milliseconds, more on a busy machine. */
const writersDelayMs = 500;

/** The present moment. Writers that have their time but not yet their transaction are given half a second. */
export async function takeMoment(sql: Sql, now: () => Date): Promise<SettledMoment> {
  const { oldest: horizon } = await readHorizons(sql);
  const at = now().toISOString();
  await new Promise((resolve) => setTimeout(resolve, writersDelayMs));
  const { next: barrier } = await readHorizons(sql);
  return { at, horizon, barrier };
}

/** Whether every transaction below the barrier has ended. */
export async function hasSettled(sql: Sql, { barrier }: SettledMoment): Promise<boolean> {
  const { oldest } = await readHorizons(sql);
  return isReached(barrier, oldest);
}

/**
 * The moment up to which nothing is missing: the given one, or the millisecond before the earliest write that carries
 * a time up to it but came in behind the barrier (a slow writer, a clock that is behind, an import that keeps times).
 */
export async function honestMoment(sql: Sql, { at, barrier }: SettledMoment): Promise<string> {
  const [row] = await run<{ earliest: string | null }>(
    sql,
    clause`
    select min(updated) as earliest
    from record.change
    where ${isFrom(clause`transaction`, barrier)} and updated <= ${at}::text::timestamptz`,
  );
  return row?.earliest ? new Date(Date.parse(row.earliest) - 1).toISOString() : at;
}
