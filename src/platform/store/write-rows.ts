import { hash64, type IndexEntries } from '#platform/search';
import { arrayLiteral, type Element } from './array-literal.ts';
import { bucketOfId } from './bucket.ts';
import type { Sql } from './sql.ts';
import { timestampLiteral } from './timestamp-literal.ts';

export type WriteMethod = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A resource version ready to be stored; `content` is absent in a deletion. */
export type PreparedWrite = {
  readonly method: WriteMethod;
  readonly bucket: number;
  readonly type: string;
  readonly id: string;
  readonly version: number;
  /** Version of the current row this write supersedes; 0 when there must be none. */
  readonly supersedes: number;
  readonly updated: string;
  readonly content?: string;
  readonly entries?: IndexEntries;
};

/** Who acts, for the audit record. */
export type Actor = { readonly name: string; readonly requestId?: string };

/**
 * Stores all versions with their index entries, change records and audit records in one statement.
 * Returns, in order, which writes took place: a write does not when the current version is not the one it supersedes.
 * The caller rolls its transaction back if a part is not enough.
 */
export async function writeRows(sql: Sql, writes: readonly PreparedWrite[], actor: Actor): Promise<boolean[]> {
  if (writes.length === 0) {
    return [];
  }
  const columns = toColumns(writes);
  const ranges = toRanges(writes);
  const rows = await sql<{ n: number }[]>`
    with given as materialized (
      select g.*, coalesce(r.rid, nextval('record.rid')) as rid, r.version as old_version, r.updated as old_updated,
        r.method as old_method, r.content as old_content,
        coalesce(g.patient, r.patient) as about
      from unnest(
          ${columns.n}::text::int[], ${columns.method}::text::text[], ${columns.bucket}::text::smallint[],
          ${columns.type}::text::text[], ${columns.id}::text::text[], ${columns.version}::text::int[],
          ${columns.supersedes}::text::int[], ${columns.updated}::text::timestamptz[], ${columns.content}::text::text[],
          ${columns.self}::text::bigint[], ${columns.patient}::text::text[], ${columns.patientKey}::text::bigint[],
          ${columns.dateLo}::text::timestamptz[], ${columns.dateHi}::text::timestamptz[], ${columns.label}::text::text[],
          ${columns.keys}::text::text[], ${columns.strings}::text::text[], ${columns.located}::text::boolean[])
        as g(n, method, bucket, type, id, version, supersedes, updated, content, self, patient, patient_key,
          date_lo, date_hi, label, keys, strings, located)
        left join record.resource r on r.bucket = g.bucket and r.type = g.type and r.id = g.id and g.supersedes > 0
      order by g.n -- numbers are drawn after the sort, so they follow the order of the writes
    ),
    inserted as (
      insert into record.resource (bucket, type, id, rid, version, updated, method, self, patient, patient_key, date_lo,
        date_hi, label, keys, strings, content)
      select bucket, type, id, rid, version, updated, method, self, patient, patient_key, date_lo, date_hi, label,
        keys::bigint[], array_to_tsvector(strings::text[]), content
      from given
      where supersedes = 0
      order by bucket, type, id
      returning rid
    ),
    updated as (
      update record.resource r
      set version = g.version, updated = g.updated, method = g.method, patient = g.patient, patient_key = g.patient_key,
        date_lo = g.date_lo, date_hi = g.date_hi, label = g.label, keys = g.keys::bigint[],
        strings = array_to_tsvector(g.strings::text[]), content = g.content
      from given g
      where r.bucket = g.bucket and r.type = g.type and r.id = g.id and r.version = g.supersedes
        and g.supersedes > 0 and g.method <> 'DELETE'
      returning r.rid
    ),
    deleted as (
      delete from record.resource r
      using given g
      where r.bucket = g.bucket and r.type = g.type and r.id = g.id and r.version = g.supersedes
        and g.method = 'DELETE'
      returning r.rid
    ),
    done as (
      select g.*
      from given g
      where g.rid in (select rid from inserted union all select rid from updated union all select rid from deleted)
    ),
    located as (
      insert into record.locator (type, id, bucket)
      select type, id, bucket from done where supersedes = 0 and located
    ),
    superseded as (
      insert into record.history (bucket, type, id, version, updated, method, content)
      select bucket, type, id, old_version, old_updated, old_method, old_content
      from done
      where supersedes > 0
      union all
      select bucket, type, id, version, updated, 'DELETE', null
      from done
      where method = 'DELETE'
    ),
    unranged as (
      delete from record.range_entry e using done d where d.supersedes > 0 and e.rid = d.rid
    ),
    ranged as (
      insert into record.range_entry (bucket, type, rid, parameter, lo, hi, units, tokens)
      select d.bucket, d.type, d.rid, e.parameter, e.lo, e.hi, e.units::bigint[], e.tokens::bigint[]
      from unnest(${ranges.n}::text::int[], ${ranges.parameter}::text::int[], ${ranges.lo}::text::numeric[],
          ${ranges.hi}::text::numeric[], ${ranges.units}::text::text[], ${ranges.tokens}::text::text[])
        as e(n, parameter, lo, hi, units, tokens)
        join done d on d.n = e.n
    ),
    changed as (
      insert into record.change (bucket, type, id, version, method, updated, patient)
      select bucket, type, id, version, method, updated, about from done order by n
    ),
    audited as (
      insert into audit.entry (actor, action, type, id, version, patient, request_id)
      select ${actor.name}, method, type, id, version, about, ${actor.requestId ?? null}::text from done order by n
    )
    select n from done`;
  const done = new Set(rows.map((row) => row.n));
  return writes.map((_, n) => done.has(n));
}

/** One array per column, in PostgreSQL's text form: the statement has the same shape for one write and for a thousand. */
function toColumns(writes: readonly PreparedWrite[]) {
  const list = (pick: (write: PreparedWrite, n: number) => Element): string => arrayLiteral(writes.map(pick));
  return {
    n: list((_, n) => n),
    method: list((each) => each.method),
    bucket: list((each) => each.bucket),
    type: list((each) => each.type),
    id: list((each) => each.id),
    version: list((each) => each.version),
    supersedes: list((each) => each.supersedes),
    updated: list((each) => each.updated),
    content: list((each) => each.content ?? null),
    self: list((each) => hash64(`${each.type}/${each.id}`)),
    patient: list((each) => each.entries?.patient ?? null),
    patientKey: list((each) => (each.entries?.patient ? hash64(`Patient/${each.entries.patient}`) : null)),
    dateLo: list(({ entries }) => (entries?.date ? timestampLiteral(entries.date.lo) : null)),
    dateHi: list(({ entries }) => (entries?.date ? timestampLiteral(entries.date.hi) : null)),
    label: list((each) => each.entries?.label ?? null),
    keys: list((each) => arrayLiteral(each.entries?.keys ?? [])),
    strings: list((each) => arrayLiteral(each.entries?.strings ?? [])),
    located: list((each) => each.bucket !== bucketOfId(each.id)),
  };
}

/** The range entries of all writes, one array per column; `n` is the write's place. */
export function toRanges(writes: readonly PreparedWrite[]) {
  const all = writes.flatMap((write, n) => (write.entries?.ranges ?? []).map((range) => ({ n, range })));
  const list = (pick: (each: (typeof all)[number]) => Element): string => arrayLiteral(all.map(pick));
  return {
    n: list((each) => each.n),
    parameter: list((each) => each.range.parameter),
    lo: list((each) => each.range.lo),
    hi: list((each) => each.range.hi),
    units: list((each) => (each.range.units.length > 0 ? arrayLiteral(each.range.units) : null)),
    tokens: list((each) => (each.range.tokens.length > 0 ? arrayLiteral(each.range.tokens) : null)),
  };
}
