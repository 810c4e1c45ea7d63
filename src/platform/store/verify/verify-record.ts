import { bucketCount } from '../bucket.ts';
import type { Sql } from '../sql.ts';
import { verifyContent } from './content.ts';
import { structureFaults } from './structure.ts';

export type VerifyOptions = {
  /** Share of the buckets, and so of the patients, above 0 up to 1 (all). */
  readonly sample: number;
  /** Told what is wrong, one by one; names resources by type, id and version, and nothing they hold. */
  readonly onFault: (fault: string) => void;
  readonly onProgress?: (state: { done: number; total: number; resources: number }) => void;
  readonly signal?: AbortSignal;
  /** The record's own address, where resources were stored with one. */
  readonly baseUrl?: string;
};

/** Resources that one statement compares, so that neither memory nor the time of a snapshot grows with the record. */
const resourcesAtOnce = 200_000;

/**
 * Checks the record against itself, portion by portion while it is used: the versions, changes, audit records and
 * entries of each resource, and whether its content is whole and found by what it says. Gives the resources checked.
 */
export async function verifyRecord(sql: Sql, options: VerifyOptions): Promise<number> {
  const buckets = chooseBuckets(options.sample);
  const size = Math.ceil(buckets.length / (await portions(sql, options.sample)));
  let resources = 0;
  for (let at = 0; at < buckets.length; at += size) {
    options.signal?.throwIfAborted();
    const portion = buckets.slice(at, at + size);
    (await structureFaults(sql, portion)).forEach(options.onFault);
    resources += await verifyContent(sql, portion, options.onFault, options.baseUrl);
    options.onProgress?.({ done: at + portion.length, total: buckets.length, resources });
  }
  return resources;
}

/** Evenly spread, beginning anywhere, so that checks on many days come to all. */
function chooseBuckets(sample: number): number[] {
  const count = Math.max(1, Math.round(bucketCount * sample));
  const first = Math.floor(Math.random() * bucketCount);
  return Array.from({ length: count }, (_, at) => (first + Math.floor((at * bucketCount) / count)) % bucketCount);
}

async function portions(sql: Sql, sample: number): Promise<number> {
  const [row] = await sql<{ resources: number }[]>`
    select coalesce(sum(greatest(reltuples, 0)), 0)::float8 as resources from pg_class
    where oid = 'record.resource'::regclass`;
  return Math.min(bucketCount, Math.max(1, Math.ceil(((row?.resources ?? 0) * sample) / resourcesAtOnce)));
}
