/** Letters found only in Azerbaijani Cyrillic; one of them in a word means the word is read by that alphabet. */
const azerbaijaniOnly = /[әөүҝһҹғј]/u;

const shared: Readonly<Record<string, string>> = {
  а: 'a',
  б: 'b',
  в: 'v',
  г: 'g',
  д: 'd',
  е: 'e',
  ж: 'j',
  з: 'z',
  и: 'i',
  к: 'k',
  л: 'l',
  м: 'm',
  н: 'n',
  о: 'o',
  п: 'p',
  р: 'r',
  с: 's',
  т: 't',
  у: 'u',
  ф: 'f',
  х: 'x',
  ч: 'ç',
  ш: 'ş',
  ы: 'ı',
  й: 'y',
  э: 'e',
  ю: 'yu',
  я: 'ya',
  ё: 'yo',
  ц: 'ts',
  щ: 'şç',
  ъ: '',
  ь: '',
  і: 'i',
  ї: 'yi',
  є: 'ye',
  ґ: 'g',
};

const azerbaijani: Readonly<Record<string, string>> = {
  ...shared,
  г: 'q',
  ғ: 'ğ',
  ә: 'ə',
  ј: 'y',
  ҝ: 'g',
  ө: 'ö',
  ү: 'ü',
  һ: 'h',
  ҹ: 'c',
};

const cyrillicWord = /[\p{Script=Cyrillic}]+/gu;

/**
 * Writes the Cyrillic words of a lower-case NFC text in Azerbaijani Latin letters, letter by letter.
 * A word with a letter of Azerbaijani Cyrillic is read by that alphabet (г is q), any other as Russian (г is g).
 */
export function transliterateCyrillic(lowerCaseText: string): string {
  return lowerCaseText.replace(cyrillicWord, (word) => {
    const table = azerbaijaniOnly.test(word) ? azerbaijani : shared;
    const spelled = table === shared ? word.replaceAll('дж', 'ҹ') : word;
    return Array.from(spelled, (letter) => (letter === 'ҹ' ? 'c' : (table[letter] ?? letter))).join('');
  });
}
