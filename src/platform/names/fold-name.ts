import { transliterateCyrillic } from './transliterate-cyrillic.ts';

/** Latin letters that canonical decomposition leaves whole, among them old Azerbaijani spellings. */
const undecomposed: Readonly<Record<string, string>> = {
  ə: 'e',
  ǝ: 'e',
  ı: 'i',
  ɵ: 'o',
  ø: 'o',
  ƣ: 'g',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ƶ: 'z',
};

const marks = /\p{M}+/gu;
/** Apostrophes, primes and modifier letters used for the old Azerbaijani glottal sign (Mə'sumə) or a Slavic soft sign. */
const apostrophes = /['’‘ʼʻʹ`´′＇]+/gu;
const otherSigns = /[^\p{L}\p{N}]+/gu;
const plainAscii = /^[a-z0-9]+(?: [a-z0-9]+)*$/;

/**
 * The form under which names are compared however they are typed: lower case without any locale rule, Latin letters
 * without marks (ə and ǝ become e, ı and İ become i), Cyrillic of both alphabets in Latin letters, apostrophes gone,
 * every other sign a single space. Idempotent. Letters of other scripts stay as they are.
 */
export function foldName(text: string): string {
  if (plainAscii.test(text)) return text;
  // NFC first, so that й and ё meet the Cyrillic table whole; toLowerCase without a locale maps İ to i + U+0307.
  const latin = transliterateCyrillic(text.normalize('NFKC').toLowerCase().normalize('NFC'));
  return latin
    .normalize('NFKD')
    .replace(marks, '')
    .toLowerCase()
    .replace(/[əǝıɵøƣßæœđðłþƶ]/gu, (letter) => undecomposed[letter] ?? letter)
    .replace(apostrophes, '')
    .replace(otherSigns, ' ')
    .trim();
}

/** The words of a folded name, in the order typed. An empty or sign-only text has none. */
export function foldedWords(text: string): readonly string[] {
  const folded = foldName(text);
  return folded === '' ? [] : folded.split(' ');
}
