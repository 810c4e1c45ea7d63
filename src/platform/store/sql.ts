import type postgres from 'postgres';
import type { Sql as SqlPool } from '#platform/database';

type TypesOf<Client> = Client extends postgres.Sql<infer Types> ? Types : never;

/** A connection pool or an open transaction: what a statement is sent through. */
export type Sql = postgres.ISql<TypesOf<SqlPool>>;

export type { SqlPool };

/** A piece of a statement. */
export type SqlFragment = postgres.PendingQuery<postgres.Row[]>;
