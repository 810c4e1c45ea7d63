import { arrayLiteral } from './array-literal.ts';
import type { AuthoredWrite } from './prepared-write.ts';
import { contentSeparator, entrySeparator, toColumns, toEntryColumns, toRanges } from './row-columns.ts';
import type { Sql } from './sql.ts';

/**
 * Stores versions that supersede others, and deletions, each with its index entries, change record and audit record, in
 * one statement. Returns, in order, which took place: one does not when the current version is not the one it
 * supersedes. No resource may be written twice.
 */
export async function supersedeRows(sql: Sql, writes: readonly AuthoredWrite[]): Promise<boolean[]> {
  if (writes.length === 0) {
    return [];
  }
  const columns = toColumns(writes);
  const { keys, identified, strings } = toEntryColumns(writes);
  const supersedes = arrayLiteral(writes.map(({ write }) => write.supersedes));
  const ranges = toRanges(writes);
  const rows = await sql<{ n: number }[]>`
    with entry as materialized (
      select ${keys.all}::text::bigint[] as keys, ${identified.all}::text::bigint[] as identified
    ),
    given as materialized (
      select g.*,
        (select keys from entry)[g.keys_from:g.keys_to] as keys,
        (select identified from entry)[g.identified_from:g.identified_to] as identified,
        array_to_tsvector(string_to_array(coalesce(g.texts, ''), ${entrySeparator})) as strings,
        r.rid, r.updated as old_updated, r.method as old_method, r.content as old_content,
        r.identified as old_identified,
        coalesce(g.patient, r.patient) as about
      from unnest(
          ${columns.method}::text::text[], ${columns.bucket}::text::smallint[], ${columns.type}::text::text[],
          ${columns.id}::text::text[], ${columns.version}::text::int[], ${supersedes}::text::int[],
          ${columns.updated}::text::timestamptz[], ${columns.patient}::text::text[],
          ${columns.patientKey}::text::bigint[], ${columns.dateLo}::text::timestamptz[],
          ${columns.dateHi}::text::timestamptz[], ${columns.lead}::text::bigint[], ${columns.label}::text::text[],
          ${keys.from}::text::int[], ${keys.to}::text::int[], ${identified.from}::text::int[], ${identified.to}::text::int[],
          string_to_array(${strings}::text, ${contentSeparator}), string_to_array(${columns.content}::text, ${contentSeparator}),
          ${columns.actor}::text::text[], ${columns.requestId}::text::text[])
        with ordinality
        as g(method, bucket, type, id, version, supersedes, updated, patient, patient_key, date_lo, date_hi, lead_key, label,
          keys_from, keys_to, identified_from, identified_to, texts, content, actor, request_id, n)
        join record.resource r
          on r.bucket = g.bucket and r.type = g.type and r.id = g.id and r.version = g.supersedes
    ),
    updated as (
      update record.resource r
      set version = g.version, updated = g.updated, method = g.method, patient = g.patient, patient_key = g.patient_key,
        date_lo = g.date_lo, date_hi = g.date_hi, lead_key = g.lead_key, label = g.label, keys = g.keys,
        identified = g.identified, strings = g.strings, content = g.content
      from given g
      where r.bucket = g.bucket and r.type = g.type and r.id = g.id and r.version = g.supersedes
        and g.method <> 'DELETE'
      returning g.n
    ),
    deleted as (
      delete from record.resource r
      using given g
      where r.bucket = g.bucket and r.type = g.type and r.id = g.id and r.version = g.supersedes
        and g.method = 'DELETE'
      returning g.n
    ),
    done as (
      select g.* from given g where g.n in (select n from updated union all select n from deleted)
    ),
    superseded as (
      insert into record.history (bucket, type, id, version, updated, method, content)
      select bucket, type, id, supersedes, old_updated, old_method, old_content
      from done
      union all
      select bucket, type, id, version, updated, 'DELETE', null
      from done
      where method = 'DELETE'
    ),
    unranged as (
      delete from record.range_entry e using done d where e.bucket = d.bucket and e.rid = d.rid
    ),
    reidentified as (
      select bucket, rid, old_identified, identified as entries
      from done
      where method = 'DELETE' or identified <> old_identified
    ),
    unidentified as (
      delete from record.identifier_entry e
      using reidentified d
      where e.key = any(d.old_identified) and e.bucket = d.bucket and e.rid = d.rid
    ),
    identified as (
      insert into record.identifier_entry (bucket, key, system, rid)
      select bucket, entries[at], entries[at + 1], rid
      from reidentified, generate_series(1, cardinality(entries), 2) as at
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
      insert into audit.entry (bucket, actor, action, type, id, version, patient, request_id)
      select bucket, actor, method, type, id, version, about, request_id from done order by n
    )
    select n::int from done`;
  const done = new Set(rows.map(({ n }) => n));
  return writes.map((_, at) => done.has(at + 1));
}
