import type { Language } from './language.ts';

/** Upper case of text (never of identifiers or codes): in Azerbaijani i becomes İ and ı becomes I. */
export const upperCase = (text: string, language: Language): string =>
  language === 'az' ? text.replaceAll('i', 'İ').toUpperCase() : text.toUpperCase();

/** Lower case of text (never of identifiers or codes): in Azerbaijani I becomes ı and İ becomes i. */
export const lowerCase = (text: string, language: Language): string =>
  language === 'az'
    ? text
        .normalize('NFC')
        .replace(/I\u0307|İ/gu, 'i')
        .replaceAll('I', 'ı')
        .toLowerCase()
    : text.toLowerCase();

/** The text with its first letter in upper case, for the start of a sentence or heading. */
export function capitalise(text: string, language: Language): string {
  const first = String.fromCodePoint(text.codePointAt(0) ?? 0x20);
  return text === '' ? '' : upperCase(first, language) + text.slice(first.length);
}
