import type { Span } from '#platform/search';
import { inItsBucket, type ResourceAddress, type StoredVersion } from './read-rows.ts';
import { type Clause, clause, verbatim } from './search/clause.ts';
import { runTogether } from './search/run-together.ts';
import { fitting, type Measured, withinBytes } from './search/within-bytes.ts';
import type { Sql, SqlFragment } from './sql.ts';
import { timestampLiteral } from './timestamp-literal.ts';

export type HistoryQuery = {
  readonly count: number;
  /** Only versions made at or after this moment, in milliseconds since 1970. */
  readonly since?: number;
  /** Only versions that were current at some time in this span. */
  readonly at?: Span;
  /** Continue below this position of an earlier page. */
  readonly before?: number;
  /** The page ends with the version that passes so many bytes, whatever number was asked for. */
  readonly bytesAtMost?: number;
};

export type HistoryPage = {
  readonly versions: readonly StoredVersion[];
  readonly next?: number;
  readonly total?: number;
};

/** Versions of one resource, newest first; empty when there never was one. The position is the version number. */
export async function instanceHistory(sql: Sql, address: ResourceAddress, query: HistoryQuery): Promise<HistoryPage> {
  const rows = await inItsBucket(sql, address, async (bucket) =>
    runTogether<StoredVersion & Measured>(sql, versionsOf({ ...address, bucket }, query), { rows: query.count }),
  );
  return toPage(rows, query.count, (row) => row.version);
}

function versionsOf({ bucket, type, id }: ResourceAddress & { readonly bucket: number }, query: HistoryQuery): Clause {
  const select = (table: 'resource' | 'history'): Clause => clause`
    select bucket, type, id, version, updated, method, content
    from record.${verbatim(table)}
    where bucket = ${String(bucket)}::text::smallint and type = ${type} and id = ${id}`;
  const all = clause`${select('resource')} union all ${select('history')}`;
  const { since, from, to } = momentsOf(query);
  const versions = query.at
    ? clause`
      select * from (select *, lead(updated) over (order by version) as until from (${all}) as every) as spanned
      where updated <= ${to}::text::timestamptz and (until is null or until > ${from}::text::timestamptz)`
    : clause`select * from (${all}) as every where true`;
  const page = clause`
    ${versions}
      and version < ${String(query.before ?? Number.MAX_SAFE_INTEGER)}::text::bigint
      and updated >= ${since}::text::timestamptz
    order by version desc
    limit ${String(query.count + 1)}::text::bigint`;
  return query.bytesAtMost === undefined ? page : withinBytes(page, versionColumns, query.bytesAtMost);
}

const versionColumns = 'bucket, type, id, version, updated, method';

/** The bounds of a query; what is not asked for is open. */
function momentsOf({ since, at }: HistoryQuery): { since: string; from: string; to: string } {
  return {
    since: timestampLiteral(since ?? Number.NEGATIVE_INFINITY),
    from: timestampLiteral(at?.lo ?? Number.NEGATIVE_INFINITY),
    to: timestampLiteral(at?.hi ?? Number.POSITIVE_INFINITY),
  };
}

/** Versions of all resources of a type, or of every type, newest first. The position is the number of the change. */
export async function recordHistory(sql: Sql, type: string | undefined, query: HistoryQuery): Promise<HistoryPage> {
  const { since, from, to } = momentsOf(query);
  const page = sql`
    select c.seq, c.bucket, c.type, c.id, c.version, c.updated, c.method, c.patient,
      coalesce(r.content, h.content) as content
    from record.change c
      left join record.resource r
        on r.bucket = c.bucket and r.type = c.type and r.id = c.id and r.version = c.version
      left join record.history h
        on h.bucket = c.bucket and h.type = c.type and h.id = c.id and h.version = c.version
    where c.seq < ${query.before ?? Number.MAX_SAFE_INTEGER}::bigint
      and ${type === undefined ? sql`true` : sql`c.type = ${type}`}
      and c.updated >= ${since}::text::timestamptz
      and c.updated <= ${to}::text::timestamptz
      and ${query.at ? isCurrentAfter(sql, from) : sql`true`}
    order by c.seq desc
    limit ${query.count + 1}`;
  const bytes = query.bytesAtMost ?? Number.MAX_SAFE_INTEGER;
  const rows = await sql<(StoredVersion & Measured & { seq: number })[]>`
    select seq, bucket, type, id, version, updated, method, patient,
      case when before < ${bytes}::bigint then content end as content, before >= ${bytes}::bigint as cut
    from (
      select *, coalesce(sum(octet_length(content)) over (rows between unbounded preceding and 1 preceding), 0) as before
      from (${page}) as page
    ) as measured`;
  return toPage(rows, query.count, (row) => row.seq);
}

/** The version after the one of row `c` was made later than the moment, or there is none. */
function isCurrentAfter(sql: Sql, moment: string): SqlFragment {
  return sql`not exists (
      select from record.resource n
      where n.bucket = c.bucket and n.type = c.type and n.id = c.id and n.version = c.version + 1
        and n.updated <= ${moment}::text::timestamptz)
    and not exists (
      select from record.history n
      where n.bucket = c.bucket and n.type = c.type and n.id = c.id and n.version = c.version + 1
        and n.updated <= ${moment}::text::timestamptz)`;
}

function toPage<Row extends StoredVersion & Measured>(
  rows: readonly Row[],
  count: number,
  position: (row: Row) => number,
): HistoryPage {
  const versions = fitting(rows).slice(0, count);
  const last = versions.at(-1);
  return rows.length > versions.length && last ? { versions, next: position(last) } : { versions };
}
