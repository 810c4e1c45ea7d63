import { dayMs, readFhirDate } from './fhir-date.ts';
import type { Language } from './language.ts';
import { localeData, type RelativeUnit } from './locale-data.ts';
import { formatNumber } from './numbers.ts';
import { pluralCategory } from './plural.ts';

/** A difference in words: (-1, 'day') is `dünən`, (3, 'week') is `3 həftə sonra`. Negative is past. */
export function formatDifference(value: number, unit: RelativeUnit, language: Language): string {
  const texts = localeData[language].relative[unit];
  const named = texts.named[String(value)];
  if (named !== undefined && Object.is(value, -0) === false) return named;
  const forms = value < 0 ? texts.past : texts.future;
  const size = Math.abs(value);
  return (forms[pluralCategory(language, size)] ?? forms.other).replace('{0}', formatNumber(size, language));
}

/**
 * How far a FHIR date or dateTime lies from now, by the calendar of Azerbaijan: minutes and hours within the day where
 * both have a time, then days to 2 weeks, weeks to 2 months, months to 2 years, years. What is no date comes back as given.
 */
export function formatRelative(text: string, now: string, language: Language): string {
  const then = readFhirDate(text);
  const here = readFhirDate(now);
  if (then === undefined || here === undefined) return text;
  if (then.month === undefined) return formatDifference(then.year - here.year, 'year', language);
  const months = (then.year - here.year) * 12 + then.month - (here.month ?? then.month);
  if (then.day === undefined) return formatDifference(...bigUnit(months), language);
  const days = (dayNumber(then) - dayNumber(here)) / dayMs;
  if (days === 0 && then.hour !== undefined && here.hour !== undefined)
    return withinDay(clock(then) - clock(here), language);
  if (Math.abs(days) < 14) return formatDifference(days, 'day', language);
  if (Math.abs(days) < 61) return formatDifference(Math.trunc(days / 7), 'week', language);
  const part = days > 0 ? (then.day < (here.day ?? 1) ? -1 : 0) : then.day > (here.day ?? 1) ? 1 : 0;
  return formatDifference(...bigUnit(months + part), language);
}

type Clocked = {
  readonly year: number;
  readonly month?: number;
  readonly day?: number;
  readonly hour?: number;
  readonly minute?: number;
};

const dayNumber = ({ year, month = 1, day = 1 }: Clocked): number => Date.UTC(year, month - 1, day);
const clock = ({ hour = 0, minute = 0 }: Clocked): number => hour * 60 + minute;

const withinDay = (minutes: number, language: Language): string =>
  Math.abs(minutes) < 60
    ? formatDifference(minutes, 'minute', language)
    : formatDifference(Math.trunc(minutes / 60), 'hour', language);

const bigUnit = (months: number): [number, RelativeUnit] =>
  Math.abs(months) < 24 ? [months, 'month'] : [Math.trunc(months / 12), 'year'];
