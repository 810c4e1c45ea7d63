import { arrayLiteral, type Element } from '../array-literal.ts';
import { byBucket } from '../distributed-rows.ts';
import type { Sql } from '../sql.ts';
import { timestampLiteral } from '../timestamp-literal.ts';
import type { Reindexed } from './reindex-rows.ts';

type Locked = Reindexed & { readonly rid: number };

/**
 * What reindex-rows.ts does in one statement, for a record that is spread over several servers: there a statement writes
 * into one table, and rows are locked bucket by bucket.
 */
export async function reindexDistributed(
  sql: Sql,
  type: string,
  rows: readonly Reindexed[],
  numbers: readonly number[] | 'all',
): Promise<void> {
  for (const [bucket, group] of byBucket(rows, (row) => row.bucket)) {
    const locked = await lock(sql, type, bucket, group);
    if (locked.length > 0) {
      await replaceEntries(sql, bucket, locked, numbers);
      for (const each of locked) {
        await replaceRow(sql, type, each);
      }
      await insertEntries(sql, type, locked, numbers);
    }
  }
}

async function lock(sql: Sql, type: string, bucket: number, group: readonly Reindexed[]): Promise<Locked[]> {
  const rows = await sql<{ id: string; rid: number; version: number }[]>`
    select id, rid, version
    from record.resource
    where bucket = ${bucket} and type = ${type} and id = any(${arrayLiteral(group.map(({ id }) => id))}::text::text[])
    order by id
    for update`;
  const found = new Map(rows.map((row) => [row.id, row]));
  return group.flatMap((each) => {
    const row = found.get(each.id);
    return row?.version === each.version ? [{ ...each, rid: row.rid }] : [];
  });
}

async function replaceEntries(
  sql: Sql,
  bucket: number,
  locked: readonly Locked[],
  numbers: readonly number[] | 'all',
): Promise<void> {
  const rids = arrayLiteral(locked.map(({ rid }) => rid));
  await sql`
    delete from record.range_entry
    where bucket = ${bucket} and rid = any(${rids}::text::bigint[])
      and (${numbers === 'all'}::boolean or parameter = any(${arrayLiteral(numbers === 'all' ? [] : numbers)}::text::int[]))`;
  await sql`
    delete from record.identifier_entry e
    using record.resource r
    where e.bucket = ${bucket} and r.bucket = ${bucket} and r.rid = any(${rids}::text::bigint[]) and e.rid = r.rid
      and e.key = any(r.identified)`;
}

async function replaceRow(sql: Sql, type: string, { bucket, id, entries }: Locked): Promise<void> {
  const { date, lead, label, keys, strings, identifiers } = entries;
  const identified = identifiers.flatMap((each) => [each.key, each.system]);
  await sql`
    update record.resource
    set date_lo = ${date ? timestampLiteral(date.lo) : null}::text::timestamptz,
      date_hi = ${date ? timestampLiteral(date.hi) : null}::text::timestamptz,
      lead_key = ${lead === undefined ? null : String(lead)}::text::bigint, label = ${label ?? null},
      keys = ${arrayLiteral(keys)}::text::bigint[], identified = ${arrayLiteral(identified)}::text::bigint[],
      strings = array_to_tsvector(${arrayLiteral(strings)}::text::text[])
    where bucket = ${bucket} and type = ${type} and id = ${id}`;
}

async function insertEntries(
  sql: Sql,
  type: string,
  locked: readonly Locked[],
  numbers: readonly number[] | 'all',
): Promise<void> {
  const identifiers = locked.flatMap(({ bucket, rid, entries }) =>
    entries.identifiers.map(({ key, system }) => ({ bucket, rid, key, system })),
  );
  const listed = <Item>(items: readonly Item[], pick: (item: Item) => Element): string => arrayLiteral(items.map(pick));
  await sql`
    insert into record.identifier_entry (bucket, key, system, rid)
    select *
    from unnest(${listed(identifiers, (each) => each.bucket)}::text::smallint[],
      ${listed(identifiers, (each) => each.key)}::text::bigint[],
      ${listed(identifiers, (each) => each.system)}::text::bigint[],
      ${listed(identifiers, (each) => each.rid)}::text::bigint[]) as g`;
  const ranges = locked.flatMap(({ bucket, rid, entries }) =>
    entries.ranges
      .filter(({ parameter }) => numbers === 'all' || numbers.includes(parameter))
      .map((range) => ({ bucket, rid, range })),
  );
  const hashes = (all: readonly bigint[]): string | null => (all.length > 0 ? arrayLiteral(all) : null);
  await sql`
    insert into record.range_entry (bucket, type, rid, parameter, lo, hi, units, tokens)
    select bucket, ${type}::text, rid, parameter, lo, hi, units::bigint[], tokens::bigint[]
    from unnest(${listed(ranges, (each) => each.bucket)}::text::smallint[],
      ${listed(ranges, (each) => each.rid)}::text::bigint[],
      ${listed(ranges, ({ range }) => range.parameter)}::text::int[],
      ${listed(ranges, ({ range }) => range.lo)}::text::numeric[], ${listed(ranges, ({ range }) => range.hi)}::text::numeric[],
      ${listed(ranges, ({ range }) => hashes(range.units))}::text::text[],
      ${listed(ranges, ({ range }) => hashes(range.tokens))}::text::text[])
      as g(bucket, rid, parameter, lo, hi, units, tokens)`;
}
