import { dayMs, type LocalMoment, readFhirDate } from './fhir-date.ts';
import type { Language } from './language.ts';
import type { PluralForms } from './locale-data.ts';
import { plural } from './plural.ts';

export type Age = { readonly unit: 'day' | 'week' | 'month' | 'year'; readonly value: number };

const nouns: Readonly<Record<Age['unit'], Readonly<Record<Language, PluralForms>>>> = {
  day: {
    az: { other: 'gün' },
    ru: { one: 'день', few: 'дня', many: 'дней', other: 'дня' },
    en: { one: 'day', other: 'days' },
  },
  week: {
    az: { other: 'həftə' },
    ru: { one: 'неделя', few: 'недели', many: 'недель', other: 'недели' },
    en: { one: 'week', other: 'weeks' },
  },
  month: {
    az: { other: 'ay' },
    ru: { one: 'месяц', few: 'месяца', many: 'месяцев', other: 'месяца' },
    en: { one: 'month', other: 'months' },
  },
  year: {
    az: { other: 'il' },
    ru: { one: 'год', few: 'года', many: 'лет', other: 'года' },
    en: { one: 'year', other: 'years' },
  },
};

/**
 * Completed age on a day (or at death): days up to 4 weeks, weeks up to 3 months, months up to 2 years, then years.
 * A birth date known to the year or month gives years alone, counted from its middle of the year or month's first day.
 * Undefined when either is no date or the birth is later.
 */
export function ageOn(birthDate: string, on: string): Age | undefined {
  const birth = readFhirDate(birthDate);
  const day = readFhirDate(on);
  if (birth === undefined || day === undefined) return undefined;
  const months = completedMonths(birth, day);
  const days = (utcDay(day) - utcDay(birth)) / dayMs;
  if (birth.day === undefined || day.day === undefined) {
    return months < 0 ? undefined : { unit: 'year', value: Math.floor(months / 12) };
  }
  if (days < 0) return undefined;
  if (days < 28) return { unit: 'day', value: days };
  if (months < 3) return { unit: 'week', value: Math.floor(days / 7) };
  return months < 24 ? { unit: 'month', value: months } : { unit: 'year', value: Math.floor(months / 12) };
}

/** The age of `ageOn` in words: `34 yaş`, `5 месяцев`, `12 days`. Empty when there is none. */
export function formatAge(birthDate: string, on: string, language: Language): string {
  const age = ageOn(birthDate, on);
  if (age === undefined) return '';
  // A person's years have their own word in Azerbaijani.
  if (language === 'az' && age.unit === 'year') return `${age.value} yaş`;
  return formatDuration(age.value, age.unit, language);
}

/** A number with its unit of time: `3 il`, `3 года`, `3 years`; Azerbaijani keeps the noun singular. */
export const formatDuration = (value: number, unit: Age['unit'], language: Language): string =>
  `${value} ${plural(language, value, nouns[unit][language])}`;

const utcDay = ({ year, month = 7, day = 1 }: LocalMoment): number => Date.UTC(year, month - 1, day);

function completedMonths(birth: LocalMoment, on: LocalMoment): number {
  const months = (on.year - birth.year) * 12 + (on.month ?? 7) - (birth.month ?? 7);
  return (on.day ?? 1) < (birth.day ?? 1) ? months - 1 : months;
}
