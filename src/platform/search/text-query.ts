import { foldedWords } from '#platform/names';
import { invalid } from './errors.ts';

/** What a text search asks for: words, found by their beginning, and what ties them together. */
export type TextQuery =
  | { readonly kind: 'word'; readonly word: string }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly TextQuery[] }
  | { readonly kind: 'not'; readonly part: TextQuery };

const atMost = { words: 30, characters: 1000, depth: 20 };
const shortestWord = 2;

/**
 * Reads `(bone OR liver) and metastases`: words side by side must all be there, `and`, `or` and `not` stand between them,
 * quotation marks keep words together that would be read as one of these. FHIR R4, search.html#content.
 */
export function readTextQuery(name: string, text: string): TextQuery {
  if (text.length > atMost.characters) {
    throw invalid(name, `a text search has ${atMost.characters} characters at most`);
  }
  const reader: Reader = { name, tokens: text.match(/"[^"]*"|[()]|[^\s()"]+/g) ?? [], at: 0, words: 0, depth: 0 };
  const query = readOr(reader);
  if (reader.at < reader.tokens.length) {
    throw invalid(name, 'a bracket closes that was not opened');
  }
  if (!isSelective(query)) {
    throw invalid(name, 'beside what must not be there a word is wanted that must');
  }
  return query;
}

type Reader = { readonly name: string; readonly tokens: readonly string[]; at: number; words: number; depth: number };

function isNext({ tokens, at }: Reader, word: string): boolean {
  return tokens[at]?.toLowerCase() === word;
}

function readOr(reader: Reader): TextQuery {
  const parts = [readAnd(reader)];
  while (isNext(reader, 'or')) {
    reader.at += 1;
    parts.push(readAnd(reader));
  }
  return joined('or', parts);
}

function readAnd(reader: Reader): TextQuery {
  const parts = [readNot(reader)];
  while (reader.at < reader.tokens.length && !isNext(reader, 'or') && !isNext(reader, ')')) {
    if (isNext(reader, 'and')) {
      reader.at += 1;
    }
    parts.push(readNot(reader));
  }
  return joined('and', parts);
}

function readNot(reader: Reader): TextQuery {
  if (!isNext(reader, 'not')) {
    return readPart(reader);
  }
  reader.at += 1;
  return { kind: 'not', part: readPart(reader) };
}

function readPart(reader: Reader): TextQuery {
  const token = reader.tokens[reader.at];
  if (token === undefined || [')', 'and', 'or', 'not'].includes(token.toLowerCase())) {
    throw invalid(reader.name, 'a word is missing');
  }
  reader.at += 1;
  if (token !== '(') {
    return readWords(reader, token);
  }
  reader.depth += 1;
  if (reader.depth > atMost.depth) {
    throw invalid(reader.name, 'there are too many brackets');
  }
  const inner = readOr(reader);
  if (!isNext(reader, ')')) {
    throw invalid(reader.name, 'a bracket is not closed');
  }
  reader.at += 1;
  return inner;
}

function readWords(reader: Reader, token: string): TextQuery {
  const words = foldedWords(token);
  reader.words += words.length;
  if (reader.words > atMost.words) {
    throw invalid(reader.name, `a text search has ${atMost.words} words at most`);
  }
  if (words.length === 0 || words.some((word) => word.length < shortestWord)) {
    throw invalid(reader.name, `a word has ${shortestWord} letters or digits at least`);
  }
  return joined(
    'and',
    words.map((word) => ({ kind: 'word', word })),
  );
}

function joined(kind: 'and' | 'or', parts: readonly TextQuery[]): TextQuery {
  const [only, ...others] = parts;
  return only && others.length === 0 ? only : { kind, parts };
}

/** Whether an index finds it; what only excludes would have to look at everything. */
function isSelective(query: TextQuery): boolean {
  switch (query.kind) {
    case 'word':
      return true;
    case 'and':
      return query.parts.some(isSelective);
    case 'or':
      return query.parts.every(isSelective);
    case 'not':
      return false;
  }
}
