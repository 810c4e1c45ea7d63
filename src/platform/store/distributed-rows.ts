import { arrayLiteral } from './array-literal.ts';
import type { ResourceAddress, StoredVersion } from './read-rows.ts';
import type { Sql } from './sql.ts';

type Placed = ResourceAddress & { readonly bucket: number };

/** In the order of the buckets, which all transactions share. */
export function byBucket<Item>(items: readonly Item[], bucketOf: (item: Item) => number): [number, Item[]][] {
  const groups = new Map<number, Item[]>();
  for (const item of items) {
    const bucket = bucketOf(item);
    const group = groups.get(bucket);
    if (group) {
      group.push(item);
    } else {
      groups.set(bucket, [item]);
    }
  }
  return [...groups].sort(([left], [right]) => left - right);
}

function toArrays(addresses: readonly ResourceAddress[]) {
  return { types: arrayLiteral(addresses.map(({ type }) => type)), ids: arrayLiteral(addresses.map(({ id }) => id)) };
}

/**
 * Current rows where the record is spread over several servers: a statement for each bucket, which goes to one server
 * and may lock there. Rows of several servers cannot be locked at a stroke.
 */
export async function selectCurrentByBucket(
  sql: Sql,
  addresses: readonly Placed[],
  locked: boolean,
): Promise<StoredVersion[]> {
  const groups = byBucket(addresses, (each) => each.bucket);
  if (!locked) {
    return (await Promise.all(groups.map(([bucket, group]) => selectIn(sql, bucket, group, false)))).flat();
  }
  const found: StoredVersion[] = [];
  for (const [bucket, group] of groups) {
    found.push(...(await selectIn(sql, bucket, group, true)));
  }
  return found;
}

async function selectIn(
  sql: Sql,
  bucket: number,
  group: readonly ResourceAddress[],
  locked: boolean,
): Promise<StoredVersion[]> {
  const { types, ids } = toArrays(group);
  // a row that was waited for is looked at again, which only a function in from bears
  return sql<StoredVersion[]>`
    select r.bucket, r.type, r.id, r.version, r.updated, r.method, r.patient, r.content
    from unnest(${types}::text::text[], ${ids}::text::text[]) as a(type, id)
      join record.resource r on r.type = a.type and r.id = a.id
    where r.bucket = ${bucket}
    order by r.type, r.id
    ${locked ? sql`for update of r` : sql``}`;
}

/** The newest of the superseded versions, a statement for each bucket. */
export async function selectSupersededByBucket(sql: Sql, addresses: readonly Placed[]): Promise<StoredVersion[]> {
  const selected = byBucket(addresses, (each) => each.bucket).map(([bucket, group]) => {
    const { types, ids } = toArrays(group);
    return sql<StoredVersion[]>`
      select distinct on (type, id) bucket, type, id, version, updated, method, content
      from record.history
      where bucket = ${bucket} and (type, id) in (select * from unnest(${types}::text::text[], ${ids}::text::text[]))
      order by type, id, version desc`;
  });
  return (await Promise.all(selected)).flat();
}

/** Those of the addresses whose resources lie in another bucket than the given one, with that bucket. */
export async function locateByBucket(sql: Sql, addresses: readonly Placed[]): Promise<Placed[]> {
  const located = byBucket(addresses, (each) => each.bucket).map(([home, group]) => {
    const { types, ids } = toArrays(group);
    return sql<Placed[]>`
      select type, id, bucket
      from record.locator
      where home = ${home} and (type, id) in (select * from unnest(${types}::text::text[], ${ids}::text::text[]))`;
  });
  return (await Promise.all(located)).flat();
}
