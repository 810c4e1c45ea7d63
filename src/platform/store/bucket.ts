import { randomFillSync, randomInt } from 'node:crypto';
import { hash64, hash64Once } from '#platform/search';

/** Resources are spread over this many buckets; a bucket is the unit that moves between database servers. */
export const bucketCount = 4096;

const ownShape = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * The bucket an id speaks of: ids made here (UUID version 7) carry it in the twelve bits after the version digit, of
 * any other id it is a hash. A resource stored in another bucket than its id speaks of has a row in `record.locator`.
 */
export function bucketOfId(id: string): number {
  return toBucket(id, hash64);
}

/** The same, of an id that will not be asked for again soon. */
export function bucketOfIdOnce(id: string): number {
  return toBucket(id, hash64Once);
}

function toBucket(id: string, hashOf: (text: string) => bigint): number {
  return ownShape.test(id) ? Number.parseInt(id.slice(15, 18), 16) : Number(BigInt.asUintN(12, hashOf(id)));
}

/** A new id in UUID version 7 shape: 48 bits of milliseconds, the bucket, 62 random bits. */
export function newId(bucket: number = randomInt(bucketCount), now: number = Date.now()): string {
  const time = now.toString(16).padStart(12, '0');
  const tail = variantAndRandom();
  const shard = bucket.toString(16).padStart(3, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${shard}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}

/** Random bytes are drawn for many ids at once: each draw asks the operating system. */
const drawn = Buffer.alloc(4096);
let used = drawn.length;

/** Two bits that tell the variant and 62 random ones, in hexadecimal. */
function variantAndRandom(): string {
  if (used === drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  const at = used;
  used += 8;
  drawn[at] = ((drawn[at] ?? 0) & 0x3f) | 0x80;
  return drawn.toString('hex', at, used);
}
