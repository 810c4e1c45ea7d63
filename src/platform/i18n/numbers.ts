import type { Language } from './language.ts';
import { localeData } from './locale-data.ts';

export type NumberOptions = {
  /** Decimals to show; without it every written decimal stays. Rounds half away from zero. */
  readonly decimals?: number;
};

type Decimal = { readonly negative: boolean; readonly whole: string; readonly fraction: string };

const decimalLiteral = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * A number in the writing of a language. Given the literal text of a FHIR decimal, every digit of it is kept:
 * "1.10" is `1,10`, "1.0e3" is `1.000`. What is no number comes back as it was given.
 */
export function formatNumber(value: number | string, language: Language, options: NumberOptions = {}): string {
  const decimal = readDecimal(value);
  if (decimal === undefined) return String(value);
  const { minus } = localeData[language].numbers;
  const shown = options.decimals === undefined ? decimal : roundTo(decimal, options.decimals);
  return (shown.negative ? minus : '') + printDigits(shown, language);
}

/** Percent points (12.3 is `12,3%`), not a fraction. */
export function formatPercent(percentPoints: number | string, language: Language, options: NumberOptions = {}): string {
  return localeData[language].percent.replace('{0}', () => formatNumber(percentPoints, language, options));
}

/** An amount of money with two decimals and its sign, e.g. `1.234,50 ₼`. `currency` is an ISO 4217 code. */
export function formatMoney(amount: number | string, language: Language, currency = 'AZN'): string {
  const decimal = readDecimal(amount);
  if (decimal === undefined) return String(amount);
  const data = localeData[language];
  const shown = roundTo(decimal, 2);
  const leads = data.currency.startsWith('¤');
  const symbol = data.currencySymbols[currency] ?? (leads ? `${currency}\u00A0` : currency);
  const text = data.currency.replace('{0}', () => printDigits(shown, language)).replace('¤', () => symbol);
  return (shown.negative ? data.numbers.minus : '') + text;
}

function readDecimal(value: number | string): Decimal | undefined {
  const match = decimalLiteral.exec(String(value).trim());
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  return shift({ negative: sign === '-', whole, fraction }, Number(exponent));
}

function shift({ negative, whole, fraction }: Decimal, places: number): Decimal {
  const digits = whole + fraction;
  const point = whole.length + places;
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0');
  const cut = Math.max(point, 1);
  return { negative, whole: padded.slice(0, cut).replace(/^0+(?=\d)/, ''), fraction: padded.slice(cut) };
}

function roundTo(decimal: Decimal, places: number): Decimal {
  const fraction = decimal.fraction.padEnd(places, '0');
  const kept = BigInt(decimal.whole + fraction.slice(0, places));
  const rounded = (fraction[places] ?? '0') >= '5' ? kept + 1n : kept;
  const digits = String(rounded).padStart(places + 1, '0');
  const cut = digits.length - places;
  const negative = decimal.negative && rounded !== 0n;
  return { negative, whole: digits.slice(0, cut), fraction: digits.slice(cut) };
}

function printDigits({ whole, fraction }: Decimal, language: Language): string {
  const { decimal, group, minimumGrouping } = localeData[language].numbers;
  const grouped = whole.length >= 3 + minimumGrouping ? whole.replace(/\B(?=(?:\d{3})+$)/g, group) : whole;
  return fraction === '' ? grouped : grouped + decimal + fraction;
}

/**
 * A number as people type it, as the literal of a FHIR decimal: comma or dot as the decimal sign, spaces (and, in
 * Azerbaijani, dots) between thousands. Undefined when it is no number or could be read two ways.
 */
export function parseTypedNumber(typed: string, language: Language): string | undefined {
  const text = typed
    .trim()
    .replace(/[\s\u00A0\u202F](?=\d{3}(?:\D|$))/gu, '')
    .replace('−', '-');
  const group = language === 'en' ? ',' : '.';
  const grouped = new RegExp(
    `^[+-]?\\d{1,3}(?:[${group}]\\d{3}){2,}(?:[.,]\\d+)?$|^[+-]?\\d{1,3}[${group}]\\d{3}[^${group}\\d]\\d+$`,
  );
  const plain = grouped.test(text) ? text.replaceAll(group, '') : text;
  const match = /^([+-]?)(\d+)(?:[.,](\d+))?$/.exec(plain);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction] = match;
  return (sign === '-' ? '-' : '') + whole.replace(/^0+(?=\d)/, '') + (fraction === undefined ? '' : `.${fraction}`);
}
