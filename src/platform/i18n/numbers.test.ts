import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Language } from './language.ts';
import { formatMoney, formatNumber, formatPercent, parseTypedNumber } from './numbers.ts';

const icu = { az: 'az', ru: 'ru', en: 'en-GB' } as const;
const languages: readonly Language[] = ['az', 'ru', 'en'];
const cents = fc.integer({ min: -1_000_000_000_00, max: 1_000_000_000_00 });
const literal = (hundredths: number): string => (hundredths / 100).toFixed(2);

describe('formatNumber', () => {
  it.each([
    ['1.10', '1,10'],
    ['1.0e3', '1.000'],
    ['1.25E1', '12,5'],
    ['1e-7', '0,0000001'],
    ['12e-1', '1,2'],
    ['0.00', '0,00'],
    ['-0.5', '-0,5'],
    ['1234567.8900', '1.234.567,8900'],
    ['12345678901234567890.123456789', '12.345.678.901.234.567.890,123456789'],
    [0.1, '0,1'],
    [1e21, '1.000.000.000.000.000.000.000'],
    [5, '5'],
    ['<5', '<5'],
    ['', ''],
    ['1,5', '1,5'],
  ])('writes %j as %s in Azerbaijani', (value, shown) => {
    expect(formatNumber(value, 'az')).toBe(shown);
  });

  it.each([
    ['1.005', 2, '1,01'],
    ['2.4', 0, '2'],
    ['2.5', 0, '3'],
    ['-0.4', 0, '0'],
    ['9.999', 2, '10,00'],
    ['7', 1, '7,0'],
  ])('rounds %s to %i decimals as %s', (value, decimals, shown) => {
    expect(formatNumber(value, 'az', { decimals })).toBe(shown);
  });

  it.each(languages)('agrees with ICU for %s', (language) => {
    const format = new Intl.NumberFormat(icu[language], { minimumFractionDigits: 2 });
    fc.assert(
      fc.property(cents, (value) => {
        expect(formatNumber(literal(value), language)).toBe(format.format(value / 100));
      }),
    );
  });
});

describe('formatPercent', () => {
  it.each(languages)('agrees with ICU for %s', (language) => {
    const format = new Intl.NumberFormat(icu[language], { style: 'percent', minimumFractionDigits: 1 });
    for (const tenths of [0, 5, 123, 972, 1000]) {
      expect(formatPercent((tenths / 10).toFixed(1), language)).toBe(format.format(tenths / 1000));
    }
  });
});

describe('formatMoney', () => {
  it.each(languages)('agrees with ICU for %s', (language) => {
    const options = { style: 'currency', currency: 'AZN', currencyDisplay: 'narrowSymbol' } as const;
    const format = new Intl.NumberFormat(icu[language], options);
    fc.assert(
      fc.property(cents, (value) => {
        expect(formatMoney(literal(value), language)).toBe(format.format(value / 100));
      }),
    );
  });

  it.each(['AZN', 'USD', 'EUR', 'GEL'])('writes %s for every language', (currency) => {
    for (const language of languages) {
      const options = { style: 'currency', currency, currencyDisplay: 'narrowSymbol' } as const;
      const known = currency === 'GEL' ? { ...options, currencyDisplay: 'code' as const } : options;
      expect(formatMoney(12.5, language, currency)).toBe(new Intl.NumberFormat(icu[language], known).format(12.5));
    }
  });

  it('gives back what is no amount', () => {
    expect(formatMoney('pulsuz', 'az')).toBe('pulsuz');
  });
});

describe('parseTypedNumber', () => {
  it.each([
    ['36,6', 'az', '36.6'],
    ['36.6', 'az', '36.6'],
    ['1 234,50', 'az', '1234.50'],
    ['1.234.567,5', 'az', '1234567.5'],
    ['1.234,5', 'az', '1234.5'],
    ['1,234.5', 'en', '1234.5'],
    ['007', 'ru', '7'],
    ['−5', 'ru', '-5'],
    ['1,2,3', 'az', undefined],
    ['12 34', 'az', undefined],
    ['', 'az', undefined],
    ['beş', 'az', undefined],
  ] as const)('reads %j typed in %s as %s', (typed, language, value) => {
    expect(parseTypedNumber(typed, language)).toBe(value);
  });
});
