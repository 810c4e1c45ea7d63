import { AppError } from '#platform/errors';
import { isInexact, rememberLiteral } from './number-literals.ts';

/**
 * Levels of arrays and objects a document may have. The deepest resource among the HL7 examples has
 * 25; recursion in every reader stays far from the stack limit at 100.
 */
export const maxDepth = 100;

type Container = Record<string, unknown> | unknown[];
type Step = { readonly container: Container; key: string | number };
type Cursor = { readonly text: string; at: number; readonly steps: Step[] };

const numberPattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const plainStringPattern = /[^"\\\u0000-\u001f]*/y;
const whitespacePattern = /[ \t\r\n]*/y;
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/**
 * Reads JSON strictly and remembers number literals; several times slower than `JSON.parse`, so
 * `parseJson` comes here only for documents that need it, and for the reason of a refusal.
 */
export function readExactJson(text: string): unknown {
  const cursor: Cursor = { text, at: 0, steps: [] };
  skipWhitespace(cursor);
  if (cursor.at === text.length) throw malformed(cursor, 'the document is empty');
  const holder: unknown[] = [];
  const value = readValue(cursor, holder, 0);
  skipWhitespace(cursor);
  if (cursor.at < text.length) throw malformed(cursor, 'text follows after the end of the document');
  return value;
}

function readValue(cursor: Cursor, container: Container, key: string | number): unknown {
  const character = cursor.text[cursor.at];
  switch (character) {
    case '{':
      return readObject(cursor);
    case '[':
      return readArray(cursor);
    case '"':
      return readString(cursor);
    case 't':
      return readWord(cursor, 'true', true);
    case 'f':
      return readWord(cursor, 'false', false);
    case 'n':
      return readWord(cursor, 'null', null);
    default:
      return readNumber(cursor, container, key);
  }
}

function readObject(cursor: Cursor): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  const step: Step = { container: object, key: '' };
  enter(cursor, step);
  if (peekAfterSpace(cursor) === '}') return leave(cursor, object);
  for (;;) {
    if (cursor.text[cursor.at] !== '"') throw malformed(cursor, 'a property name in double quotes is expected');
    const start = cursor.at;
    const key = readString(cursor);
    step.key = key;
    refuseKey(cursor, object, key, start);
    if (peekAfterSpace(cursor) !== ':') throw malformed(cursor, `a colon is expected after "${shorten(key)}"`);
    cursor.at += 1;
    skipWhitespace(cursor);
    object[key] = readValue(cursor, object, key);
    const next = peekAfterSpace(cursor);
    if (next === '}') return leave(cursor, object);
    if (next !== ',') throw malformed(cursor, 'a comma or a closing brace is expected');
    cursor.at += 1;
    skipWhitespace(cursor);
  }
}

function readArray(cursor: Cursor): unknown[] {
  const array: unknown[] = [];
  const step: Step = { container: array, key: 0 };
  enter(cursor, step);
  if (peekAfterSpace(cursor) === ']') return leave(cursor, array);
  for (;;) {
    step.key = array.length;
    array.push(readValue(cursor, array, array.length));
    const next = peekAfterSpace(cursor);
    if (next === ']') return leave(cursor, array);
    if (next !== ',') throw malformed(cursor, 'a comma or a closing bracket is expected');
    cursor.at += 1;
    skipWhitespace(cursor);
  }
}

function enter(cursor: Cursor, step: Step): void {
  cursor.steps.push(step);
  if (cursor.steps.length > maxDepth)
    throw malformed(cursor, `arrays and objects are nested deeper than ${maxDepth} levels`);
  cursor.at += 1;
}

function leave<Value>(cursor: Cursor, value: Value): Value {
  cursor.steps.pop();
  cursor.at += 1;
  return value;
}

function refuseKey(cursor: Cursor, object: Record<string, unknown>, key: string, start: number): void {
  if (Object.hasOwn(object, key))
    throw malformed({ ...cursor, at: start }, `the property "${shorten(key)}" is given twice`);
  if (key === '__proto__') throw malformed({ ...cursor, at: start }, 'the property name "__proto__" is not allowed');
}

function readString(cursor: Cursor): string {
  const { text } = cursor;
  let result = '';
  cursor.at += 1;
  for (;;) {
    plainStringPattern.lastIndex = cursor.at;
    const plain = plainStringPattern.exec(text)?.[0] ?? '';
    result += plain;
    cursor.at += plain.length;
    const character = text[cursor.at];
    if (character === undefined) throw malformed(cursor, 'a string is not closed');
    if (character === '"') break;
    if (character !== '\\') throw malformed(cursor, 'a control character stands in a string unescaped');
    result += readEscape(cursor);
  }
  if (!result.isWellFormed()) throw malformed(cursor, 'a string has half of a surrogate pair');
  cursor.at += 1;
  return result;
}

function readEscape(cursor: Cursor): string {
  const letter = cursor.text[cursor.at + 1] ?? '';
  const simple = escapes[letter];
  if (simple !== undefined) {
    cursor.at += 2;
    return simple;
  }
  const hex = cursor.text.slice(cursor.at + 2, cursor.at + 6);
  if (letter !== 'u' || !/^[0-9a-fA-F]{4}$/.test(hex)) throw malformed(cursor, 'an escape sequence is not valid');
  if (hex === '0000') throw malformed(cursor, 'the character U+0000 is not allowed');
  cursor.at += 6;
  return String.fromCharCode(Number.parseInt(hex, 16));
}

function readWord<Value>(cursor: Cursor, word: string, value: Value): Value {
  if (!cursor.text.startsWith(word, cursor.at)) throw malformed(cursor, 'a value is expected');
  cursor.at += word.length;
  return value;
}

function readNumber(cursor: Cursor, container: Container, key: string | number): number {
  numberPattern.lastIndex = cursor.at;
  const literal = numberPattern.exec(cursor.text)?.[0];
  if (literal === undefined)
    throw malformed(cursor, cursor.at < cursor.text.length ? 'a value is expected' : 'the document ends too early');
  cursor.at += literal.length;
  if (isInexact(literal)) rememberLiteral(container, key, literal);
  return Number(literal);
}

function skipWhitespace(cursor: Cursor): void {
  whitespacePattern.lastIndex = cursor.at;
  cursor.at += whitespacePattern.exec(cursor.text)?.[0].length ?? 0;
}

function peekAfterSpace(cursor: Cursor): string | undefined {
  skipWhitespace(cursor);
  return cursor.text[cursor.at];
}

function malformed(cursor: Cursor, reason: string): AppError {
  const before = cursor.text.slice(0, cursor.at);
  const line = before.split('\n').length;
  const column = cursor.at - before.lastIndexOf('\n');
  const text = `The JSON cannot be read: line ${line}, column ${column}: ${reason}.`;
  const expression = expressionOf(cursor.steps);
  return new AppError('invalid', 'fhir.malformed-json', text, {
    issues: [{ severity: 'fatal', code: 'structure', text, ...(expression ? { expression } : {}) }],
  });
}

function expressionOf(steps: readonly Step[]): string {
  const root = steps[0]?.container;
  const type = root && !Array.isArray(root) ? root['resourceType'] : undefined;
  let expression = typeof type === 'string' ? type : '';
  for (const { key } of steps) {
    if (typeof key === 'number') expression += `[${key}]`;
    else if (key !== '') expression += `${expression ? '.' : ''}${shorten(key)}`;
  }
  return expression;
}

function shorten(key: string): string {
  return key.length > 64 ? `${key.slice(0, 64)}…` : key;
}
