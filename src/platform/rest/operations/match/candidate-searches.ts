import { swapDayAndMonth } from './agreement.ts';
import type { Person } from './person.ts';

/** Parameters of a search on Patient. */
export type CandidateSearch = readonly (readonly [string, string])[];

/**
 * Searches that together find who could be meant, each through an index and each narrow: a shared number, a shared
 * telephone, a name that sounds alike on a day of birth near the one given, or name and surname that both sound alike
 * among those of about the same age. Two slips in different places are found by none of them.
 */
export function candidateSearches(person: Person, identifiers: readonly string[]): CandidateSearch[] {
  const { families, givens, phones, birthDate } = person;
  const names = [...families, ...givens].flatMap((each) => each.split(' '));
  const searches: CandidateSearch[] = [];
  if (identifiers.length > 0) {
    searches.push([['identifier', identifiers.map(escape).join(',')]]);
  }
  if (phones.length > 0) {
    searches.push([['phone', phones.flatMap(writtenForms).join(',')]]);
  }
  if (birthDate !== undefined && names.length > 0) {
    searches.push([
      ['birthdate', nearbyDates(birthDate).join(',')],
      ['phonetic', names.map(escape).join(',')],
    ]);
  }
  if (families.length > 0 && givens.length > 0) {
    searches.push([
      ['phonetic', families.map(escape).join(',')],
      ['phonetic', givens.map(escape).join(',')],
      ...yearsAround(birthDate),
    ]);
  }
  return searches;
}

/** Values of a search are separated by commas: FHIR R4, search.html#escaping. */
function escape(value: string): string {
  return value.replace(/[\\,$|]/g, '\\$&');
}

/** Numbers are kept as they were written, and these are the ways in which they are. */
function writtenForms(digits: string): string[] {
  const [area, a, b, c] = [digits.slice(0, -7), digits.slice(-7, -4), digits.slice(-4, -2), digits.slice(-2)];
  const spaced = `${area} ${a} ${b} ${c}`;
  return [`+994${digits}`, `994${digits}`, `0${digits}`, digits, `+994 ${spaced}`, `0${spaced}`];
}

/** The day, the day read the other way round, and those that one slip of the hand makes of it. */
function nearbyDates(date: string): string[] {
  if (date.length < 10) {
    return [date];
  }
  const near = new Set([date, `${date.slice(0, 4)}-01-01`]);
  const candidates = [swapDayAndMonth(date), ...neighboursExchanged(date), ...digitsReplaced(date)];
  candidates.filter(isDate).forEach((each) => near.add(each));
  return [...near].slice(0, datesAtMost);
}

/** What one search may name of alternatives that are compared. */
const datesAtMost = 50;

function neighboursExchanged(date: string): string[] {
  const digits = date.replaceAll('-', '');
  return Array.from({ length: digits.length - 1 }, (_, at) =>
    toDate(`${digits.slice(0, at)}${digits[at + 1]}${digits[at]}${digits.slice(at + 2)}`),
  );
}

function digitsReplaced(date: string): string[] {
  const digits = date.replaceAll('-', '');
  return [7, 6, 5, 4, 3, 2].flatMap((at) =>
    [...'0123456789'].map((digit) => toDate(`${digits.slice(0, at)}${digit}${digits.slice(at + 1)}`)),
  );
}

function toDate(digits: string): string {
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
}

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) && text >= '1900' && text < '2100';
}

function yearsAround(date: string | undefined): CandidateSearch {
  if (date === undefined) {
    return [];
  }
  const year = Number(date.slice(0, 4));
  return [
    ['birthdate', `ge${year - 2}`],
    ['birthdate', `le${year + 2}`],
  ];
}
