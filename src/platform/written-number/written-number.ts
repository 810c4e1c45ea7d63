/**
 * Numbers of a parsed answer whose spelling JavaScript would not give back (`1.10`, `1.0e3`, 20 digits), by the object
 * that holds them. Weak, so that it lives exactly as long as the resource.
 */
const spellings = new WeakMap<object, Map<string, string>>();

type ParseContext = { readonly source?: string };

/** Parses JSON and remembers how each number was spelt, so that `writtenNumber` can show `1.10` as `1.10`. */
export function parseExact(text: string): unknown {
  return JSON.parse(text, rememberSpelling);
}

function rememberSpelling(this: unknown, key: string, value: unknown, context?: ParseContext): unknown {
  if (typeof value === 'number' && context?.source !== undefined && context.source !== String(value)) {
    remember(this, key, context.source);
  }
  return value;
}

function remember(holder: unknown, key: string, source: string): void {
  if (typeof holder !== 'object' || holder === null) return;
  const known = spellings.get(holder) ?? new Map<string, string>();
  known.set(key, source);
  spellings.set(holder, known);
}

/** The number under `key` as it stands in the JSON text, or its shortest spelling where the text was not parsed here. */
export function writtenNumber<K extends string>(
  holder: { readonly [key in K]?: number | undefined },
  key: K,
): string | undefined {
  const value = holder[key];
  if (value === undefined) return undefined;
  return spellings.get(holder)?.get(key) ?? String(value);
}
