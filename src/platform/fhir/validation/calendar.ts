const datePattern = /^(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?$/;
const dateTimePattern =
  /^(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01])(?:T([01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)))?)?)?$/;
const timePattern = /^(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?$/;

/** A FHIR date: year, month or day that the calendar has. */
export function isDate(text: string): boolean {
  const match = datePattern.exec(text);
  return match !== null && isInCalendar(match[1], match[2], match[3]);
}

/** A FHIR dateTime: a date, or a date with time to the second and zone. */
export function isDateTime(text: string): boolean {
  const match = dateTimePattern.exec(text);
  return match !== null && isInCalendar(match[1], match[2], match[3]);
}

/** A FHIR instant: date, time to the second and zone, all present. */
export function isInstant(text: string): boolean {
  const match = dateTimePattern.exec(text);
  return match?.[4] !== undefined && isInCalendar(match[1], match[2], match[3]);
}

export function isTime(text: string): boolean {
  return timePattern.test(text);
}

function isInCalendar(year: string | undefined, month: string | undefined, day: string | undefined): boolean {
  if (year === '0000') return false;
  return day === undefined || Number(day) <= daysInMonth(Number(year), Number(month));
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
