export {
  addMonths,
  type CalendarDate,
  type Day,
  dayOf,
  monthsBetween,
  toCalendarDate,
  toDay,
  toIsoDate,
  weekdayOf,
  yearsBetween,
} from './days.ts';
