import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toSpan } from './periods.ts';

const span = (text: string) => {
  const found = toSpan(text);
  return found && [new Date(found.lo).toISOString(), new Date(found.hi).toISOString()];
};

describe('a date covers what its precision leaves open, in Baku where no zone is written', () => {
  it.each([
    ['2024', '2023-12-31T20:00:00.000Z', '2024-12-31T19:59:59.999Z'],
    ['2024-02', '2024-01-31T20:00:00.000Z', '2024-02-29T19:59:59.999Z'],
    ['2024-02-29', '2024-02-28T20:00:00.000Z', '2024-02-29T19:59:59.999Z'],
    ['2024-12-31', '2024-12-30T20:00:00.000Z', '2024-12-31T19:59:59.999Z'],
    ['2024-02-29T10:30', '2024-02-29T06:30:00.000Z', '2024-02-29T06:30:59.999Z'],
    ['2024-02-29T10:30:05Z', '2024-02-29T10:30:05.000Z', '2024-02-29T10:30:05.999Z'],
    ['2024-02-29T10:30:05.1Z', '2024-02-29T10:30:05.100Z', '2024-02-29T10:30:05.199Z'],
    ['2024-02-29T10:30:05.123456+04:00', '2024-02-29T06:30:05.123Z', '2024-02-29T06:30:05.123Z'],
    ['2024-02-29T23:30:00-10:00', '2024-03-01T09:30:00.000Z', '2024-03-01T09:30:00.999Z'],
    ['0099', '0098-12-31T20:00:00.000Z', '0099-12-31T19:59:59.999Z'],
  ])('%s', (text, lo, hi) => {
    expect(span(text)).toEqual([lo, hi]);
  });
});

it.each([
  '',
  '24',
  '2024-1',
  '2024-13',
  '2024-00',
  '2023-02-29',
  '2024-04-31',
  '2024-01-01T',
  '2024-01-01T25:00',
  '2024-01-01T10:60',
  '2024-01-01T10:00:00+4',
  'x2024',
  '2024 ',
  '2024-01-01T10:00:00.Z',
])('%j is no date', (text) => {
  expect(toSpan(text)).toBeUndefined();
});

it('a day lies within its month, and a month within its year', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('0001-01-02'), max: new Date('9998-12-30'), noInvalidDate: true }), (date) => {
      const day = date.toISOString().slice(0, 10);
      const [inner, month, year] = [toSpan(day), toSpan(day.slice(0, 7)), toSpan(day.slice(0, 4))];
      for (const [small, large] of [
        [inner, month],
        [month, year],
      ] as const) {
        expect(small && large && large.lo <= small.lo && small.hi <= large.hi).toBe(true);
      }
      expect((inner?.hi ?? 0) - (inner?.lo ?? 0)).toBe(86_399_999);
    }),
  );
});
