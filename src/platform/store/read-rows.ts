import { isSpread } from '#platform/database';
import { arrayLiteral } from './array-literal.ts';
import { bucketOfId } from './bucket.ts';
import { locateByBucket, selectCurrentByBucket, selectSupersededByBucket } from './distributed-rows.ts';
import type { Sql } from './sql.ts';

export type ResourceAddress = { readonly type: string; readonly id: string };

/** A stored version. `content` is null where the version is a deletion. */
export type StoredVersion = ResourceAddress & {
  readonly bucket: number;
  readonly version: number;
  readonly updated: string;
  /** Interaction that made the version: POST, PUT, PATCH or DELETE; ERASE where its content was erased. */
  readonly method: string;
  readonly content: string | null;
  /** Patient whose record it belongs to; known of current versions only. */
  readonly patient?: string | null;
};

/** An address with the bucket it is looked for in. */
type PlacedAddress = ResourceAddress & { readonly bucket: number };

/**
 * Looks in the bucket the id speaks of, and only where nothing is found there in the one the locator tells: nearly all
 * reads touch one bucket that is known beforehand.
 */
export async function inItsBucket<Row>(
  sql: Sql,
  { type, id }: ResourceAddress,
  find: (bucket: number) => Promise<Row[]>,
): Promise<Row[]> {
  const home = bucketOfId(id);
  const rows = await find(home);
  if (rows.length > 0) {
    return rows;
  }
  const [located] = await sql<{ bucket: number }[]>`
    select bucket from record.locator where home = ${home} and type = ${type} and id = ${id}`;
  return located ? find(located.bucket) : rows;
}

/** The newest version of a resource, deletions included; undefined when there never was one. */
export async function findNewest(sql: Sql, address: ResourceAddress): Promise<StoredVersion | undefined> {
  const { type, id } = address;
  const [row] = await inItsBucket(
    sql,
    address,
    async (bucket) => sql<StoredVersion[]>`
      select bucket, type, id, version, updated, method, patient, content
      from record.resource
      where bucket = ${bucket} and type = ${type} and id = ${id}`,
  );
  return row ?? findNewestSuperseded(sql, address);
}

async function findNewestSuperseded(sql: Sql, address: ResourceAddress): Promise<StoredVersion | undefined> {
  const { type, id } = address;
  const [row] = await inItsBucket(
    sql,
    address,
    async (bucket) => sql<StoredVersion[]>`
      select bucket, type, id, version, updated, method, content
      from record.history
      where bucket = ${bucket} and type = ${type} and id = ${id}
      order by version desc
      limit 1`,
  );
  return row;
}

export async function findVersion(
  sql: Sql,
  address: ResourceAddress,
  version: number,
): Promise<StoredVersion | undefined> {
  const { type, id } = address;
  const [row] = await inItsBucket(
    sql,
    address,
    async (bucket) => sql<StoredVersion[]>`
      select bucket, type, id, version, updated, method, content
      from record.resource
      where bucket = ${bucket} and type = ${type} and id = ${id} and version = ${version}
      union all
      select bucket, type, id, version, updated, method, content
      from record.history
      where bucket = ${bucket} and type = ${type} and id = ${id} and version = ${version}`,
  );
  return row;
}

/** Current contents of the given resources, in no order; what is not there is absent. */
export async function findMany(sql: Sql, addresses: readonly ResourceAddress[]): Promise<StoredVersion[]> {
  const { current } = await findCurrent(sql, addresses, false);
  return current;
}

/** The newest versions of many resources, deletions included, in no order; what never was is absent. */
export async function findNewestOf(sql: Sql, addresses: readonly ResourceAddress[]): Promise<StoredVersion[]> {
  return withDeletions(sql, await findCurrent(sql, addresses, false));
}

/**
 * The newest versions of many resources, locked until the transaction ends, in an order all transactions share.
 * What never was is absent from the answer.
 */
export async function lockNewest(sql: Sql, addresses: readonly ResourceAddress[]): Promise<StoredVersion[]> {
  return withDeletions(sql, await findCurrent(sql, addresses, true));
}

type Current = { readonly current: StoredVersion[]; readonly missing: readonly PlacedAddress[] };

async function findCurrent(sql: Sql, addresses: readonly ResourceAddress[], locked: boolean): Promise<Current> {
  const select = isSpread(sql) ? selectCurrentByBucket : selectCurrent;
  const placed = addresses.map(({ type, id }) => ({ type, id, bucket: bucketOfId(id) }));
  const direct = await select(sql, placed, locked);
  const missing = without(placed, direct);
  const located = await (isSpread(sql) ? locateByBucket : locate)(sql, missing);
  if (located.length === 0) {
    return { current: direct, missing };
  }
  const elsewhere = await select(sql, located, locked);
  const absent = without([...without(missing, located), ...located], elsewhere);
  return { current: [...direct, ...elsewhere], missing: absent };
}

function keyOf({ type, id }: ResourceAddress): string {
  return `${type}/${id}`;
}

function without<Address extends ResourceAddress>(
  addresses: readonly Address[],
  found: readonly ResourceAddress[],
): Address[] {
  const known = new Set(found.map(keyOf));
  return addresses.filter((each) => !known.has(keyOf(each)));
}

function toArrays(addresses: readonly PlacedAddress[]) {
  return {
    buckets: arrayLiteral(addresses.map(({ bucket }) => bucket)),
    types: arrayLiteral(addresses.map(({ type }) => type)),
    ids: arrayLiteral(addresses.map(({ id }) => id)),
  };
}

async function selectCurrent(sql: Sql, addresses: readonly PlacedAddress[], locked: boolean): Promise<StoredVersion[]> {
  if (addresses.length === 0) {
    return [];
  }
  const { buckets, types, ids } = toArrays(addresses);
  // a row that was waited for is looked at again, which only a function in from bears; Citus only bears the other form
  const asked = locked
    ? sql`unnest(${buckets}::text::smallint[], ${types}::text::text[], ${ids}::text::text[]) as a(bucket, type, id)`
    : sql`(
        select unnest(${buckets}::text::smallint[]) as bucket, unnest(${types}::text::text[]) as type,
          unnest(${ids}::text::text[]) as id
      ) as a`;
  return sql<StoredVersion[]>`
    select r.bucket, r.type, r.id, r.version, r.updated, r.method, r.patient, r.content
    from ${asked}
      join record.resource r on r.bucket = a.bucket and r.type = a.type and r.id = a.id
    ${locked ? sql`order by r.bucket, r.type, r.id for update of r` : sql``}`;
}

/** Those of the addresses whose resources lie in another bucket than the id speaks of, with that bucket. */
async function locate(sql: Sql, addresses: readonly PlacedAddress[]): Promise<PlacedAddress[]> {
  if (addresses.length === 0) {
    return [];
  }
  const { buckets, types, ids } = toArrays(addresses);
  return sql<PlacedAddress[]>`
    select l.type, l.id, l.bucket
    from (
        select unnest(${buckets}::text::smallint[]) as home, unnest(${types}::text::text[]) as type,
          unnest(${ids}::text::text[]) as id
      ) as a
      join record.locator l on l.home = a.home and l.type = a.type and l.id = a.id`;
}

async function withDeletions(sql: Sql, { current, missing }: Current): Promise<StoredVersion[]> {
  if (missing.length === 0) {
    return current;
  }
  if (isSpread(sql)) {
    return [...current, ...(await selectSupersededByBucket(sql, missing))];
  }
  const { buckets, types, ids } = toArrays(missing);
  const deleted = await sql<StoredVersion[]>`
    select h.bucket, h.type, h.id, h.version, h.updated, h.method, h.content
    from unnest(${buckets}::text::smallint[], ${types}::text::text[], ${ids}::text::text[]) as a(bucket, type, id)
      cross join lateral (
        select *
        from record.history
        where bucket = a.bucket and type = a.type and id = a.id
        order by version desc
        limit 1
      ) as h`;
  return [...current, ...deleted];
}

export type VersionAddress = ResourceAddress & { readonly version: number; readonly bucket: number };

/** Given versions of resources whose buckets are known, in no order; what was never written or is erased is absent. */
export async function findVersions(sql: Sql, addresses: readonly VersionAddress[]): Promise<StoredVersion[]> {
  if (addresses.length === 0) {
    return [];
  }
  const buckets = arrayLiteral(addresses.map((each) => each.bucket));
  const types = arrayLiteral(addresses.map((each) => each.type));
  const ids = arrayLiteral(addresses.map((each) => each.id));
  const versions = arrayLiteral(addresses.map((each) => each.version));
  return sql<StoredVersion[]>`
    with given as (
      select *
      from unnest(${buckets}::text::smallint[], ${types}::text::text[], ${ids}::text::text[],
        ${versions}::text::int[]) as g(bucket, type, id, version)
    )
    select r.bucket, r.type, r.id, r.version, r.updated, r.method, r.patient, r.content
    from given g join record.resource r using (bucket, type, id, version)
    union all
    select h.bucket, h.type, h.id, h.version, h.updated, h.method, null, h.content
    from given g join record.history h using (bucket, type, id, version)`;
}
