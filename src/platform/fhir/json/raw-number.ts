// as: the ES2026 method is in V8 but not yet in the library types
const exactJson = JSON as typeof JSON & { rawJSON(text: string): object };

/** A value that `JSON.stringify` writes as the number literal it is made from, digit by digit. */
export function rawNumber(literal: string): object {
  return exactJson.rawJSON(literal);
}
