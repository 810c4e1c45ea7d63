import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chartFrame } from './chart-scales.ts';

const size = { left: 40, right: 600, top: 10, bottom: 200 };
const at = (date: string, value: number) => ({ time: Date.parse(date), value });

test('a long history is marked by years, each on its first day', () => {
  const frame = chartFrame([at('2009-06-01', 5), at('2019-03-01', 7)], undefined, size);
  expect(frame.yearly).toBe(true);
  expect(frame.timeTicks.every((tick) => new Date(tick).toISOString().endsWith('-01-01T00:00:00.000Z'))).toBe(true);
  expect(frame.timeTicks.length).toBeGreaterThan(1);
});

test('a short history is marked by days within it', () => {
  const points = [at('2026-03-01', 5), at('2026-04-01', 7)];
  const frame = chartFrame(points, undefined, size);
  expect(frame.yearly).toBe(false);
  expect(frame.timeTicks[0]).toBe(points[0]?.time);
  expect(frame.timeTicks.at(-1)).toBe(points[1]?.time);
});

test('one value alone still has a place', () => {
  const frame = chartFrame([at('2026-03-01', 5)], undefined, size);
  expect(frame.x(Date.parse('2026-03-01'))).toBeCloseTo(320);
  expect(frame.timeTicks).toHaveLength(1);
  expect(frame.valueTicks.length).toBeGreaterThan(1);
});

test.each([
  [5e-324, 1.5e-323],
  [1e6, 1e6 + 2e-10],
])('values that hardly differ can be drawn too: %d and %d', (low, high) => {
  const frame = chartFrame([at('2026-03-01', low), at('2026-03-02', high)], undefined, size);
  expect(frame.valueTicks.length).toBeGreaterThan(1);
});

test('every point and the band lie on the paper, larger is higher, later is further right', () => {
  const point = fc.record({
    time: fc.integer({ min: 0, max: 2e12 }),
    value: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  });
  const band = fc.record({ low: fc.integer({ min: -1000, max: 0 }), high: fc.integer({ min: 1, max: 1000 }) });
  fc.assert(
    fc.property(
      fc.array(point, { minLength: 1, maxLength: 30 }),
      fc.option(band, { nil: undefined }),
      (points, range) => {
        const frame = chartFrame(points, range, size);
        const heights = [...points.map(({ value }) => value), ...(range ? [range.low, range.high] : [])].map(frame.y);
        for (const height of heights) {
          expect(height).toBeGreaterThanOrEqual(size.top - 1e-6);
          expect(height).toBeLessThanOrEqual(size.bottom + 1e-6);
        }
        for (const { time } of points) {
          expect(frame.x(time)).toBeGreaterThanOrEqual(size.left);
          expect(frame.x(time)).toBeLessThanOrEqual(size.right);
        }
        expect(frame.y(1)).toBeLessThanOrEqual(frame.y(0));
      },
    ),
  );
});
