import { describe, expect, it } from 'vitest';
import { type DateStyle, formatDate, formatDateTime, formatTime } from './dates.ts';
import { dayMs } from './fhir-date.ts';
import type { Language } from './language.ts';

// The space before г. is a no-break one in CLDR and a plain one in the ICU of Node.
const sameSpaces = (text: string): string => text.replace(/[\u202F ]/g, '\u00A0');

const icu = { az: 'az', ru: 'ru', en: 'en-GB' } as const;
const languages: readonly Language[] = ['az', 'ru', 'en'];
const styles = {
  medium: { dateStyle: 'medium' },
  long: { dateStyle: 'long' },
  full: { dateStyle: 'full' },
  monthYear: { year: 'numeric', month: 'long' },
} as const;

/** A day in every month of many years, and every weekday. */
const days = Array.from({ length: 600 }, (_, index) => new Date(Date.UTC(1926, 0, 1) + index * 61 * dayMs));

describe('formatDate', () => {
  for (const language of languages) {
    it.each(Object.entries(styles))(`agrees with ICU for ${language} %s`, (style, options) => {
      const format = new Intl.DateTimeFormat(icu[language], { ...options, timeZone: 'UTC' });
      for (const day of days) {
        const shown = formatDate(day.toISOString().slice(0, 10), language, style as DateStyle);
        expect(sameSpaces(shown)).toBe(sameSpaces(format.format(day)));
      }
    });
  }

  it('agrees with ICU for the numeric short form of az and ru', () => {
    for (const language of ['az', 'ru'] as const) {
      const options = { day: '2-digit', month: '2-digit', year: 'numeric', timeZone: 'UTC' } as const;
      const format = new Intl.DateTimeFormat(icu[language], options);
      for (const day of days) expect(formatDate(day.toISOString().slice(0, 10), language)).toBe(format.format(day));
    }
  });

  it.each([
    ['2026-03-05', 'az', 'short', '05.03.2026'],
    ['2026-03-05', 'az', 'long', '5 mart 2026'],
    ['2026-03-05', 'az', 'full', '5 mart 2026, cümə axşamı'],
    ['2026-03-05', 'az', 'text', '5 mart 2026-cı il'],
    ['2025-03-05', 'az', 'text', '5 mart 2025-ci il'],
    ['2024-12-31', 'az', 'text', '31 dekabr 2024-cü il'],
    ['2030-11-01', 'az', 'text', '1 noyabr 2030-cu il'],
    ['2026-03', 'az', 'text', 'mart 2026-cı il'],
    ['2026', 'az', 'text', '2026-cı il'],
    ['2026-03-05', 'ru', 'text', '5 марта 2026\u00A0г.'],
    ['2026-03-05', 'en', 'short', '5 Mar 2026'],
    ['2026-03', 'az', 'short', '03.2026'],
    ['2026-03', 'ru', 'long', 'март 2026\u00A0г.'],
    ['2026-03', 'en', 'short', 'Mar 2026'],
    ['2026', 'az', 'full', '2026'],
    ['2026-03-05', 'ru', 'year', '2026'],
    ['0850-03-05', 'az', 'short', '05.03.850'],
  ] as const)('shows %s in %s %s as %s', (text, language, style, shown) => {
    expect(sameSpaces(formatDate(text, language, style))).toBe(sameSpaces(shown));
  });

  it.each(['', '2026-13', '2026-02-30', 'bilinmir', '26-03-05', '2026-3-5', '2026-03-05T25:00:00Z', '0000'])(
    'shows %j, which is no date, as it was given',
    (text) => {
      expect(formatDate(text, 'az')).toBe(text);
    },
  );
});

describe('formatDateTime', () => {
  it.each([
    ['2026-09-05T10:05:00Z', '05.09.2026, 14:05'],
    ['2026-09-05T22:05:00.123+02:00', '06.09.2026, 00:05'],
    ['2026-12-31T23:59:59-08:00', '01.01.2027, 11:59'],
    ['2010-07-01T10:00:00Z', '01.07.2010, 15:00'],
    ['2010-01-01T10:00:00Z', '01.01.2010, 14:00'],
    ['2026-09-05T10:05', '05.09.2026, 10:05'],
    ['2026-09-05', '05.09.2026'],
    ['2026-09', '09.2026'],
    ['?', '?'],
  ])('shows %s as %s', (text, shown) => {
    expect(formatDateTime(text, 'az')).toBe(shown);
  });

  it('follows the clock of Asia/Baku through its whole history', () => {
    const format = new Intl.DateTimeFormat('ru', {
      timeZone: 'Asia/Baku',
      day: '2-digit',
      month: '2-digit',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
    });
    for (let instant = Date.UTC(1930, 0, 1); instant < Date.UTC(2040, 0, 1); instant += 97 * 3_600_000) {
      expect(formatDateTime(new Date(instant).toISOString(), 'ru')).toBe(format.format(instant));
    }
  });
});

describe('formatTime', () => {
  it.each([
    ['2026-09-05T20:05:00Z', '00:05'],
    ['08:30:00', '08:30'],
    ['23:59', '23:59'],
    ['24:00:00', ''],
    ['2026-09-05', ''],
    ['x', ''],
  ])('shows %j as %j', (text, shown) => {
    expect(formatTime(text)).toBe(shown);
  });
});
