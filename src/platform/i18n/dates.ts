import { type LocalMoment, readFhirDate } from './fhir-date.ts';
import type { Language } from './language.ts';
import { type LocaleData, localeData } from './locale-data.ts';
import { azOrdinal } from './plural.ts';

/**
 * | style | az | ru | en |
 * |---|---|---|---|
 * | short | 05.03.2026 | 05.03.2026 | 5 Mar 2026 |
 * | medium | 5 mar 2026 | 5 мар. 2026 г. | 5 Mar 2026 |
 * | long | 5 mart 2026 | 5 марта 2026 г. | 5 March 2026 |
 * | full | 5 mart 2026, cümə axşamı | четверг, 5 марта 2026 г. | Thursday, 5 March 2026 |
 * | text (inside a sentence or document) | 5 mart 2026-cı il | 5 марта 2026 г. | 5 March 2026 |
 * | monthYear | mart 2026 | март 2026 г. | March 2026 |
 * | year | 2026 | 2026 | 2026 |
 */
export type DateStyle = 'short' | 'medium' | 'long' | 'full' | 'text' | 'monthYear' | 'year';

/**
 * A FHIR date, dateTime or instant in the writing of a language, by the calendar of Azerbaijan. A partial date shows
 * the parts it has. What is no FHIR date comes back as it was given, because a record's own wording is not ours to hide.
 */
export function formatDate(text: string, language: Language, style: DateStyle = 'short'): string {
  const moment = readFhirDate(text);
  return moment === undefined ? text : printDate(moment, language, style);
}

/** Date and 24-hour time; the date alone when no time was recorded. */
export function formatDateTime(text: string, language: Language, style: DateStyle = 'short'): string {
  const moment = readFhirDate(text);
  if (moment === undefined) return text;
  const date = printDate(moment, language, style);
  if (moment.hour === undefined) return date;
  return localeData[language].dateTime.replace('{1}', date).replace('{0}', printTime(moment));
}

/** The 24-hour time of a FHIR dateTime, instant or time; empty when the text holds no time. */
export function formatTime(text: string): string {
  const time = /^(?:[01]\d|2[0-3]):[0-5]\d(?=$|:)/.exec(text);
  if (time !== null) return time[0];
  const moment = readFhirDate(text);
  return moment?.hour === undefined ? '' : printTime(moment);
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

const printTime = ({ hour = 0, minute = 0 }: LocalMoment): string => `${twoDigits(hour)}:${twoDigits(minute)}`;

function printDate(moment: LocalMoment, language: Language, style: DateStyle): string {
  const { dates } = localeData[language];
  if (style === 'year' || moment.month === undefined) {
    return style === 'text' && language === 'az' ? `${azOrdinal(moment.year)} il` : String(moment.year);
  }
  if (style === 'monthYear') return fill(dates.monthYear, moment, language);
  if (moment.day === undefined) return printMonth(moment, language, style);
  if (style === 'text' && language === 'az')
    return fill("d MMMM 'Y' 'il'", moment, language).replace('Y', azOrdinal(moment.year));
  return fill(dates[style === 'text' ? 'long' : style], moment, language);
}

function printMonth(moment: LocalMoment, language: Language, style: DateStyle): string {
  const { dates } = localeData[language];
  if (style === 'text' && language === 'az')
    return fill("MMMM 'Y' 'il'", moment, language).replace('Y', azOrdinal(moment.year));
  return fill(style === 'short' || style === 'medium' ? dates.monthYearShort : dates.monthYear, moment, language);
}

/** Fills a CLDR date pattern; text between apostrophes stands for itself. */
function fill(pattern: string, moment: LocalMoment, language: Language): string {
  const data = localeData[language];
  return pattern.replace(
    /'([^']*)'|d+|M+|L+|y+|E+/g,
    (field, quoted: string | undefined) => quoted ?? printField(field, moment, data),
  );
}

function printField(field: string, { year, month = 1, day = 1 }: LocalMoment, data: LocaleData): string {
  const index = month - 1;
  switch (field) {
    case 'd':
      return String(day);
    case 'dd':
      return twoDigits(day);
    case 'MM':
      return twoDigits(month);
    case 'MMM':
      return data.monthsShort[index] ?? '';
    case 'MMMM':
      return data.months[index] ?? '';
    case 'LLL':
      return data.monthsAloneShort[index] ?? '';
    case 'LLLL':
      return data.monthsAlone[index] ?? '';
    case 'EEEE':
      return data.weekdays[(new Date(Date.UTC(year, index, day)).getUTCDay() + 6) % 7] ?? '';
    default:
      return String(year);
  }
}
