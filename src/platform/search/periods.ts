/** A span of time in milliseconds since 1970, both ends included; an open end is infinite. */
export type Span = { readonly lo: number; readonly hi: number };

const pattern =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

/** Azerbaijan keeps UTC+4 the year round; a date written without a zone is meant there. */
export const homeZoneMinutes = 240;

/**
 * The span that a FHIR date, dateTime or instant covers at the precision it is written in:
 * `2024-05` is all of May 2024. Undefined when the text is no date of the calendar.
 */
export function toSpan(text: string): Span | undefined {
  const match = pattern.exec(text);
  if (!match) {
    return undefined;
  }
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const fields = [year, month ?? 1, day ?? 1, hour ?? 0, minute ?? 0, second ?? 0].map(Number);
  const [y = 0, mo = 1, d = 1, h = 0, mi = 0, s = 0] = fields;
  const milliseconds = fraction ? Number(fraction.padEnd(3, '0').slice(0, 3)) : 0;
  const offset = zoneMinutes(zone) * 60_000;
  const lo = utc(y, mo, d, h, mi, s, milliseconds) - offset;
  if (mo < 1 || mo > 12 || d < 1 || d > daysInMonth(y, mo) || h > 24 || mi > 59 || s > 60) {
    return undefined;
  }
  return { lo, hi: endOf(match, lo, offset, y, mo, d) };
}

function endOf(match: RegExpExecArray, lo: number, offset: number, y: number, mo: number, d: number): number {
  const [, , month, day, hour, , second, fraction] = match;
  if (!month) return utc(y + 1, 1, 1) - offset - 1;
  if (!day) return utc(y, mo + 1, 1) - offset - 1;
  if (!hour) return utc(y, mo, d + 1) - offset - 1;
  if (!second) return lo + 59_999;
  if (!fraction) return lo + 999;
  return lo + (fraction.length === 1 ? 99 : fraction.length === 2 ? 9 : 0);
}

function utc(y: number, mo: number, d: number, h = 0, mi = 0, s = 0, ms = 0): number {
  const date = new Date(0);
  date.setUTCFullYear(y, mo - 1, d); // Date.UTC reads years below 100 as 19xx
  date.setUTCHours(h, mi, s, ms);
  return date.getTime();
}

function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}

function zoneMinutes(zone: string | undefined): number {
  if (!zone) return homeZoneMinutes;
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return zone.startsWith('-') ? -minutes : minutes;
}
