import { describe, expect, it } from 'vitest';
import { formatAge, formatDuration } from './ages.ts';

describe('formatAge', () => {
  it.each([
    ['2026-11-23', '2026-11-23', '0 gün', '0 дней', '0 days'],
    ['2026-10-27', '2026-11-23', '27 gün', '27 дней', '27 days'],
    ['2026-10-26', '2026-11-23', '4 həftə', '4 недели', '4 weeks'],
    ['2026-08-23', '2026-11-23', '3 ay', '3 месяца', '3 months'],
    ['2026-08-24', '2026-11-23', '13 həftə', '13 недель', '13 weeks'],
    ['2024-11-24', '2026-11-23', '23 ay', '23 месяца', '23 months'],
    ['2024-11-23', '2026-11-23', '2 yaş', '2 года', '2 years'],
    ['2005-11-23', '2026-11-23', '21 yaş', '21 год', '21 years'],
    ['2005-11-24', '2026-11-23', '20 yaş', '20 лет', '20 years'],
    ['2004-02-29', '2022-02-28', '17 yaş', '17 лет', '17 years'],
    ['1980', '2026-11-23', '46 yaş', '46 лет', '46 years'],
    ['1980-05', '2026-04-23', '45 yaş', '45 лет', '45 years'],
    ['2026-11-24', '2026-11-23', '', '', ''],
    ['?', '2026-11-23', '', '', ''],
  ])('born %s, on %s', (birth, on, az, ru, en) => {
    expect([formatAge(birth, on, 'az'), formatAge(birth, on, 'ru'), formatAge(birth, on, 'en')]).toEqual([az, ru, en]);
  });
});

describe('formatDuration', () => {
  it('agrees with the unit names of ICU', () => {
    for (const [language, locale] of [
      ['az', 'az'],
      ['ru', 'ru'],
      ['en', 'en-GB'],
    ] as const) {
      for (const unit of ['day', 'week', 'month', 'year'] as const) {
        const format = new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' });
        for (let value = 0; value < 130; value += 1)
          expect(formatDuration(value, unit, language)).toBe(format.format(value));
      }
    }
  });
});
