import { arrayLiteral } from './array-literal.ts';
import { bucketOfId } from './bucket.ts';
import type { Sql } from './sql.ts';

export type ResourceAddress = { readonly type: string; readonly id: string };

/** A stored version. `content` is null where the version is a deletion. */
export type StoredVersion = ResourceAddress & {
  readonly bucket: number;
  readonly version: number;
  readonly updated: string;
  /** Interaction that made the version: POST, PUT, PATCH or DELETE. */
  readonly method: string;
  readonly content: string | null;
  /** Patient whose record it belongs to; known of current versions only. */
  readonly patient?: string | null;
};

/**
 * The newest version of a resource, deletions included; undefined when there never was one.
 * The bucket comes from the id, or from the locator where the id does not tell it.
 */
export async function findNewest(sql: Sql, { type, id }: ResourceAddress): Promise<StoredVersion | undefined> {
  const [row] = await sql<StoredVersion[]>`
    select bucket, type, id, version, updated, method, patient, content
    from record.resource
    where type = ${type} and id = ${id} and bucket = coalesce(
      (select bucket from record.locator where type = ${type} and id = ${id}), ${bucketOfId(id)})`;
  return row ?? findNewestSuperseded(sql, { type, id });
}

async function findNewestSuperseded(sql: Sql, { type, id }: ResourceAddress): Promise<StoredVersion | undefined> {
  const [row] = await sql<StoredVersion[]>`
    select bucket, type, id, version, updated, method, content
    from record.history
    where type = ${type} and id = ${id} and bucket = coalesce(
      (select bucket from record.locator where type = ${type} and id = ${id}), ${bucketOfId(id)})
    order by version desc
    limit 1`;
  return row;
}

export async function findVersion(
  sql: Sql,
  { type, id }: ResourceAddress,
  version: number,
): Promise<StoredVersion | undefined> {
  const [row] = await sql<StoredVersion[]>`
    with home as (
      select coalesce((select bucket from record.locator where type = ${type} and id = ${id}),
        ${bucketOfId(id)}::smallint) as bucket
    )
    select bucket, type, id, version, updated, method, content
    from (
      select r.bucket, type, id, version, updated, method, content
      from record.resource r join home using (bucket)
      where type = ${type} and id = ${id} and version = ${version}
      union all
      select h.bucket, type, id, version, updated, method, content
      from record.history h join home using (bucket)
      where type = ${type} and id = ${id} and version = ${version}
    ) as versions`;
  return row;
}

/**
 * The newest versions of many resources, locked until the transaction ends, in an order all transactions share.
 * What never was is absent from the answer.
 */
export async function lockNewest(sql: Sql, addresses: readonly ResourceAddress[]): Promise<StoredVersion[]> {
  if (addresses.length === 0) {
    return [];
  }
  const types = arrayLiteral(addresses.map((each) => each.type));
  const ids = arrayLiteral(addresses.map((each) => each.id));
  const buckets = arrayLiteral(addresses.map((each) => bucketOfId(each.id)));
  const current = await sql<StoredVersion[]>`
    select r.bucket, r.type, r.id, r.version, r.updated, r.method, r.patient, r.content
    from unnest(${types}::text::text[], ${ids}::text::text[], ${buckets}::text::smallint[]) as a(type, id, bucket)
      join record.resource r on r.type = a.type and r.id = a.id and r.bucket = coalesce(
        (select l.bucket from record.locator l where l.type = a.type and l.id = a.id), a.bucket)
    order by r.bucket, r.type, r.id
    for update of r`;
  const known = new Set(current.map((each) => `${each.type}/${each.id}`));
  const missing = addresses.filter((each) => !known.has(`${each.type}/${each.id}`));
  return missing.length === 0 ? current : [...current, ...(await lastDeletions(sql, missing))];
}

async function lastDeletions(sql: Sql, addresses: readonly ResourceAddress[]): Promise<StoredVersion[]> {
  const types = arrayLiteral(addresses.map((each) => each.type));
  const ids = arrayLiteral(addresses.map((each) => each.id));
  const buckets = arrayLiteral(addresses.map((each) => bucketOfId(each.id)));
  return sql<StoredVersion[]>`
    select h.bucket, h.type, h.id, h.version, h.updated, h.method, h.content
    from unnest(${types}::text::text[], ${ids}::text::text[], ${buckets}::text::smallint[]) as a(type, id, bucket)
      cross join lateral (
        select *
        from record.history
        where type = a.type and id = a.id and bucket = coalesce(
          (select l.bucket from record.locator l where l.type = a.type and l.id = a.id), a.bucket)
        order by version desc
        limit 1
      ) as h`;
}

/** Current contents of the given resources, in no order; what is not there is absent. */
export async function findMany(sql: Sql, addresses: readonly ResourceAddress[]): Promise<StoredVersion[]> {
  if (addresses.length === 0) {
    return [];
  }
  const types = arrayLiteral(addresses.map((each) => each.type));
  const ids = arrayLiteral(addresses.map((each) => each.id));
  const buckets = arrayLiteral(addresses.map((each) => bucketOfId(each.id)));
  return sql<StoredVersion[]>`
    select r.bucket, r.type, r.id, r.version, r.updated, r.method, r.patient, r.content
    from unnest(${types}::text::text[], ${ids}::text::text[], ${buckets}::text::smallint[]) as a(type, id, bucket)
      join record.resource r on r.type = a.type and r.id = a.id and r.bucket = coalesce(
        (select l.bucket from record.locator l where l.type = a.type and l.id = a.id), a.bucket)`;
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
