import type { Sql } from './sql.ts';

/** One committed write, as subscribers hear of it. */
export type Change = {
  /** Position in the log; grows, with gaps where transactions were rolled back. */
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

/**
 * The next changes after a position, in order; `after` is 0 or the `seq` of the last change seen.
 *
 * Positions are given before commit, so one with a lower number may appear after one with a higher. Changes of a
 * transaction are therefore shown only when no older transaction is open any more (the snapshot's horizon): what
 * follows the last change shown is never behind it. This holds because a transaction has its number before it draws a
 * position: `writeRows` writes the resource first.
 */
export async function readChanges(sql: Sql, after: number, limit: number): Promise<Change[]> {
  return sql<Change[]>`
    select seq, type, id, version, method, updated, patient, bucket
    from record.change
    where seq > ${after} and transaction < pg_snapshot_xmin(pg_current_snapshot())
    order by seq
    limit ${limit}`;
}
