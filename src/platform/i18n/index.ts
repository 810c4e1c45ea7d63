export { type Age, ageOn, formatAge, formatDuration } from './ages.ts';
export { compareText, sortByText, sortKey } from './collation.ts';
export { type DateStyle, formatDate, formatDateTime, formatTime } from './dates.ts';
export { bakuOffsetMinutes, bakuToday, type LocalMoment, parseTypedDate, readFhirDate } from './fhir-date.ts';
export {
  defaultLanguage,
  isLanguage,
  type Language,
  type LocalText,
  languages,
  negotiateLanguage,
} from './language.ts';
export { capitalise, lowerCase, upperCase } from './letter-case.ts';
export { formatList } from './lists.ts';
export type { PluralForms, RelativeUnit } from './locale-data.ts';
export { defineMessages, findMessageFaults, type Messages, type MessageValues, translate } from './messages.ts';
export { formatMoney, formatNumber, formatPercent, type NumberOptions, parseTypedNumber } from './numbers.ts';
export { azOrdinal, type PluralCategory, plural, pluralCategory } from './plural.ts';
export { formatDifference, formatRelative } from './relative-time.ts';
