import { foldName, soundKey } from '#platform/names';
import { hash64 } from './hash.ts';
import { recentResults } from './recent-results.ts';
import { type Found, isJson } from './walk-path.ts';

/** The displays of codes and the names of a family are folded over and over. */
const folded = recentResults(foldName, { atMost: 10_000, characters: 200 });
const words = (text: string): readonly string[] =>
  folded(text)
    .split(' ')
    .filter((word) => word !== '');
const soundOf = recentResults(soundKey, { atMost: 10_000, characters: 60 });

/** A text longer than this is findable by its beginning only; an index entry may not exceed 2 kB. */
const indexedCharacters = 400;

/** Control characters, which no text that is found by has. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is meant
const controls = /[\u0000-\u001f]/g;

const nameParts = ['text', 'family', 'given', 'prefix', 'suffix'];
const addressParts = ['text', 'line', 'city', 'district', 'state', 'postalCode', 'country'];

/** Whether a text of this type is compared word by word (people's names, addresses) or as a whole. */
export function isWordwise(type: string): boolean {
  return type === 'HumanName' || type === 'Address';
}

/** A text, and the part of a name or an address that it is. */
export type StringPart = { readonly part: string; readonly text: string };

/** The texts of an element as written. */
export function stringsOf({ value, type }: Found): StringPart[] {
  if (typeof value === 'string') {
    return [{ part: '', text: value }];
  }
  if (!isJson(value)) {
    return [];
  }
  const parts = type === 'HumanName' ? nameParts : type === 'Address' ? addressParts : [];
  return parts.flatMap((part) => {
    const texts = value[part];
    return (Array.isArray(texts) ? texts : [texts]).flatMap((text) =>
      typeof text === 'string' ? [{ part, text }] : [],
    );
  });
}

/** What a text is compared by: its folded words, its sound keys, or its folded whole. */
export function stringForms(text: string, type: string, phonetic: boolean): readonly string[] {
  if (phonetic) {
    return words(text).map(soundOf);
  }
  return isWordwise(type) ? words(text) : [folded(text)];
}

/** The entry under which a folded text is found by its beginning. */
export function stringEntry(code: string, form: string): string {
  return `${code}=${beginningOf(form)}`;
}

/** The entry of an address, which is compared as written. */
export function uriEntry(code: string, uri: string): string {
  return stringEntry(code, uri.replaceAll(controls, ''));
}

/** The entry of a folded text that counts only together with a token. */
export function pairedStringEntry(code: string, tokenForm: string, form: string): string {
  return `${code}=${hash64(tokenForm)}$${beginningOf(form)}`;
}

/** The entry of the text behind a code, for `:text`. */
export function codeTextEntry(code: string, text: string): string {
  return stringEntry(`${code}:text`, folded(text));
}

export function beginningOf(text: string): string {
  const beginning = text.slice(0, indexedCharacters);
  return beginning.isWellFormed() ? beginning : beginning.slice(0, -1); // no half of a surrogate pair at the end
}
