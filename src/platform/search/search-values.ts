import { invalid, printable } from './errors.ts';
import { splitUnescaped, unescape } from './escapes.ts';
import { type Span, toSpan } from './periods.ts';
import { tokenForm } from './value-forms.ts';

export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap';

/** A compared value: the span it covers at the precision it is written in, and the exact number it names. */
export type ComparedValue = { readonly prefix: Prefix; readonly span: Span; readonly exact: number };

export type QuantityValue = ComparedValue & {
  /** `system|code`, or `|code` where any system will do; undefined when no unit is asked for. */
  readonly unit: string | undefined;
};

const prefixed = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(.*)$/s;

function splitPrefix(text: string): { prefix: Prefix; rest: string } {
  const match = prefixed.exec(text);
  return { prefix: (match?.[1] ?? 'eq') as Prefix, rest: match?.[2] ?? '' }; // the pattern admits no other word
}

/** A date with an optional prefix: `ge2024-05`. `name` is the parameter, for the error. */
export function readDateValue(name: string, text: string, now: number = Date.now()): ComparedValue {
  const { prefix, rest } = splitPrefix(unescape(text));
  const span = toSpan(rest.replace(' ', '+')); // an unescaped + of the zone arrives as a space
  if (!span) {
    throw invalid(
      name,
      `"${printable(rest)}" is no date; write YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss+zz:zz`,
    );
  }
  if (prefix !== 'ap') {
    return { prefix, span, exact: span.lo };
  }
  const slack = Math.abs(now - span.lo) / 10;
  return { prefix, span: { lo: span.lo - slack, hi: span.hi + slack }, exact: span.lo };
}

const decimal = /^[+-]?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** A number with an optional prefix; its span follows from the digits written: `5.4` covers 5.35 to 5.45. */
export function readNumberValue(name: string, text: string): ComparedValue {
  const { prefix, rest } = splitPrefix(unescape(text));
  const match = decimal.exec(rest);
  if (!match) {
    throw invalid(name, `"${printable(rest)}" is no number`);
  }
  const exact = Number(rest);
  const digits = (match[2] ?? '').length - Number(match[3] ?? 0);
  if (!Number.isFinite(exact) || Math.abs(digits) > 300) {
    throw invalid(name, `"${printable(rest)}" is beyond the numbers that can be compared`);
  }
  const half = 0.5 * 10 ** -digits;
  const slack = prefix === 'ap' ? Math.abs(exact) / 10 : half;
  return { prefix, span: { lo: roundTo(exact - slack, digits + 1), hi: roundTo(exact + slack, digits + 1) }, exact };
}

/** Removes the binary noise of 5.4 - 0.05. */
function roundTo(value: number, digits: number): number {
  return digits >= 0 && digits <= 15 ? Number(value.toFixed(digits)) : value;
}

/** `[prefix]number|system|code`, `number||unit` or `number`. */
export function readQuantityValue(name: string, text: string): QuantityValue {
  const [number = '', system = '', code = '', ...rest] = splitUnescaped(text, '|').map(unescape);
  if (rest.length > 0 || (system !== '' && code === '')) {
    throw invalid(name, 'the form is number, number|system|code or number||unit');
  }
  const value = readNumberValue(name, number);
  return { ...value, unit: code === '' ? undefined : `${system}|${code}` };
}

/** A token asked for: without a system any will do, an empty one stands for none, and an empty code for every code. */
export type TokenValue = { readonly system: string | undefined; readonly code: string };

/** Reads `code`, `system|code`, `system|` or `|code`; `systemless` elements have no system that could be asked for. */
export function readToken(name: string, text: string, systemless: boolean): TokenValue {
  const [first = '', ...rest] = splitUnescaped(text, '|').map(unescape);
  if (rest.length > 1) {
    throw invalid(name, 'a token has the form system|code');
  }
  const [code] = rest;
  if (first === '' && (code ?? '') === '') {
    throw invalid(name, 'neither a system nor a code is given');
  }
  return code === undefined || systemless ? { system: undefined, code: code ?? first } : { system: first, code };
}

/** The form of a token under which entries are kept: `code`, `system|code`, `system|` or `|code`. */
export function readTokenForm(name: string, text: string, systemless: boolean): string {
  const { system, code } = readToken(name, text, systemless);
  return tokenForm(system, code);
}
