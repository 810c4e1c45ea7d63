import { type Clause, clause } from './search/clause.ts';
import { anyOf } from './search/scope.ts';
import type { Sql } from './sql.ts';

/**
 * Numbers of transactions, one for each server of the record, as text with commas between: each server counts its own
 * transactions, and the server's own number stands above the 48th bit. One server without others is number 0, so that its
 * numbers are PostgreSQL's own.
 */
export type TransactionNumbers = string;

export type Horizons = {
  /** All transactions below these numbers have ended: what they wrote can be read. */
  readonly oldest: TransactionNumbers;
  /** No transaction from these numbers on has begun. */
  readonly next: TransactionNumbers;
};

/** Asks every server. A change that several servers wrote together is open on each until that one has committed it. */
export async function readHorizons(sql: Sql): Promise<Horizons> {
  const rows = await sql<{ oldest: string; next: string }[]>`select oldest, next from record.horizons()`;
  if (rows.length === 0) {
    throw new Error('the database told no snapshot');
  }
  return { oldest: rows.map(({ oldest }) => oldest).join(','), next: rows.map(({ next }) => next).join(',') };
}

const serverBits = 48n;

function byServer(numbers: TransactionNumbers): Map<bigint, bigint> {
  return new Map(numbers.split(',').map((text) => [BigInt(text) >> serverBits, BigInt(text)]));
}

function endOf(server: bigint): bigint {
  return (server + 1n) << serverBits;
}

/**
 * The numbers up to which all is read when everything below `until` is: a server that is gone has ended all of its
 * transactions.
 */
export function upTo(from: TransactionNumbers, until: TransactionNumbers): TransactionNumbers {
  const known = byServer(until);
  const gone = [...byServer(from).keys()].filter((server) => !known.has(server)).map(endOf);
  return [...known.values(), ...gone].sort((left, right) => (left < right ? -1 : 1)).join(',');
}

/** Whether all numbers of the one are reached by the other. */
export function isReached(goal: TransactionNumbers, reached: TransactionNumbers): boolean {
  const by = byServer(reached);
  return [...byServer(goal)].every(([server, number]) => (by.get(server) ?? endOf(server)) >= number);
}

/** Rows whose transaction has a number at or after `from` and below `until`; of a server that `from` does not know, all. */
export function isWithin(column: Clause, from: TransactionNumbers, until: TransactionNumbers): Clause {
  const start = byServer(from);
  const windows = [...byServer(until)].map(([server, end]) => ({
    begin: start.get(server) ?? server << serverBits,
    end,
  }));
  return anyOf(
    windows
      .filter(({ begin, end }) => begin < end)
      .map(
        ({ begin, end }) =>
          clause`(${column} >= ${String(begin)}::text::xid8 and ${column} < ${String(end)}::text::xid8)`,
      ),
  );
}

/** Rows whose transaction has a number at or after `from`. */
export function isFrom(column: Clause, from: TransactionNumbers): Clause {
  const starts = [...byServer(from)].sort(([left], [right]) => (left < right ? -1 : 1));
  const last = starts.at(-1);
  const own = starts.slice(0, -1).map(([server, begin]) => {
    const end = String(endOf(server));
    return clause`(${column} >= ${String(begin)}::text::xid8 and ${column} < ${end}::text::xid8)`;
  });
  return anyOf([...own, clause`${column} >= ${String(last?.[1] ?? 0n)}::text::xid8`]);
}
