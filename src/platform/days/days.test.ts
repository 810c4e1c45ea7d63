import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addMonths, monthsBetween, toDay, toIsoDate, weekdayOf, yearsBetween } from './days.ts';

const day = fc.integer({ min: -50_000, max: 80_000 });

describe('days', () => {
  it('agrees with Date on every day from 1840 to 2180', () => {
    for (let value = -47_000; value < 77_000; value += 1) {
      const date = new Date(value * 86_400_000);
      expect(toIsoDate(value)).toBe(date.toISOString().slice(0, 10));
      expect(toDay(toIsoDate(value))).toBe(value);
      expect(weekdayOf(value)).toBe(date.getUTCDay() === 0 ? 7 : date.getUTCDay());
    }
  });

  it.each([
    ['2024-01-31', 1, '2024-02-29'],
    ['2023-01-31', 1, '2023-02-28'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2024-11-30', 3, '2025-02-28'],
    ['2024-03-31', -1, '2024-02-29'],
    ['2024-05-15', -17, '2022-12-15'],
  ])('%s and %i months is %s', (from, months, to) => {
    expect(toIsoDate(addMonths(toDay(from), months))).toBe(to);
  });

  it.each([
    ['2024-02-29', '2025-02-28', 12, 1],
    ['2024-02-29', '2025-02-27', 11, 0],
    ['2000-05-10', '2026-05-09', 311, 25],
    ['2000-05-10', '2026-05-10', 312, 26],
    ['2024-01-31', '2024-02-29', 1, 0],
  ])('from %s to %s there are %i months', (from, to, months, years) => {
    expect(monthsBetween(toDay(from), toDay(to))).toBe(months);
    expect(yearsBetween(toDay(from), toDay(to))).toBe(years);
  });

  it('counts back the months it added', () => {
    fc.assert(
      fc.property(
        day,
        fc.integer({ min: 0, max: 1500 }),
        (from, months) => monthsBetween(from, addMonths(from, months)) === months,
      ),
    );
  });
});
