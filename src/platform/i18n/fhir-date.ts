import { bakuOffsets } from './generated/baku-offsets.ts';

/** A FHIR date or dateTime as the clock and calendar of Azerbaijan show it; parts not given are absent. */
export type LocalMoment = {
  readonly year: number;
  readonly month?: number;
  readonly day?: number;
  readonly hour?: number;
  readonly minute?: number;
};

const minuteMs = 60_000;
export const dayMs = 86_400_000;

// FHIR R4, datatypes.html#dateTime. Minutes are required with hours; seconds are read and not shown.
const pattern = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;

/**
 * Reads a FHIR date, dateTime or instant. A time with a zone is turned into the time of Asia/Baku of that day (UTC+4
 * today, with summer time until 2015); one without a zone is taken as local. Undefined when it is no date.
 */
export function readFhirDate(text: string): LocalMoment | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, zone] = match;
  const date = { year: Number(year), ...number('month', month), ...number('day', day) };
  if (!isCalendarDate(date)) return undefined;
  if (hour === undefined || minute === undefined) return date;
  if (Number(hour) > 23 || Number(minute) > 59) return undefined;
  const local = Date.UTC(date.year, (date.month ?? 1) - 1, date.day, Number(hour), Number(minute));
  return zone === undefined ? momentOf(local) : momentOf(toBakuClock(local - zoneMinutes(zone) * minuteMs));
}

const number = <Key extends string>(key: Key, digits: string | undefined): Partial<Record<Key, number>> =>
  // The cast states what the literal says: the object has the given key and no other.
  digits === undefined ? {} : ({ [key]: Number(digits) } as Record<Key, number>);

function isCalendarDate({ year, month, day }: LocalMoment): boolean {
  if (month === undefined) return year > 0;
  if (month < 1 || month > 12) return false;
  return day === undefined || (day >= 1 && day <= daysInMonth(year, month));
}

const daysInMonth = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

function zoneMinutes(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  return zone.startsWith('-') ? -minutes : minutes;
}

/** The wall clock of Baku at an instant, as if it were UTC. */
const toBakuClock = (instantMs: number): number => instantMs + bakuOffsetMinutes(instantMs) * minuteMs;

/** Minutes by which the clock of Baku is ahead of UTC at an instant: 240 today, more in the summers until 2015. */
export function bakuOffsetMinutes(instantMs: number): number {
  const change = bakuOffsets.findLast(([since]) => since <= instantMs) ?? bakuOffsets[0];
  return change?.[1] ?? 240;
}

function momentOf(clockMs: number): LocalMoment {
  const date = new Date(clockMs);
  const day = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  return { ...day, hour: date.getUTCHours(), minute: date.getUTCMinutes() };
}

/** The calendar day in Azerbaijan at an instant, as a FHIR date. */
export const bakuToday = (instantMs: number): string => new Date(toBakuClock(instantMs)).toISOString().slice(0, 10);

/**
 * A date as people type it (05.03.1980, 5/3/1980, 5 3 1980, 1980-03-05; day before month) as a FHIR date.
 * Undefined when it is no day of the calendar or has no four-digit year.
 */
export function parseTypedDate(typed: string): string | undefined {
  const text = typed.trim();
  const dayFirst = /^(\d{1,2})[./\-\s]+(\d{1,2})[./\-\s]+(\d{4})$/.exec(text);
  const yearFirst = /^(\d{4})[./\-\s]+(\d{1,2})[./\-\s]+(\d{1,2})$/.exec(text);
  const [year, month, day] = dayFirst
    ? [dayFirst[3], dayFirst[2], dayFirst[1]]
    : [yearFirst?.[1], yearFirst?.[2], yearFirst?.[3]];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return readFhirDate(date) === undefined ? undefined : date;
}
