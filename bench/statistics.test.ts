import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, percentile, ratio, spread } from './statistics.ts';

describe('percentile', () => {
  it.each([
    { sorted: [], share: 0.5, wanted: 0 },
    { sorted: [7], share: 0.5, wanted: 7 },
    { sorted: [7], share: 0.99, wanted: 7 },
    { sorted: [1, 2, 3, 4], share: 0.5, wanted: 2 },
    { sorted: [1, 2, 3, 4], share: 0.51, wanted: 3 },
    { sorted: [1, 2, 3, 4], share: 0, wanted: 1 },
    { sorted: [1, 2, 3, 4], share: 1, wanted: 4 },
    { sorted: Array.from({ length: 100 }, (_, at) => at + 1), share: 0.95, wanted: 95 },
    { sorted: Array.from({ length: 101 }, (_, at) => at + 1), share: 0.95, wanted: 96 },
  ])('of $sorted.length values at $share is $wanted', ({ sorted, share, wanted }) => {
    expect(percentile(sorted, share)).toBe(wanted);
  });

  it('has at least its share of the values at or below it, and is one of them', () => {
    const values = fc.array(fc.double({ noNaN: true, min: 0, max: 1e6 }), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.double({ noNaN: true, min: 0.01, max: 1 }), (list, share) => {
        const sorted = Float64Array.from(list).sort();
        const found = percentile(sorted, share);
        expect(sorted).toContain(found);
        expect(sorted.filter((each) => each <= found).length / sorted.length).toBeGreaterThanOrEqual(share - 1e-9);
      }),
    );
  });
});

describe('median', () => {
  it.each([
    { values: [], wanted: 0 },
    { values: [4], wanted: 4 },
    { values: [9, 1, 5], wanted: 5 },
    { values: [9, 1], wanted: 5 },
    { values: [10, 9, 100], wanted: 10 },
  ])('of $values is $wanted', ({ values, wanted }) => {
    expect(median(values)).toBe(wanted);
  });

  it('leaves its argument in order', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('spread and ratio', () => {
  it('gives the distance of the outermost values by the middle one', () => {
    expect(spread([90, 100, 130])).toBeCloseTo(0.4);
    expect(spread([100])).toBe(0);
    expect(spread([0, 0])).toBe(0);
  });

  it('gives no ratio to what is missing or nothing', () => {
    expect(ratio(3, 4)).toBe(0.75);
    expect(ratio(undefined, 4)).toBeUndefined();
    expect(ratio(3, undefined)).toBeUndefined();
    expect(ratio(3, 0)).toBeUndefined();
  });
});
