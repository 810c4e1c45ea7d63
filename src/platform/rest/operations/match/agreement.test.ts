import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareDates, compareNames, editDistance } from './agreement.ts';

describe('compareNames', () => {
  it.each([
    ['eliyeva', 'eliyeva', 'same'],
    ['memmedov', 'mammadov', 'sound'],
    ['eliyev', 'eliyeva', 'sound'],
    ['quliyev', 'kuliyeva', 'sound'],
    ['nezrin', 'nezirin', 'typing'],
    ['aysel', 'ayselnur', 'beginning'],
    ['hesen', 'huseyn', 'other'],
    ['aysel', 'aysun', 'other'],
    ['eli', 'ela', 'other'],
  ])('%s and %s: %s', (left, right, wanted) => {
    expect([compareNames([left], [right]), compareNames([right], [left])]).toEqual([wanted, wanted]);
  });

  it('takes the best of all forms, and knows nothing where there is none', () => {
    expect(compareNames(['eliyeva', 'quliyeva'], ['kuliyeva'])).toBe('sound');
    expect(compareNames([], ['eliyeva'])).toBe('absent');
  });
});

describe('compareDates', () => {
  it.each([
    ['1985-03-12', '1985-03-12', 'same'],
    ['1985-03-12', '1985-12-03', 'swapped'],
    ['1985-03-12', '1985-03-17', 'typing'],
    ['1985-03-12', '1958-03-12', 'typing'],
    ['1985-03-12', '1985', 'partial'],
    ['1985-03', '1985-03-12', 'partial'],
    ['1985-01-01', '1985-07-20', 'partial'],
    ['1985-01-01', '1985-01-01', 'partial'],
    ['1985-03-12', '1985-04-17', 'other'],
    ['1985', '1986', 'other'],
    ['1985-03-12', undefined, 'absent'],
  ] as const)('%s and %s: %s', (left, right, wanted) => {
    expect([compareDates(left, right), compareDates(right, left)]).toEqual([wanted, wanted]);
  });
});

describe('editDistance', () => {
  it('counts an exchange of neighbours as one', () => {
    expect(editDistance('abcd', 'abdc')).toBe(1);
    expect(editDistance('', 'abc')).toBe(3);
  });

  it('is symmetric, and zero only for what is the same', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
    fc.assert(
      fc.property(word, word, (left, right) => {
        expect(editDistance(left, right)).toBe(editDistance(right, left));
        expect(editDistance(left, right) === 0).toBe(left === right);
      }),
    );
  });
});
