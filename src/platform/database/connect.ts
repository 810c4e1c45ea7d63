import postgres from 'postgres';
import { markSpread } from './spread.ts';
import { forgetPool, watchStatements } from './watch-statements.ts';

/**
 * The SQL client every store uses. What comes out of the database:
 * `bigint` as a number (a value beyond 2^53 throws rather than be rounded), `timestamptz` as ISO 8601 text in UTC with
 * the microseconds PostgreSQL keeps, `date` and `timestamp` as text, `numeric` as text, `json` parsed.
 */
export type Sql = postgres.Sql<SqlTypes>;
export type Transaction = postgres.TransactionSql<SqlTypes>;
/** One connection taken out of the pool, for what a session holds: advisory locks, temporary settings. */
export type ReservedSql = postgres.ReservedSql<SqlTypes>;

type SqlTypes = { bigint: number; date: string; timestamp: string; timestamptz: string };

export type Database = { readonly sql: Sql; readonly close: () => Promise<void> };

export type ConnectionOptions = {
  /** Most connections at a time. */
  readonly max?: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string;
  readonly connectTimeoutSeconds?: number;
  /** A statement that takes longer is broken off by the server; 0 or none: never. */
  readonly statementTimeoutMs?: number;
  /** The tables are spread over several servers (Citus). */
  readonly distributed?: boolean;
};

const connectionsByDefault = 10;

const typeId = { int8: 20, date: 1082, timestamp: 1114, timestamptz: 1184 };

function toSafeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`The database sent ${text}, which a number cannot hold.`);
  return value;
}

/** `2026-11-23 10:00:00.5+00` as PostgreSQL prints it, as `2026-11-23T10:00:00.5Z`; `infinity` stays as it is. */
const toIsoInstant = (text: string): string => text.replace(' ', 'T').replace(/\+00(?::?00)?$/, 'Z');

const asText = (value: string): string => value;

const sqlTypes = {
  bigint: { to: typeId.int8, from: [typeId.int8], serialize: String, parse: toSafeNumber },
  date: { to: typeId.date, from: [typeId.date], serialize: asText, parse: asText },
  timestamp: { to: typeId.timestamp, from: [typeId.timestamp], serialize: asText, parse: asText },
  timestamptz: {
    to: typeId.timestamptz,
    from: [typeId.timestamptz],
    serialize: (value: unknown) => (value instanceof Date ? value.toISOString() : value),
    parse: toIsoInstant,
  },
};

/** libpq's `?host=/folder` names a Unix socket; the client wants it apart from the address. */
function splitSocket(url: string): { url: string; socketFolder: string | undefined } {
  const parsed = new URL(url);
  const socketFolder = parsed.searchParams.get('host') ?? undefined;
  parsed.searchParams.delete('host');
  return { url: parsed.href, socketFolder };
}

/** The client's own pauses grow to 20 seconds, through which requests would wait for a server that is long back. */
function secondsBeforeReconnecting(failures: number): number {
  return Math.min(0.05 * 2 ** failures, 0.5);
}

/** Opens a pool of connections. Nothing is connected until the first statement; `close` gives running ones five seconds. */
export function openDatabase(url: string, options: ConnectionOptions = {}): Database {
  const address = splitSocket(url);
  const max = options.max ?? connectionsByDefault;
  const timeout = options.statementTimeoutMs ?? 0;
  const sql = postgres(address.url, {
    ...(address.socketFolder === undefined ? {} : { host: address.socketFolder }),
    max,
    connect_timeout: options.connectTimeoutSeconds ?? 10,
    backoff: secondsBeforeReconnecting,
    connection: {
      application_name: options.applicationName ?? 'vsis',
      TimeZone: 'UTC',
      max_parallel_workers_per_gather: 0, // starting them costs more than a search that ends after a page
      ...(timeout === 0 ? {} : { statement_timeout: timeout }),
    },
    onnotice: () => undefined,
    types: sqlTypes,
  });
  watchStatements(sql, max);
  if (options.distributed) markSpread(sql);
  return {
    sql,
    close: async () => {
      await sql.end({ timeout: 5 });
      forgetPool(sql);
    },
  };
}
