import { isInexact } from './number-literals.ts';
import { maxDepth, readExactJson } from './read-exact-json.ts';

const quote = 0x22;
const backslash = 0x5c;

/**
 * Reads JSON into plain values without loss: numbers whose source text JavaScript would print
 * differently keep that text (see `numberLiteral`, `stringifyJson`). Refuses what JSON readers disagree on:
 * a name given twice, U+0000, half surrogate pairs, `__proto__`, nesting deeper than `maxDepth`.
 * Throws `AppError` `fhir.malformed-json` with line, column and the element.
 */
export function parseJson(text: string): unknown {
  return readPlainJson(text)?.value ?? readExactJson(text);
}

/**
 * The same, and whether the text is known to be what `stringifyJson` gives of the value. Where `isPrinted` is false it may be
 * so all the same. Names that are whole numbers, which JavaScript puts first, are not looked for: FHIR has none.
 */
export function parsePrintedJson(text: string): { readonly value: unknown; readonly isPrinted: boolean } {
  return readPlainJson(text) ?? { value: readExactJson(text), isPrinted: false };
}

/**
 * The native parser does the work when one pass over the text shows nothing special; `undefined`
 * sends the document to the exact reader, which also words the refusal.
 */
function readPlainJson(text: string): { readonly value: object; readonly isPrinted: boolean } | undefined {
  if (!text.isWellFormed() || text.includes('\\u') || text.includes('"__proto__"')) return undefined;
  const counted = countNames(text);
  if (!counted) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  // A name given twice leaves fewer properties than colons in the text.
  if (countProperties(value) !== counted.names) return undefined;
  return { value, isPrinted: counted.isTight && !text.includes('\\/') };
}

/**
 * Colons outside strings, and whether there is no white space between them; undefined when the text nests too deep or has a
 * number to be kept as written.
 */
function countNames(text: string): { readonly names: number; readonly isTight: boolean } | undefined {
  const { length } = text;
  let names = 0;
  let isTight = true;
  let depth = 0;
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x2c) continue;
    if (code <= 0x20) {
      isTight = false;
    } else if (code === quote) {
      at = endOfString(text, at);
      if (at < 0) return undefined;
    } else if (code === 0x3a) {
      names += 1;
    } else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > maxDepth) return undefined;
    } else if (code === 0x7d || code === 0x5d) {
      depth -= 1;
    } else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      const end = endOfNumber(text, at);
      if (end < 0) return undefined;
      at = end - 1;
    }
  }
  return { names, isTight };
}

/** A loop, because `indexOf` on long texts with characters beyond Latin-1 costs time with the length of the text. */
function endOfString(text: string, start: number): number {
  const { length } = text;
  for (let at = start + 1; at < length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) return at;
    if (code === backslash) at += 1;
  }
  return -1;
}

/** Index after the number, or -1 when its text must be remembered. */
function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  let plain = text.charCodeAt(start) !== 0x2d;
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (code >= 0x30 && code <= 0x39) continue;
    if (code === 0x2e || code === 0x65 || code === 0x45 || code === 0x2b || code === 0x2d) plain = false;
    else break;
  }
  const needsLook = !plain || end - start > 15;
  return needsLook && isInexact(text.slice(start, end)) ? -1 : end;
}

function countProperties(value: object): number {
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[])
      if (typeof item === 'object' && item !== null) count += countProperties(item);
    return count;
  }
  const object = value as Record<string, unknown>; // as: a parsed JSON object that is no array
  for (const key in object) {
    count += 1;
    const item = object[key];
    if (typeof item === 'object' && item !== null) count += countProperties(item);
  }
  return count;
}
