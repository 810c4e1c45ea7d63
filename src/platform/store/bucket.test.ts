import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bucketCount, bucketOfId, newId } from './bucket.ts';

const bucket = fc.nat({ max: bucketCount - 1 });

it('an id made for a bucket is a UUID of version 7 that tells bucket and time', () => {
  fc.assert(
    fc.property(bucket, fc.nat({ max: 2 ** 47 }), (number, now) => {
      const id = newId(number, now);
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(bucketOfId(id)).toBe(number);
      expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(now);
    }),
  );
});

it('ids follow one another in time, and do not repeat', () => {
  const ids = Array.from({ length: 2000 }, (_, at) => newId(5, 1_700_000_000_000 + Math.floor(at / 500)));
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.map((id) => id.slice(0, 13))).toEqual(ids.map((id) => id.slice(0, 13)).toSorted());
});

it('any other id has a bucket as well, and buckets fill evenly', () => {
  const counts = new Map<number, number>();
  for (let number = 0; number < 200_000; number += 1) {
    const found = bucketOfId(`patient-${number}`);
    counts.set(found, (counts.get(found) ?? 0) + 1);
  }
  expect(Math.max(...counts.keys())).toBeLessThan(bucketCount);
  expect(counts.size).toBe(bucketCount);
  expect(Math.max(...counts.values())).toBeLessThan(100); // 49 on average
});
