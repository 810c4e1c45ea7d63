import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseExact, writtenNumber } from './written-number.ts';

type Quantity = { value?: number };

const quantity = (spelling: string): Quantity => parseExact(`{"value": ${spelling}}`) as Quantity; // text made here

test.each([
  '1.10',
  '1.0e3',
  '0.000',
  '-0.0',
  '120',
  '5.4',
  '178.83981355877862',
  '0.1234567890123456789',
  '12345678901234567890',
])('shows %s as it was written', (spelling) => {
  expect(writtenNumber(quantity(spelling), 'value')).toBe(spelling);
});

test('keeps the digits of any decimal', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 99_999 }), fc.stringMatching(/^\d{1,20}$/), (whole, fraction) => {
      expect(writtenNumber(quantity(`${whole}.${fraction}`), 'value')).toBe(`${whole}.${fraction}`);
    }),
  );
});

test('tells two numbers of one object apart', () => {
  const range = parseExact('{"low": 1.0, "high": 2.50}') as { low?: number; high?: number };
  expect([writtenNumber(range, 'low'), writtenNumber(range, 'high')]).toEqual(['1.0', '2.50']);
});

test('falls back to the number itself for an object that was not parsed here', () => {
  expect(writtenNumber({ value: 5.5 }, 'value')).toBe('5.5');
  expect(writtenNumber<'value'>({}, 'value')).toBeUndefined();
});
