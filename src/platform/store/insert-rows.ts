import type { AuthoredWrite } from './prepared-write.ts';
import { contentSeparator, entrySeparator, toColumns, toEntryColumns, toNewColumns, toRanges } from './row-columns.ts';
import type { Sql } from './sql.ts';

/**
 * Stores the first versions of resources that are not there, with their index entries, change records and audit
 * records, in one statement. A resource that is there after all fails the statement (23505), and nothing is stored.
 */
export async function insertRows(sql: Sql, writes: readonly AuthoredWrite[]): Promise<void> {
  if (writes.length === 0) {
    return;
  }
  const columns = toColumns(writes);
  const { keys, identified, strings } = toEntryColumns(writes);
  const fresh = toNewColumns(writes);
  const ranges = toRanges(writes);
  // numbers are drawn in the order of the writes: a function in from gives its rows in order
  await sql`
    with entry as materialized (
      select ${keys.all}::text::bigint[] as keys, ${identified.all}::text::bigint[] as identified
    ),
    given as materialized (
      select g.*, nextval('record.rid') as rid,
        (select keys from entry)[g.keys_from:g.keys_to] as keys,
        (select identified from entry)[g.identified_from:g.identified_to] as identified,
        array_to_tsvector(string_to_array(coalesce(g.texts, ''), ${entrySeparator})) as strings
      from unnest(
          ${columns.method}::text::text[], ${columns.bucket}::text::smallint[], ${columns.type}::text::text[],
          ${columns.id}::text::text[], ${columns.version}::text::int[], ${columns.updated}::text::timestamptz[],
          ${fresh.self}::text::bigint[], ${columns.patient}::text::text[], ${columns.patientKey}::text::bigint[],
          ${columns.dateLo}::text::timestamptz[], ${columns.dateHi}::text::timestamptz[],
          ${columns.lead}::text::bigint[], ${columns.label}::text::text[],
          ${keys.from}::text::int[], ${keys.to}::text::int[], ${identified.from}::text::int[], ${identified.to}::text::int[],
          string_to_array(${strings}::text, ${contentSeparator}),
          string_to_array(${columns.content}::text, ${contentSeparator}), ${fresh.home}::text::smallint[],
          ${columns.actor}::text::text[], ${columns.requestId}::text::text[])
        with ordinality
        as g(method, bucket, type, id, version, updated, self, patient, patient_key, date_lo, date_hi, lead_key, label,
          keys_from, keys_to, identified_from, identified_to, texts, content, home, actor, request_id, n)
    ),
    inserted as (
      insert into record.resource (bucket, type, id, rid, version, updated, method, self, patient, patient_key, date_lo,
        date_hi, lead_key, label, keys, identified, strings, content)
      select bucket, type, id, rid, version, updated, method, self, patient, patient_key, date_lo, date_hi, lead_key,
        label, keys, identified, strings, content
      from given
      order by bucket, type, id -- writers of the same new resources meet in the same order
    ),
    located as (
      insert into record.locator (home, type, id, bucket)
      select home, type, id, bucket from given where home is not null
    ),
    identified as (
      insert into record.identifier_entry (bucket, key, system, rid)
      select bucket, entries[at], entries[at + 1], rid
      from (select bucket, rid, identified as entries from given where identified <> '{}') as g,
        generate_series(1, cardinality(entries), 2) as at
    ),
    ranged as (
      insert into record.range_entry (bucket, type, rid, parameter, lo, hi, units, tokens)
      select g.bucket, g.type, g.rid, e.parameter, e.lo, e.hi, e.units::bigint[], e.tokens::bigint[]
      from unnest(${ranges.n}::text::int[], ${ranges.parameter}::text::int[], ${ranges.lo}::text::numeric[],
          ${ranges.hi}::text::numeric[], ${ranges.units}::text::text[], ${ranges.tokens}::text::text[])
        as e(n, parameter, lo, hi, units, tokens)
        join given g on g.n = e.n
    ),
    changed as (
      insert into record.change (bucket, type, id, version, method, updated, patient)
      select bucket, type, id, version, method, updated, patient from given
    )
    insert into audit.entry (bucket, actor, action, type, id, version, patient, request_id)
    select bucket, actor, method, type, id, version, patient, request_id from given`;
}
