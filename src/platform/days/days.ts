/** A calendar day as the count of days since 1970-01-01. */
export type Day = number;

const daysPer400Years = 146_097;
const daysPerYear = 365;

/** The day of a FHIR date `YYYY-MM-DD` (the first ten characters of any dateTime will do). */
export function toDay(isoDate: string): Day {
  return dayOf(Number(isoDate.slice(0, 4)), Number(isoDate.slice(5, 7)), Number(isoDate.slice(8, 10)));
}

/** The day of a year, month (1 to 12) and day of month, by the proleptic Gregorian calendar. */
export function dayOf(year: number, month: number, dayOfMonth: number): Day {
  // Years are counted from March, so that the leap day is the last of a year.
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + dayOfMonth - 1;
  const dayOfEra = yearOfEra * daysPerYear + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * daysPer400Years + dayOfEra - 719_468;
}

export type CalendarDate = { readonly year: number; readonly month: number; readonly dayOfMonth: number };

export function toCalendarDate(day: Day): CalendarDate {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / daysPer400Years);
  const dayOfEra = shifted - era * daysPer400Years;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) /
      daysPerYear,
  );
  const dayOfYear = dayOfEra - (daysPerYear * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, dayOfMonth: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1 };
}

const twoDigits = (value: number): string => (value < 10 ? `0${value}` : String(value));

/** The day as a FHIR date. */
export function toIsoDate(day: Day): string {
  const { year, month, dayOfMonth } = toCalendarDate(day);
  return `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(dayOfMonth)}`;
}

/** The same day of the month so many months later (or earlier); the last of a shorter month. */
export function addMonths(day: Day, months: number): Day {
  const { year, month, dayOfMonth } = toCalendarDate(day);
  const count = year * 12 + month - 1 + months;
  const wantedYear = Math.floor(count / 12);
  const wantedMonth = count - wantedYear * 12 + 1;
  return dayOf(wantedYear, wantedMonth, Math.min(dayOfMonth, lengthOfMonth(wantedYear, wantedMonth)));
}

function lengthOfMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Completed months from one day to a later one; negative when it is earlier. */
export function monthsBetween(from: Day, to: Day): number {
  const start = toCalendarDate(from);
  const end = toCalendarDate(to);
  const months = (end.year - start.year) * 12 + end.month - start.month;
  return end.dayOfMonth < start.dayOfMonth && addMonths(from, months) > to ? months - 1 : months;
}

/** Completed years from one day to a later one. */
export const yearsBetween = (from: Day, to: Day): number => Math.floor(monthsBetween(from, to) / 12);

/** 1 is Monday, 7 is Sunday. */
export const weekdayOf = (day: Day): number => ((((day + 3) % 7) + 7) % 7) + 1;
