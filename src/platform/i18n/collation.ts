import type { Language } from './language.ts';

const signs = ' _-,;:!?.\'"()[]{}@*/\\&#%`^+<=>|~$';
const digits = '0123456789';
const cyrillic = 'абвгґдеәєжзиійјкқлмнопрстуүфхһцчҹшщъыьэюя';
const orders: Readonly<Record<Language, string>> = {
  az: `${signs}${digits}abcçdeəfgğhxıijkqlmnoöprsştuüvyzw${cyrillic}`,
  ru: `${signs}${digits}${cyrillic}abcdeəfghiıjklmnopqrstuvwxyz`,
  en: `${signs}${digits}abcdeəfghiıjklmnopqrstuvwxyz${cyrillic}`,
};

type Weights = ReadonlyMap<string, string>;

const firstWeight = 0x100;
const weights: Readonly<Record<Language, Weights>> = {
  az: weigh(orders.az),
  ru: weigh(orders.ru),
  en: weigh(orders.en),
};

function weigh(order: string): Weights {
  return new Map(Array.from(order, (letter, index) => [letter, String.fromCharCode(firstWeight + index)]));
}

/**
 * A text whose order by code point is the alphabet's order: letters first, then marks, then case (lower before upper).
 * A database may store it and sort it with the `C` collation. Azerbaijani puts ə after e, x after h, ı before i, q after k.
 */
export function sortKey(text: string, language: Language): string {
  let letters = '';
  let marks = '';
  let cases = '';
  for (const letter of text.normalize('NFC')) {
    const lower = lowerLetter(letter, language);
    for (const part of weights[language].has(lower) ? [lower] : lower.normalize('NFD')) {
      if (/\p{M}/u.test(part)) {
        marks += part;
        cases += ' ';
        continue;
      }
      letters += weights[language].get(part) ?? `\uFDFD${part}`;
      marks += ' ';
      cases += lower === letter ? ' ' : '!';
    }
  }
  return `${letters}\u0001${marks}\u0001${cases}`;
}

function lowerLetter(letter: string, language: Language): string {
  if (language !== 'az') return letter.toLowerCase().normalize('NFC');
  return letter === 'I' ? 'ı' : letter === 'İ' ? 'i' : letter.toLowerCase();
}

/** A comparison for `toSorted`, by the alphabet of a language. */
export function compareText(language: Language): (a: string, b: string) => number {
  return (a, b) => {
    const keyA = sortKey(a, language);
    const keyB = sortKey(b, language);
    return keyA < keyB ? -1 : keyA > keyB ? 1 : 0;
  };
}

/** The texts of the items in order; each key is made once, so this is the way to sort a long list. */
export function sortByText<Item>(items: readonly Item[], language: Language, textOf: (item: Item) => string): Item[] {
  const keyed = items.map((item) => ({ item, key: sortKey(textOf(item), language) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ item }) => item);
}
