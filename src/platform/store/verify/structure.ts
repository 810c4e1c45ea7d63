import { arrayLiteral } from '../array-literal.ts';
import type { Sql } from '../sql.ts';

/** Faults of one portion of buckets that are told at most; a broken record would fill memory with them. */
const faultsAtMost = 1000;

/**
 * What is wrong between the tables within some buckets: each resource must have every version up to its newest once
 * (from its erasure on, where it was erased), each version its change and its audit record, and no entry may belong to
 * nothing. One statement, so that it sees one state of the record whatever others write.
 */
export async function structureFaults(sql: Sql, buckets: readonly number[]): Promise<string[]> {
  const chosen = sql`any(${arrayLiteral(buckets)}::text::smallint[])`;
  const rows = await sql<{ fault: string }[]>`
    with version as materialized (
      select bucket, type, id, version, method from record.resource where bucket = ${chosen}
      union all
      select bucket, type, id, version, method from record.history where bucket = ${chosen}
    ),
    change as materialized (
      select bucket, type, id, version, method from record.change where bucket = ${chosen}
    ),
    audited as (
      select type, id, version, action, count(*) as records
      from audit.entry
      where (bucket = ${chosen} or bucket = 0) -- older records of any bucket were given the first
        and version is not null
      group by type, id, version, action
    ),
    first as (
      -- what was before the erasure of a whole resource is gone
      select distinct on (bucket, type, id) bucket, type, id, case method when 'ERASE' then version else 1 end as version
      from version
      order by bucket, type, id, version
    )
    select format('%s/%s has versions %s', type, id, array_agg(v.version order by v.version)) as fault
    from version v join first f using (bucket, type, id)
    group by bucket, type, id, f.version
    having min(v.version) <> f.version or max(v.version) - f.version + 1 <> count(*)
      or count(distinct v.version) <> count(*)
    union all
    select format('%s/%s/%s: version without its change', v.type, v.id, v.version)
    from version v left join change c using (bucket, type, id, version, method)
    where c.type is null
    union all
    select format('%s/%s/%s: change without its version', c.type, c.id, c.version)
    from change c left join version v using (bucket, type, id, version)
    where v.type is null
    union all
    select format('%s/%s/%s: %s audit records', c.type, c.id, c.version, coalesce(a.records, 0))
    from change c
      left join audited a on a.type = c.type and a.id = c.id and a.version = c.version and a.action = c.method
    where a.records is distinct from 1
    union all
    select format('entry of resource %s, which is not there', e.rid)
    from record.range_entry e left join record.resource r on r.bucket = e.bucket and r.type = e.type and r.rid = e.rid
    where e.bucket = ${chosen} and r.rid is null
    union all
    select format('identifier of resource %s, which does not have it', e.rid)
    from record.identifier_entry e
      left join record.resource r on r.bucket = e.bucket and r.rid = e.rid and e.key = any(r.identified)
    where e.bucket = ${chosen} and r.rid is null
    limit ${faultsAtMost}`;
  return rows.map(({ fault }) => fault);
}
