import { invalid, printable } from './errors.ts';

/** FHIR R4, search_filter.html#ops. */
const operators = [
  'eq',
  'ne',
  'co',
  'sw',
  'ew',
  'gt',
  'lt',
  'ge',
  'le',
  'ap',
  'sa',
  'eb',
  'pr',
  'po',
  'ss',
  'sb',
  'in',
  'ni',
  're',
] as const;

export type FilterOperator = (typeof operators)[number];

/** A step of a path: a parameter, with what its targets must meet where brackets say so. */
export type FilterStep = { readonly name: string; readonly filter: FilterNode | undefined };

export type FilterNode =
  | { readonly kind: 'and' | 'or'; readonly left: FilterNode; readonly right: FilterNode }
  | { readonly kind: 'not'; readonly inner: FilterNode }
  | {
      readonly kind: 'test';
      readonly path: readonly FilterStep[];
      readonly operator: FilterOperator;
      readonly value: string;
    };

const depthAtMost = 30;

type Reader = { readonly text: string; at: number; depth: number };

/** Reads the text of `_filter`: tests joined by and, or, not and parentheses, from left to right. */
export function parseFilter(text: string): FilterNode {
  const reader: Reader = { text, at: 0, depth: 0 };
  const node = readLogic(reader);
  skipSpace(reader);
  if (reader.at < text.length) {
    throw malformed(reader, 'the end or another condition is wanted');
  }
  return node;
}

function readLogic(reader: Reader): FilterNode {
  reader.depth += 1;
  if (reader.depth > depthAtMost) {
    throw malformed(reader, 'there are too many brackets');
  }
  let left = readTerm(reader);
  for (let word = takeWord(reader, ['and', 'or']); word !== undefined; word = takeWord(reader, ['and', 'or'])) {
    left = { kind: word, left, right: readTerm(reader) };
  }
  reader.depth -= 1;
  return left;
}

function readTerm(reader: Reader): FilterNode {
  if (isNegated(reader)) {
    reader.at += 'not'.length;
    return { kind: 'not', inner: readEnclosed(reader, '(', ')') };
  }
  return isAt(reader, '(') ? readEnclosed(reader, '(', ')') : readTest(reader);
}

function isNegated(reader: Reader): boolean {
  skipSpace(reader);
  return /^not\s*\(/.test(reader.text.slice(reader.at, reader.at + 40));
}

function readEnclosed(reader: Reader, open: string, close: string): FilterNode {
  expect(reader, open);
  const inner = readLogic(reader);
  expect(reader, close);
  return inner;
}

function readTest(reader: Reader): FilterNode {
  const path = readPath(reader);
  const operator = takeWord(reader, operators);
  if (operator === undefined) {
    throw malformed(reader, `an operation is wanted, one of ${operators.join(', ')}`);
  }
  return { kind: 'test', path, operator, value: readValue(reader) };
}

function readPath(reader: Reader): FilterStep[] {
  const steps: FilterStep[] = [];
  do {
    const name = takeMatch(reader, /(?:_has:[A-Za-z]+:[\w-]+:)*[A-Za-z_][\w-]*(?::[A-Z][A-Za-z]+)?/y);
    if (name === undefined) {
      throw malformed(reader, 'the name of a search parameter is wanted');
    }
    const filter = reader.text.startsWith('[', reader.at) ? readEnclosed(reader, '[', ']') : undefined;
    steps.push({ name, filter });
  } while (reader.text.startsWith('.', reader.at) && reader.at++ >= 0);
  return steps;
}

function readValue(reader: Reader): string {
  skipSpace(reader);
  const quoted = takeMatch(reader, /"(?:[^"\\]|\\.)*"/y);
  if (quoted !== undefined) {
    try {
      return String(JSON.parse(quoted));
    } catch {
      throw malformed(reader, 'the text in quotation marks is no JSON string');
    }
  }
  const token = takeMatch(reader, /[^\s)\]"][^\s)\]]*/y);
  if (token === undefined) {
    throw malformed(reader, 'a value is wanted');
  }
  return token;
}

function skipSpace(reader: Reader): void {
  takeRaw(reader, /\s*/y);
}

function isAt(reader: Reader, sign: string): boolean {
  skipSpace(reader);
  return reader.text.startsWith(sign, reader.at);
}

function expect(reader: Reader, sign: string): void {
  if (!isAt(reader, sign)) {
    throw malformed(reader, `${sign} is wanted`);
  }
  reader.at += 1;
}

/** One of the words, if it stands here as a whole. */
function takeWord<Word extends string>(reader: Reader, words: readonly Word[]): Word | undefined {
  skipSpace(reader);
  const found = words.find((word) => reader.text.startsWith(word, reader.at));
  const after = reader.text.charAt(reader.at + (found?.length ?? 0));
  if (found === undefined || /[\w-]/.test(after)) {
    return undefined;
  }
  reader.at += found.length;
  return found;
}

function takeMatch(reader: Reader, pattern: RegExp): string | undefined {
  skipSpace(reader);
  return takeRaw(reader, pattern);
}

function takeRaw(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0];
  reader.at += found?.length ?? 0;
  return found;
}

function malformed({ text, at }: Reader, why: string): Error {
  return invalid('_filter', `${why} at "${printable(text.slice(at, at + 20))}" (character ${at + 1})`);
}
