import { AppError } from '#platform/errors';
import { clause, run } from './search/clause.ts';
import type { Sql } from './sql.ts';
import { isFrom, isWithin, readHorizons, type TransactionNumbers, upTo } from './transaction-windows.ts';

/** One committed write, as subscribers hear of it. */
export type Change = {
  /** Number of the write; grows, with gaps where transactions were rolled back. */
  readonly seq: number;
  readonly type: string;
  readonly id: string;
  readonly version: number;
  readonly method: string;
  readonly updated: string;
  /** Patient whose record it belongs to. */
  readonly patient: string | null;
  readonly bucket: number;
};

export type ChangePage = {
  readonly changes: readonly Change[];
  /** Where the next page goes on; to be kept by the reader as it is. */
  readonly position: string;
};

/** The position before the first change. */
export const firstChange = '3';

/**
 * Transactions from `from` up to but not including `until` have all ended, so what they wrote is whole. Within this
 * window changes come in the order of their numbers; `after` is the number the last page ended with.
 */
type Window = { readonly from: TransactionNumbers; readonly until: TransactionNumbers; readonly after: number };

/**
 * The next changes after a position: each exactly once, those of one resource in order of version.
 *
 * Numbers of changes and of transactions are both given before commit and not in the same order, so neither alone can
 * be the position: a write with a lower number may appear later. A window of transactions ends where the oldest one
 * still open begins, on each server its own. A writer waits for the one before it on the same resource, which is on the
 * same server, so both fall in one window or in the right order in two.
 */
export async function readChanges(sql: Sql, position: string, limit: number): Promise<ChangePage> {
  const { from, until, after } = toWindow(position) ?? (await nextWindow(sql, position));
  // not prepared: the plan for the first reading of a long log is not that for the few changes of the last second
  const changes = await run<Change>(
    sql,
    clause`
    select seq, type, id, version, method, updated, patient, bucket
    from record.change
    where ${isWithin(clause`transaction`, from, until)} and seq > ${after}
    order by seq
    limit ${limit}`,
  );
  const last = changes.at(-1);
  const isWhole = changes.length < limit || last === undefined;
  return { changes, position: isWhole ? until : `${from}-${until}-${last.seq}` };
}

async function nextWindow(sql: Sql, position: string): Promise<Window> {
  const { oldest } = await readHorizons(sql);
  return { from: position, until: upTo(position, oldest), after: 0 };
}

/** The position behind all that is committed; the changes of transactions that are still open follow it. */
export async function latestPosition(sql: Sql): Promise<string> {
  const { oldest } = await readHorizons(sql);
  return oldest;
}

/** How much of the log follows a position: changes, counted no further than `countedAtMost`, and the age of the first. */
export type ChangesBehind = { readonly changes: number; readonly seconds: number };

const countedAtMost = 10_000;

/** What a reader at the position has still before it, as a figure to watch. */
export async function countChangesBehind(sql: Sql, position: string): Promise<ChangesBehind> {
  const { from, until, after } = toWindow(position) ?? { from: position, until: position, after: 0 };
  const [row] = await run<{ changes: number; seconds: number | null }>(
    sql,
    clause`
    select count(*)::int as changes, greatest(extract(epoch from now() - min(updated)), 0)::float8 as seconds
    from (
      (select updated from record.change
      where ${isWithin(clause`transaction`, from, until)} and seq > ${after}
      limit ${countedAtMost})
      union all
      (select updated from record.change where ${isFrom(clause`transaction`, until)} limit ${countedAtMost})
    ) as behind`,
  );
  return { changes: row?.changes ?? 0, seconds: row?.seconds ?? 0 };
}

function toWindow(position: string): Window | undefined {
  const [, from = '', until, after] =
    /^(\d{1,19}(?:,\d{1,19})*)(?:-(\d{1,19}(?:,\d{1,19})*)-(\d{1,16}))?$/.exec(position) ?? [];
  if (from === '') {
    throw new AppError('invalid', 'store.invalid-position', 'This is no position in the log of changes.');
  }
  return until === undefined ? undefined : { from, until, after: Number(after) };
}
