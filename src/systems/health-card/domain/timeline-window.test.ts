import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Lane, timelineWindow } from './timeline-window.ts';

const self = (time: number) => time;

test('shows all when every lane is complete', () => {
  const window = timelineWindow(
    [
      { items: [5, 1], complete: true },
      { items: [4], complete: true },
    ],
    self,
  );
  expect(window).toEqual({ items: [5, 4, 1], lagging: [] });
});

test('holds back what an unread lane could still precede', () => {
  const window = timelineWindow(
    [
      { items: [9, 6], complete: false },
      { items: [8, 3, 2], complete: true },
    ],
    self,
  );
  expect(window).toEqual({ items: [9, 8, 6], lagging: [0] });
});

test('a lane of which nothing is read yet holds back everything', () => {
  expect(
    timelineWindow(
      [
        { items: [], complete: false },
        { items: [1], complete: true },
      ],
      self,
    ),
  ).toEqual({ items: [], lagging: [0] });
});

test('reading on shows everything in the end, in order, and never puts an item between those seen', () => {
  const lane = fc
    .array(fc.integer({ min: 0, max: 50 }), { maxLength: 12 })
    .map((times) => times.toSorted((a, b) => b - a));
  fc.assert(
    fc.property(fc.array(lane, { maxLength: 4 }), fc.integer({ min: 1, max: 4 }), (all, page) => {
      const read = all.map((items) => Math.min(page, items.length));
      const lanes = (): Lane<number>[] =>
        all.map((items, i) => ({ items: items.slice(0, read[i]), complete: (read[i] ?? 0) >= items.length }));
      let seen: readonly number[] = [];
      for (;;) {
        const window = timelineWindow(lanes(), self);
        expect(window.items.slice(0, seen.length)).toEqual(seen);
        seen = window.items;
        if (window.lagging.length === 0) break;
        for (const index of window.lagging) read[index] = (read[index] ?? 0) + page;
      }
      expect(seen).toEqual(all.flat().toSorted((a, b) => b - a));
    }),
  );
});
