import { bucketOfId } from './bucket.ts';
import type { ResourceAddress, StoredVersion } from './read-rows.ts';
import type { Sql } from './sql.ts';

export type HistoryQuery = {
  readonly count: number;
  /** Only versions made at or after this moment. */
  readonly since?: Date;
  /** Only versions that were current at some time in this span. */
  readonly at?: { readonly from: Date; readonly to: Date };
  /** Continue below this position of an earlier page. */
  readonly before?: number;
};

export type HistoryPage = {
  readonly versions: readonly StoredVersion[];
  readonly next?: number;
  readonly total?: number;
};

/** Versions of one resource, newest first; empty when there never was one. The position is the version number. */
export async function instanceHistory(
  sql: Sql,
  { type, id }: ResourceAddress,
  query: HistoryQuery,
): Promise<HistoryPage> {
  const rows = await sql<(StoredVersion & { until: string | null })[]>`
    with home as (
      select coalesce((select bucket from record.locator where type = ${type} and id = ${id}),
        ${bucketOfId(id)}::smallint) as bucket
    ),
    versions as (
      select r.bucket, type, id, version, updated, method, content
      from record.resource r join home using (bucket)
      where type = ${type} and id = ${id}
      union all
      select h.bucket, type, id, version, updated, method, content
      from record.history h join home using (bucket)
      where type = ${type} and id = ${id}
    ),
    spans as (select *, lead(updated) over (order by version) as until from versions)
    select bucket, type, id, version, updated, method, content, until
    from spans
    where version < ${query.before ?? 2_147_483_647}
      and (${query.since ?? null}::timestamptz is null or updated >= ${query.since ?? null}::timestamptz)
      and (${query.at?.to ?? null}::timestamptz is null
        or (updated <= ${query.at?.to ?? null}::timestamptz
          and (until is null or until > ${query.at?.from ?? null}::timestamptz)))
    order by version desc
    limit ${query.count + 1}`;
  return toPage(rows, query.count, (row) => row.version);
}

/** Versions of all resources of a type, or of every type, newest first. The position is the number of the change. */
export async function recordHistory(sql: Sql, type: string | undefined, query: HistoryQuery): Promise<HistoryPage> {
  const rows = await sql<(StoredVersion & { seq: number })[]>`
    select c.seq::float8 as seq, c.bucket, c.type, c.id, c.version, c.updated, c.method,
      case when c.method = 'DELETE' then null else coalesce(r.content, h.content) end as content
    from record.change c
      left join record.resource r
        on r.bucket = c.bucket and r.type = c.type and r.id = c.id and r.version = c.version
      left join record.history h
        on h.bucket = c.bucket and h.type = c.type and h.id = c.id and h.version = c.version
    where c.seq < ${String(query.before ?? Number.MAX_SAFE_INTEGER)}::bigint
      and ${type === undefined ? sql`true` : sql`c.type = ${type}`}
      and ${query.since ? sql`c.updated >= ${query.since}` : sql`true`}
      and ${
        query.at
          ? sql`c.updated <= ${query.at.to} and not exists (
        select from record.change n
        where n.type = c.type and n.id = c.id and n.bucket = c.bucket and n.version = c.version + 1
          and n.updated <= ${query.at.from})`
          : sql`true`
      }
    order by c.seq desc
    limit ${query.count + 1}`;
  return toPage(rows, query.count, (row) => row.seq);
}

function toPage<Row extends StoredVersion>(
  rows: readonly Row[],
  count: number,
  position: (row: Row) => number,
): HistoryPage {
  const versions = rows.slice(0, count);
  const last = versions.at(-1);
  return rows.length > count && last ? { versions, next: position(last) } : { versions };
}
