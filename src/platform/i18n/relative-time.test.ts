import { describe, expect, it } from 'vitest';
import { formatDifference, formatRelative } from './relative-time.ts';

const units = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;

describe('formatDifference', () => {
  it.each([
    ['az', 'az'],
    ['ru', 'ru'],
    ['en', 'en-GB'],
  ] as const)('agrees with ICU for %s', (language, locale) => {
    const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
    const ours = (text: string): string =>
      language === 'az' ? text.replace('öncə', 'əvvəl').replace('ərzində', 'sonra') : text;
    const values = Array.from({ length: 261 }, (_, index) => index - 130).filter((value) => value !== 0);
    const differences = units.flatMap((unit) => values.map((value) => ({ unit, value })));
    expect(differences.map(({ unit, value }) => formatDifference(value, unit, language))).toEqual(
      differences.map(({ unit, value }) => ours(format.format(value, unit))),
    );
  });
});

describe('formatRelative', () => {
  it.each([
    ['2026-11-23', 'bu gün'],
    ['2026-11-22', 'dünən'],
    ['2026-11-24', 'sabah'],
    ['2026-11-10', '13 gün əvvəl'],
    ['2026-11-09', '2 həftə əvvəl'],
    ['2026-12-23', '4 həftə sonra'],
    ['2026-09-24', '8 həftə əvvəl'],
    ['2026-09-23', '2 ay əvvəl'],
    ['2026-08-24', '2 ay əvvəl'],
    ['2024-11-24', '23 ay əvvəl'],
    ['2024-11-23', '2 il əvvəl'],
    ['2030-01-01', '3 il sonra'],
    ['2026-11-23T09:30:00+04:00', '30 dəqiqə əvvəl'],
    ['2026-11-23T12:00:00+04:00', '2 saat sonra'],
    ['2026-11-22T23:00:00+04:00', 'dünən'],
    ['2025', 'keçən il'],
    ['2026-10', 'keçən ay'],
    ['2024-10', '2 il əvvəl'],
    ['?', '?'],
  ])('%s is %s', (text, shown) => {
    expect(formatRelative(text, '2026-11-23T10:00:00+04:00', 'az')).toBe(shown);
  });
});
