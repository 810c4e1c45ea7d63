import { isJsonObject, type JsonObject } from '#platform/fhir';
import { fatherNameUrl, foldedWords, foldFin, identifierSystems } from '#platform/names';

/** What people are told apart by, folded so that it can be compared. A list holds every form that is known. */
export type Person = {
  /** FİNs of the official register. */
  readonly fins: readonly string[];
  /** Other numbers, each with its system. */
  readonly documents: readonly string[];
  readonly families: readonly string[];
  readonly givens: readonly string[];
  readonly fathers: readonly string[];
  /** FHIR date, maybe partial. */
  readonly birthDate: string | undefined;
  readonly sex: string | undefined;
  /** The last nine digits of each telephone, which are the number within the country. */
  readonly phones: readonly string[];
};

/** The person a Patient resource describes. Whatever is not of the expected form is left out. */
export function toPerson(patient: JsonObject): Person {
  const identifiers = objectsOf(patient['identifier']).filter(({ use, value }) => use !== 'old' && isText(value));
  const names = objectsOf(patient['name']);
  const gender = textOf(patient['gender']);
  return {
    fins: identifiers
      .filter(({ system }) => system === identifierSystems.fin)
      .map(({ value }) => foldFin(String(value))),
    documents: identifiers
      .filter(({ system }) => system !== identifierSystems.fin && isText(system))
      .map(({ system, value }) => `${String(system)}|${String(value).replaceAll(' ', '').toUpperCase()}`),
    families: folded(names.map(({ family }) => textOf(family))),
    givens: folded(names.map(({ given }) => textsOf(given)[0])),
    fathers: folded(names.map(fatherOf))
      .map(withoutChildWord)
      .filter((each) => each !== ''),
    birthDate: textOf(patient['birthDate']),
    sex: gender === 'male' || gender === 'female' ? gender : undefined,
    phones: objectsOf(patient['telecom'])
      .filter(({ system, value }) => (system === 'phone' || system === 'sms') && isText(value))
      .map(({ value }) => String(value).replace(/\D/g, '').slice(-9))
      .filter((digits) => digits.length >= 7),
  };
}

/** The father's name has an element of its own, or is the second of the given names. */
function fatherOf(name: JsonObject): string | undefined {
  const extension = objectsOf(name['extension']).find(({ url }) => url === fatherNameUrl);
  return textOf(extension?.['valueString']) ?? textsOf(name['given'])[1];
}

/** Rauf qızı, Rauf oglu and Раиф кызы say whose child; the word says no more than the sex. */
const childWords = new Set(['oglu', 'ogly', 'ogli', 'qizi', 'kyzy', 'kizi', 'gizi', 'gyzy', 'qyzy']);

function withoutChildWord(folded: string): string {
  const [first = '', ...rest] = folded.split(' ');
  return [first, ...rest.filter((word) => !childWords.has(word))].join(' ');
}

function folded(texts: readonly (string | undefined)[]): string[] {
  return [...new Set(texts.map((text) => foldedWords(text ?? '').join(' ')).filter((each) => each !== ''))];
}

function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(isText) : [];
}

function textOf(value: unknown): string | undefined {
  return isText(value) ? value : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
