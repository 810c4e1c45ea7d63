import { PathSyntaxError } from './path-syntax-error.ts';
import { type BinaryOperator, binaryOperators, type LiteralType, type Path } from './path-tree.ts';
import { readTokens, type Token } from './tokens.ts';

const charactersAtMost = 4000;
const depthAtMost = 40;

/** Reads an expression. Throws `PathSyntaxError`, whose text says what is wrong and where. */
export function parsePath(expression: string): Path {
  if (expression.length > charactersAtMost) {
    throw new PathSyntaxError(`it is longer than ${charactersAtMost} characters`);
  }
  const cursor: Cursor = { tokens: readTokens(expression), at: 0, depth: 0 };
  const path = readBinary(cursor, 0);
  if (peek(cursor).kind !== 'end') {
    throw unexpected(peek(cursor));
  }
  return path;
}

type Cursor = { readonly tokens: readonly Token[]; at: number; depth: number };

const end: Token = { kind: 'end', text: '', at: 0 };

function peek({ tokens, at }: Cursor): Token {
  return tokens[at] ?? end;
}

function next(cursor: Cursor): Token {
  const token = peek(cursor);
  cursor.at += 1;
  return token;
}

function isSymbol({ kind, text }: Token, symbol: string): boolean {
  return kind === 'symbol' && text === symbol;
}

function take(cursor: Cursor, symbol: string): boolean {
  const found = isSymbol(peek(cursor), symbol);
  cursor.at += found ? 1 : 0;
  return found;
}

function expect(cursor: Cursor, symbol: string): void {
  if (!take(cursor, symbol)) {
    throw unexpected(peek(cursor), ` where ${symbol} is expected`);
  }
}

function unexpected({ kind, text, at }: Token, where = ''): PathSyntaxError {
  return new PathSyntaxError(
    kind === 'end' ? `it ends too early${where}` : `${text} stands at character ${at + 1}${where}`,
  );
}

/** `level` counts the groups of operators from the one that binds least. */
function readBinary(cursor: Cursor, level: number): Path {
  const operators: readonly string[] | undefined = binaryOperators[level];
  if (operators === undefined) {
    return readSigned(cursor);
  }
  let left = readBinary(cursor, level + 1);
  for (;;) {
    const { kind, text } = peek(cursor);
    if ((kind !== 'symbol' && kind !== 'name') || !operators.includes(text)) {
      return left;
    }
    cursor.at += 1;
    left =
      text === 'is' || text === 'as'
        ? { kind: 'type', operator: text, of: left, type: readTypeName(cursor) }
        : // as: the list of operators holds the text
          { kind: 'binary', operator: text as BinaryOperator, left, right: readBinary(cursor, level + 1) };
  }
}

function readTypeName(cursor: Cursor): Path {
  let name: Path = { kind: 'member', of: undefined, name: readName(cursor) };
  while (take(cursor, '.')) {
    name = { kind: 'member', of: name, name: readName(cursor) };
  }
  return name;
}

function readName(cursor: Cursor): string {
  const token = next(cursor);
  if (token.kind !== 'name' && token.kind !== 'quoted') {
    throw unexpected(token, ' where a name is expected');
  }
  return token.text;
}

function readSigned(cursor: Cursor): Path {
  cursor.depth += 1;
  if (cursor.depth > depthAtMost) {
    throw new PathSyntaxError(`it is nested deeper than ${depthAtMost} levels`);
  }
  const path = readSign(cursor);
  cursor.depth -= 1;
  return path;
}

function readSign(cursor: Cursor): Path {
  if (take(cursor, '-')) {
    const of = readSigned(cursor);
    const isNumber = of.kind === 'literal' && (of.type === 'integer' || of.type === 'decimal');
    return isNumber ? { ...of, text: `-${of.text}` } : { kind: 'sign', of };
  }
  return take(cursor, '+') ? readSigned(cursor) : readSteps(cursor, readTerm(cursor));
}

/** What follows a term: members, calls and places in the collection. */
function readSteps(cursor: Cursor, start: Path): Path {
  let path = start;
  for (;;) {
    if (take(cursor, '.')) {
      path = readInvocation(cursor, path);
    } else if (take(cursor, '[')) {
      path = { kind: 'item', of: path, at: readBinary(cursor, 0) };
      expect(cursor, ']');
    } else {
      return path;
    }
  }
}

function readInvocation(cursor: Cursor, of: Path | undefined): Path {
  const name = readName(cursor);
  if (!take(cursor, '(')) {
    return { kind: 'member', of, name };
  }
  const args: Path[] = [];
  if (!take(cursor, ')')) {
    do {
      args.push(readBinary(cursor, 0));
    } while (take(cursor, ','));
    expect(cursor, ')');
  }
  return { kind: 'call', of, name, args };
}

function readTerm(cursor: Cursor): Path {
  const token = peek(cursor);
  switch (token.kind) {
    case 'quoted':
      return readInvocation(cursor, undefined);
    case 'name':
      if (token.text === 'true' || token.text === 'false') {
        cursor.at += 1;
        return { kind: 'literal', type: 'boolean', text: token.text };
      }
      return readInvocation(cursor, undefined);
    case 'string':
      cursor.at += 1;
      return { kind: 'literal', type: 'string', text: token.text };
    case 'number':
      return readNumber(cursor);
    case 'date':
      cursor.at += 1;
      return readDate(token.text);
    case 'variable':
      cursor.at += 1;
      return { kind: 'variable', name: token.text };
    case 'special':
      return readSpecial(cursor);
    default:
      return readBracketed(cursor);
  }
}

function readBracketed(cursor: Cursor): Path {
  if (take(cursor, '(')) {
    const path = readBinary(cursor, 0);
    expect(cursor, ')');
    return path;
  }
  if (take(cursor, '{')) {
    expect(cursor, '}');
    return { kind: 'empty' };
  }
  throw unexpected(peek(cursor));
}

const units = /^(?:year|month|week|day|hour|minute|second|millisecond)s?$/;

function readNumber(cursor: Cursor): Path {
  const { text } = next(cursor);
  const { kind, text: follows } = peek(cursor);
  if (kind === 'string' || (kind === 'name' && units.test(follows))) {
    throw new PathSyntaxError('it has a quantity, which views do not take; compare the value of the element');
  }
  return { kind: 'literal', type: text.includes('.') ? 'decimal' : 'integer', text };
}

function readDate(text: string): Path {
  if (text.startsWith('T')) {
    return { kind: 'literal', type: 'time', text: text.slice(1) };
  }
  const [day = '', time] = text.split('T');
  const type: LiteralType = time === undefined ? 'date' : 'dateTime';
  return { kind: 'literal', type, text: time === '' ? day : text };
}

function readSpecial(cursor: Cursor): Path {
  const { text } = next(cursor);
  if (text === 'this' || text === 'index') {
    return { kind: text };
  }
  throw new PathSyntaxError(`views do not take $${text}`);
}
