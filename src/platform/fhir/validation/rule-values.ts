import { isJsonObject, type JsonObject } from '../definitions/resource.ts';

/** What hand-written rules ask of a value. As in FHIRPath, an element whose value alone is missing is there. */
export function has(value: unknown, name: string): boolean {
  return isJsonObject(value) && (value[name] !== undefined || value[`_${name}`] !== undefined);
}

export function hasIn(value: unknown, name: string): boolean {
  return isJsonObject(value) && value[name] !== undefined;
}

export function hasChoice(value: unknown, name: string): boolean {
  if (!isJsonObject(value)) return false;
  for (const key in value) {
    const start = key.charCodeAt(0) === 0x5f ? 1 : 0;
    const next = key.charCodeAt(start + name.length);
    if (key.startsWith(name, start) && next >= 0x41 && next <= 0x5a) return true;
  }
  return false;
}

export function textOf(value: unknown, name: string): string {
  const text = isJsonObject(value) ? value[name] : undefined;
  return typeof text === 'string' ? text : '';
}

export function numberOf(value: unknown, name: string): number {
  const number = isJsonObject(value) ? value[name] : undefined;
  return typeof number === 'number' ? number : Number.NaN;
}

export function listOf(value: unknown, name: string): readonly unknown[] {
  const list = isJsonObject(value) ? value[name] : undefined;
  return Array.isArray(list) ? list : [];
}

const nothing: readonly JsonObject[] = [];

export function contained(value: unknown): readonly JsonObject[] {
  const list = isJsonObject(value) ? value['contained'] : undefined;
  return Array.isArray(list) ? list.filter(isJsonObject) : nothing;
}
