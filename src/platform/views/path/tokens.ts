import { PathSyntaxError } from './path-syntax-error.ts';

export type Token = {
  readonly kind: 'name' | 'quoted' | 'string' | 'number' | 'date' | 'variable' | 'special' | 'symbol' | 'end';
  /** A name without its quotes, a string with its escapes resolved, a variable without its sign. */
  readonly text: string;
  readonly at: number;
};

const skipped = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;

const date = String.raw`\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?`;
const time = String.raw`(?:[01]\d|2[0-3])(?::[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?)?`;
const zone = String.raw`(?:Z|[+-]\d{2}:\d{2})`;

/** The first that fits is taken; FHIRPath, "Grammar". */
const forms: readonly (readonly [Token['kind'], RegExp])[] = [
  ['date', new RegExp(`@(?:T${time}|${date}(?:T(?:${time}${zone}?)?)?)`, 'y')],
  ['number', /\d+(?:\.\d+)?/y],
  ['name', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['quoted', /`(?:[^`\\]|\\[\s\S])*`/y],
  ['string', /'(?:[^'\\]|\\[\s\S])*'/y],
  ['variable', /%(?:[A-Za-z_][A-Za-z0-9_-]*|`(?:[^`\\]|\\[\s\S])*`|'(?:[^'\\]|\\[\s\S])*')/y],
  ['special', /\$[a-z]+/y],
  ['symbol', /!=|!~|<=|>=|[-+*/&|=~<>().,[\]{}]/y],
];

/** Cuts an expression into tokens; the last is the end. */
export function readTokens(expression: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    skipped.lastIndex = at;
    at += skipped.exec(expression)?.[0].length ?? 0;
    if (at === expression.length) {
      tokens.push({ kind: 'end', text: '', at });
      return tokens;
    }
    const [kind, written] = readAt(expression, at);
    tokens.push({ kind, text: toText(kind, written, at), at });
    at += written.length;
  }
}

function readAt(expression: string, at: number): readonly [Token['kind'], string] {
  for (const [kind, form] of forms) {
    form.lastIndex = at;
    const [written] = form.exec(expression) ?? [];
    if (written !== undefined) {
      return [kind, written];
    }
  }
  throw new PathSyntaxError(`what stands at character ${at + 1} is nothing FHIRPath knows`);
}

function toText(kind: Token['kind'], written: string, at: number): string {
  switch (kind) {
    case 'quoted':
    case 'string':
      return unescape(written.slice(1, -1), at);
    case 'variable':
      return /^%[`']/.test(written) ? unescape(written.slice(2, -1), at) : written.slice(1);
    case 'special':
    case 'date':
      return written.slice(1);
    default:
      return written;
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' };

function unescape(text: string, at: number): string {
  const plain = text.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (_, code: string | undefined, one: string) =>
    code === undefined ? (escapes[one] ?? one) : String.fromCharCode(Number.parseInt(code, 16)),
  );
  if (!plain.isWellFormed() || plain.includes('\0')) {
    throw new PathSyntaxError(`the text at character ${at + 1} has a character that no resource can have`);
  }
  return plain;
}
