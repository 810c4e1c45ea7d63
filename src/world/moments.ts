import { type Day, toIsoDate, weekdayOf } from '#platform/days';
import { bakuOffsetMinutes } from '#platform/i18n';
import type { Random } from './random.ts';

const dayMs = 86_400_000;
const twoDigits = (value: number): string => (value < 10 ? `0${value}` : String(value));

/** A dateTime on the clock of Azerbaijan of that day, e.g. 2026-03-05T10:15:00+04:00. */
export function bakuInstant(day: Day, minuteOfDay: number): string {
  const offset = bakuOffsetMinutes(day * dayMs) / 60;
  const hour = Math.floor(minuteOfDay / 60);
  return `${toIsoDate(day)}T${twoDigits(hour)}:${twoDigits(minuteOfDay - hour * 60)}:00+${twoDigits(offset)}:00`;
}

/** The same day, or the Monday after a weekend. */
export function workday(day: Day): Day {
  const weekday = weekdayOf(day);
  return weekday <= 5 ? day : day + 8 - weekday;
}

/** A minute of the day within consulting hours, on the five minutes. */
export const consultingMinute = (random: Random): number => random.int(9 * 12, 17 * 12) * 5;
