import { foldName } from '#platform/names';
import { invalid } from '#platform/search';

/** The text of a search, refused when folding leaves nothing of it: as a beginning it would stand for every text. */
export function soughtText(name: string, text: string): string {
  if (foldName(text) === '') {
    throw invalid(name, 'there is no letter or digit to look for');
  }
  return text;
}
