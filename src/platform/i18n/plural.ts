import type { Language } from './language.ts';
import type { PluralForms } from './locale-data.ts';

export type PluralCategory = 'one' | 'few' | 'many' | 'other';

/**
 * The CLDR plural category of a number. A text keeps its written decimals, which decide in Russian and English
 * ("1.0" is `other` there).
 */
export function pluralCategory(language: Language, value: number | string): PluralCategory {
  const literal = String(value).replace('-', '');
  const hasFraction = literal.includes('.');
  const n = Number(literal);
  switch (language) {
    case 'az':
      return n === 1 ? 'one' : 'other';
    case 'en':
      return n === 1 && !hasFraction ? 'one' : 'other';
    case 'ru':
      return hasFraction || !Number.isInteger(n) ? 'other' : russianCategory(n);
  }
}

function russianCategory(n: number): PluralCategory {
  const ten = n % 10;
  const hundred = n % 100;
  if (ten === 1 && hundred !== 11) return 'one';
  if (ten >= 2 && ten <= 4 && (hundred < 12 || hundred > 14)) return 'few';
  return 'many';
}

/** The form of a noun or phrase that stands with a number. Azerbaijani needs `other` alone: after a numeral it stays singular. */
export const plural = (language: Language, value: number | string, forms: PluralForms): string =>
  forms[pluralCategory(language, value)] ?? forms.other;

/** The CLDR ordinal suffix class of Azerbaijani decides the vowel: 1-ci, 3-cü, 6-cı, 9-cu. */
export function azOrdinal(value: number): string {
  const ten = value % 10;
  const hundred = value % 100;
  const thousand = value % 1000;
  if ([1, 2, 5, 7, 8].includes(ten) || [20, 50, 70, 80].includes(hundred)) return `${value}-ci`;
  if (ten === 3 || ten === 4 || (hundred === 0 && thousand !== 0)) return `${value}-cü`;
  if (value === 0 || ten === 6 || [40, 60, 90].includes(hundred)) return `${value}-cı`;
  if (value % 1_000_000 === 0) return `${value}-cu`;
  return thousand === 0 ? `${value}-ci` : `${value}-cu`;
}
