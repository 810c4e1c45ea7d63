import type { IndexEntries } from '#platform/search';
import { arrayLiteral, type Element } from '../array-literal.ts';
import type { Sql } from '../sql.ts';
import { timestampLiteral } from '../timestamp-literal.ts';

/** A stored resource, with all that it is to be found by. */
export type Reindexed = {
  readonly bucket: number;
  readonly id: string;
  readonly version: number;
  readonly entries: IndexEntries;
};

/**
 * Replaces what resources of a type are found by; their contents, versions and times stay. One that has another version
 * by now is left to the writer of it. `numbers` are the parameters whose range entries are replaced.
 */
export async function reindexRows(
  sql: Sql,
  type: string,
  rows: readonly Reindexed[],
  numbers: readonly number[] | 'all',
): Promise<void> {
  const list = (pick: (row: Reindexed) => Element): string => arrayLiteral(rows.map(pick));
  const isChanged = (parameter: number): boolean => numbers === 'all' || numbers.includes(parameter);
  const ranges = rows.flatMap(({ entries }, at) =>
    entries.ranges.filter(({ parameter }) => isChanged(parameter)).map((range) => ({ n: at + 1, range })),
  );
  const listed = (pick: (each: (typeof ranges)[number]) => Element): string => arrayLiteral(ranges.map(pick));
  const hashes = (all: readonly bigint[]): string | null => (all.length > 0 ? arrayLiteral(all) : null);
  await sql`
    with given as (
      select *
      from unnest(
          ${list(({ bucket }) => bucket)}::text::smallint[], ${list(({ id }) => id)}::text::text[],
          ${list(({ version }) => version)}::text::int[],
          ${list(({ entries: { date } }) => (date ? timestampLiteral(date.lo) : null))}::text::timestamptz[],
          ${list(({ entries: { date } }) => (date ? timestampLiteral(date.hi) : null))}::text::timestamptz[],
          ${list(({ entries: { lead } }) => lead ?? null)}::text::bigint[],
          ${list(({ entries: { label } }) => label ?? null)}::text::text[],
          ${list(({ entries: { keys } }) => arrayLiteral(keys))}::text::text[],
          ${list(({ entries }) => arrayLiteral(entries.identifiers.flatMap(({ key, system }) => [key, system])))}::text::text[],
          ${list(({ entries: { strings } }) => arrayLiteral(strings))}::text::text[])
        with ordinality
        as g(bucket, id, version, date_lo, date_hi, lead_key, label, keys, identified, strings, n)
    ),
    locked as materialized (
      select g.n, r.bucket, r.id, r.rid, r.identified as old_identified, g.identified::bigint[] as identified
      from given g
        join record.resource r on r.bucket = g.bucket and r.type = ${type} and r.id = g.id and r.version = g.version
      order by r.bucket, r.id
      for no key update of r -- in the order in which writers lock
    ),
    updated as (
      update record.resource r
      set date_lo = g.date_lo, date_hi = g.date_hi, lead_key = g.lead_key, label = g.label, keys = g.keys::bigint[],
        identified = g.identified::bigint[], strings = array_to_tsvector(g.strings::text[])
      from given g join locked l on l.n = g.n
      where r.bucket = g.bucket and r.type = ${type} and r.id = g.id
        and (r.keys <> g.keys::bigint[] or r.strings <> array_to_tsvector(g.strings::text[])
          or r.identified <> g.identified::bigint[] or r.label is distinct from g.label
          or r.date_lo is distinct from g.date_lo or r.date_hi is distinct from g.date_hi
          or r.lead_key is distinct from g.lead_key)
    ),
    reidentified as (
      select bucket, rid, old_identified, identified as entries from locked where identified <> old_identified
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
    unranged as (
      delete from record.range_entry e
      using locked l
      where e.bucket = l.bucket and e.rid = l.rid
        and (${numbers === 'all'}::boolean or e.parameter = any(${arrayLiteral(numbers === 'all' ? [] : numbers)}::text::int[]))
    )
    insert into record.range_entry (bucket, type, rid, parameter, lo, hi, units, tokens)
    select l.bucket, ${type}, l.rid, e.parameter, e.lo, e.hi, e.units::bigint[], e.tokens::bigint[]
    from unnest(${listed(({ n }) => n)}::text::int[], ${listed(({ range }) => range.parameter)}::text::int[],
        ${listed(({ range }) => range.lo)}::text::numeric[], ${listed(({ range }) => range.hi)}::text::numeric[],
        ${listed(({ range }) => hashes(range.units))}::text::text[],
        ${listed(({ range }) => hashes(range.tokens))}::text::text[])
      as e(n, parameter, lo, hi, units, tokens)
      join locked l on l.n = e.n`;
}
