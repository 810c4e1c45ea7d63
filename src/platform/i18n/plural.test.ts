import { describe, expect, it } from 'vitest';
import { azOrdinal, plural, pluralCategory } from './plural.ts';

describe('pluralCategory', () => {
  it.each(['az', 'ru', 'en'] as const)('agrees with ICU for %s', (language) => {
    const rules = new Intl.PluralRules(language);
    const tenths = new Intl.PluralRules(language, { minimumFractionDigits: 1 });
    for (let value = 0; value < 1200; value += 1) {
      expect(pluralCategory(language, value)).toBe(rules.select(value));
      expect(pluralCategory(language, `${value}.0`)).toBe(tenths.select(value));
    }
    expect(pluralCategory(language, 1.5)).toBe(rules.select(1.5));
  });
});

describe('plural', () => {
  it('keeps the Azerbaijani noun singular and declines the Russian one', () => {
    expect(plural('az', 5, { other: 'xəstə' })).toBe('xəstə');
    const forms = { one: 'пациент', few: 'пациента', many: 'пациентов', other: 'пациента' };
    expect([1, 2, 5, 11, 21, '1.5'].map((n) => plural('ru', n, forms))).toEqual([
      'пациент',
      'пациента',
      'пациентов',
      'пациентов',
      'пациент',
      'пациента',
    ]);
  });
});

describe('azOrdinal', () => {
  it('chooses the vowel by the class ICU gives', () => {
    const rules = new Intl.PluralRules('az', { type: 'ordinal' });
    const suffixes: Record<string, string> = { one: 'ci', few: 'cü', many: 'cı', other: 'cu' };
    for (let value = 1; value < 1000; value += 1)
      expect(azOrdinal(value)).toBe(`${value}-${suffixes[rules.select(value)]}`);
  });

  it.each([
    [1000, '1000-ci'],
    [2000, '2000-ci'],
    [1900, '1900-cü'],
    [1990, '1990-cı'],
    [2006, '2006-cı'],
    [2010, '2010-cu'],
    [2019, '2019-cu'],
    [2020, '2020-ci'],
    [2026, '2026-cı'],
    [2030, '2030-cu'],
    [0, '0-cı'],
    [1_000_000, '1000000-cu'],
  ])('%i is %s', (value, ordinal) => {
    expect(azOrdinal(value)).toBe(ordinal);
  });
});
