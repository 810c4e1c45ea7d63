import { foldedWords, foldName, soundKey } from '#platform/names';

export type Piece = { readonly text: string; readonly hit: boolean };

/**
 * A name with those parts marked that answer what was typed, whatever letters either is written in: the beginning of a
 * word where it begins alike, the whole word where it only sounds alike (Шахла for Şəhla).
 */
export function highlightName(name: string, typed: string): Piece[] {
  const wanted = foldedWords(typed);
  return name.split(/(\s+)/u).flatMap((word) => highlightWord(word, wanted));
}

function highlightWord(word: string, wanted: readonly string[]): Piece[] {
  const folded = foldName(word);
  const match = wanted.filter((start) => folded.startsWith(start)).reduce((a, b) => (b.length > a.length ? b : a), '');
  if (match === '') return word === '' ? [] : [{ text: word, hit: soundsLike(folded, wanted) }];
  const letters = Array.from(word);
  // Letters that fold to two, such as ş from Cyrillic щ, make the folded word longer; walk until enough is covered.
  const end =
    letters.findIndex((_, index) => foldName(letters.slice(0, index + 1).join('')).length >= match.length) + 1;
  const pieces = [
    { text: letters.slice(0, end).join(''), hit: true },
    { text: letters.slice(end).join(''), hit: false },
  ];
  return pieces.filter(({ text }) => text !== '');
}

function soundsLike(folded: string, wanted: readonly string[]): boolean {
  const sound = soundKey(folded);
  return sound.length > 1 && wanted.some((word) => soundKey(word) === sound);
}
