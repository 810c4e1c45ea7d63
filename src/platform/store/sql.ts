import type postgres from 'postgres';

/** A connection pool or an open transaction: what a statement is sent through. */
export type Sql = postgres.ISql<Record<never, never>>;

/** A connection pool, on which a transaction can be begun. */
export type SqlPool = postgres.Sql<Record<never, never>>;

export type SqlFragment = postgres.PendingQuery<postgres.Row[]> | postgres.Fragment;
