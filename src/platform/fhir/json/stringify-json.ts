import { copyLiterals, literalsOf } from './number-literals.ts';
import { rawNumber } from './raw-number.ts';

/** Writes JSON with every number as it was read by `parseJson`. */
export function stringifyJson(value: unknown, indent?: number): string {
  return JSON.stringify(withRawNumbers(value), undefined, indent);
}

/** The same value when it holds no remembered literal, else a copy along the paths that lead to one. */
function withRawNumbers(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const source = value as Record<string | number, unknown>; // as: objects and arrays alike are indexed by own keys
  let copy: Record<string | number, unknown> | undefined;
  const change = (key: string | number, item: unknown): void => {
    copy ??= shallowCopy(source);
    copy[key] = item;
  };
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) {
      const item: unknown = value[index];
      if (typeof item !== 'object' || item === null) continue;
      const next = withRawNumbers(item);
      if (next !== item) change(index, next);
    }
  } else {
    for (const key in source) {
      const item = source[key];
      if (typeof item !== 'object' || item === null) continue;
      const next = withRawNumbers(item);
      if (next !== item) change(key, next);
    }
  }
  const literals = literalsOf(value);
  if (literals) for (const [key, literal] of literals) change(key, rawNumber(literal));
  return copy ?? value;
}

function shallowCopy(value: object): Record<string | number, unknown> {
  // as: a copy of an array is written by index, a copy of an object by name
  return (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string | number, unknown>;
}

/** A deep copy that keeps number literals. */
export function cloneJson<Value>(value: Value): Value {
  return clone(value) as Value; // as: the copy has the shape of the original
}

function clone(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  let copy: object;
  if (Array.isArray(value)) {
    copy = (value as readonly unknown[]).map(clone);
  } else {
    const object: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) object[key] = clone(item);
    copy = object;
  }
  copyLiterals(value, copy);
  return copy;
}
