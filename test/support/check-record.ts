import type { Sql } from '#platform/database';

/**
 * What is wrong with the record as a whole; an empty list when each resource has every version up to its newest once
 * (from its erasure on, where it was erased), each version its change and its audit record, and no entry belongs to
 * nothing.
 */
export async function checkRecord(sql: Sql): Promise<string[]> {
  const rows = await sql<{ fault: string }[]>`
    with version as (
      select bucket, type, id, version, method from record.resource
      union all
      select bucket, type, id, version, method from record.history
    ),
    first as (
      -- what was before an erasure is gone
      select bucket, type, id, coalesce(max(version) filter (where method = 'ERASE'), 1) as version
      from version
      group by bucket, type, id
    )
    select format('%s/%s has versions %s', type, id, array_agg(v.version order by v.version)) as fault
    from version v join first f using (bucket, type, id)
    group by bucket, type, id, f.version
    having min(v.version) <> f.version or max(v.version) - f.version + 1 <> count(*)
      or count(distinct v.version) <> count(*)
    union all
    select format('%s/%s/%s: version without its change', type, id, version)
    from version v
    where not exists (
      select from record.change c
      where c.bucket = v.bucket and c.type = v.type and c.id = v.id and c.version = v.version and c.method = v.method)
    union all
    select format('%s/%s/%s: change without its version', type, id, version)
    from record.change c
    where not exists (
      select from version v where v.bucket = c.bucket and v.type = c.type and v.id = c.id and v.version = c.version)
    union all
    select format('%s/%s/%s: %s audit records', c.type, c.id, c.version, count(a))
    from record.change c
      left join audit.entry a on a.type = c.type and a.id = c.id and a.version = c.version and a.action = c.method
    group by c.type, c.id, c.version
    having count(a) <> 1
    union all
    select format('entry of resource %s, which is not there', rid)
    from record.range_entry e
    where not exists (select from record.resource r where r.rid = e.rid and r.bucket = e.bucket)
    union all
    select format('identifier of resource %s, which is not there', rid)
    from record.identifier_entry e
    where not exists (select from record.resource r where r.rid = e.rid and r.bucket = e.bucket)
    union all
    select format('%s/%s is kept in two buckets', type, id)
    from version
    group by type, id
    having count(distinct bucket) > 1`;
  return rows.map(({ fault }) => fault);
}
