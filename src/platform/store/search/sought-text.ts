import { foldedWords, foldName } from '#platform/names';
import { invalid } from '#platform/search';

const atMost = { characters: 2000, words: 30 };

/**
 * The text of a search, refused when folding leaves nothing of it: as a beginning it would stand for every text; and
 * when there is more than any name or title has, since each word is looked for.
 */
export function soughtText(name: string, text: string): string {
  if (text.length > atMost.characters) {
    throw invalid(name, `a text has ${atMost.characters} characters at most`);
  }
  if (foldName(text) === '') {
    throw invalid(name, 'there is no letter or digit to look for');
  }
  if (foldedWords(text).length > atMost.words) {
    throw invalid(name, `a text has ${atMost.words} words at most`);
  }
  return text;
}
