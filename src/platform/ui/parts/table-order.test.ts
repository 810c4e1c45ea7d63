import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inOrder, nextSort } from './table-order.ts';

const byCodePoint = (a: string, b: string) => (a < b ? -1 : Number(a > b));

test('sorts numbers as numbers and leaves what is not known to the end both ways', () => {
  const rows = [10, undefined, 9, 100];
  expect(inOrder(rows, (row) => row, 'ascending', byCodePoint)).toEqual([9, 10, 100, undefined]);
  expect(inOrder(rows, (row) => row, 'descending', byCodePoint)).toEqual([100, 10, 9, undefined]);
});

test('leaves text to the alphabet it is given', () => {
  const alphabet = 'ah xıikq'; // h before x, ı before i, k before q
  const azerbaijani = (a: string, b: string) => alphabet.indexOf(a) - alphabet.indexOf(b);
  expect(inOrder(['q', 'i', 'x', 'ı', 'h', 'k'], (row) => row, 'ascending', azerbaijani)).toEqual([
    'h',
    'x',
    'ı',
    'i',
    'k',
    'q',
  ]);
});

test('keeps every row and the order of equals', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ key: fc.option(fc.integer({ max: 3, min: 0 }), { nil: undefined }) })), (rows) => {
      const numbered = rows.map((row, index) => ({ ...row, index }));
      const sorted = inOrder(numbered, ({ key }) => key, 'ascending', byCodePoint);
      expect(new Set(sorted)).toEqual(new Set(numbered));
      for (const [index, row] of sorted.entries()) {
        const next = sorted[index + 1];
        if (next && next.key === row.key) expect(row.index).toBeLessThan(next.index);
      }
    }),
  );
});

test('a second press on the same column turns the order round, another column starts anew', () => {
  const first = nextSort(undefined, 'date');
  expect(first).toEqual({ column: 'date', direction: 'ascending' });
  expect(nextSort(first, 'date')).toEqual({ column: 'date', direction: 'descending' });
  expect(nextSort(first, 'name')).toEqual({ column: 'name', direction: 'ascending' });
});
