import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capitalise, lowerCase, upperCase } from './letter-case.ts';
import { formatList } from './lists.ts';

describe('formatList', () => {
  it.each([
    ['az', 'az'],
    ['ru', 'ru'],
    ['en', 'en-GB'],
  ] as const)('agrees with ICU for %s', (language, locale) => {
    const format = new Intl.ListFormat(locale);
    for (const items of [[], ['a'], ['a', 'b'], ['a', 'b', 'c'], ['a', 'b', 'c', 'd']]) {
      expect(formatList(items, language)).toBe(format.format(items));
    }
  });

  it('offers a choice', () => {
    expect(formatList(['a', 'b', 'c'], 'az', 'or')).toBe('a, b və ya c');
  });
});

describe('letter case', () => {
  it('agrees with ICU', () => {
    const text = fc.string({ unit: fc.constantFrom(...'aəıiIİöşÇğqXюЁ ß1') });
    for (const language of ['az', 'ru', 'en'] as const) {
      fc.assert(
        fc.property(text, (typed) => {
          expect(upperCase(typed, language)).toBe(typed.toLocaleUpperCase(language));
          expect(lowerCase(typed, language)).toBe(typed.toLocaleLowerCase(language));
        }),
      );
    }
  });

  it.each([
    ['istilik', 'az', 'İstilik'],
    ['ısırıq', 'az', 'Isırıq'],
    ['istilik', 'en', 'Istilik'],
    ['', 'az', ''],
  ] as const)('starts %j in %s as %s', (text, language, shown) => {
    expect(capitalise(text, language)).toBe(shown);
  });
});
