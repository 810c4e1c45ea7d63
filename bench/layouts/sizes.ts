import type { Sql } from '#platform/database';

/** Bytes on disk per stored resource. */
export type Sizes = { readonly total: number; readonly parts: Readonly<Record<string, number>> };

/** Counts the record's tables and indexes; partitions count under the name of what they are parts of. */
export async function measureSizes(sql: Sql, rows: number): Promise<Sizes> {
  const found = await sql<{ name: string; bytes: number }[]>`
    select coalesce(pg_partition_root(c.oid), c.oid)::regclass::text as name,
      sum(pg_relation_size(c.oid) + coalesce(pg_total_relation_size(nullif(c.reltoastrelid, 0)), 0))::float8 as bytes
    from pg_class c
    where c.relnamespace = 'record'::regnamespace and c.relkind in ('r', 'i')
    group by 1
    having sum(pg_relation_size(c.oid)) > ${rows}
    order by 2 desc`;
  const perRow = (bytes: number): number => Math.round(bytes / rows);
  return {
    total: perRow(found.reduce((sum, { bytes }) => sum + bytes, 0)),
    parts: Object.fromEntries(found.map(({ name, bytes }) => [name, perRow(bytes)])),
  };
}
