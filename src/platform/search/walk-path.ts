import type { CompiledPath, PathStep } from './compiled-search.ts';

export type Json = { readonly [name: string]: unknown };

/** A value that a path led to, and the FHIR type of its element. */
export type Found = { readonly value: unknown; readonly type: string };

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** All values at the path, in document order; arrays are opened. */
export function walkPath(start: Found, path: CompiledPath): Found[] {
  let found: Found[] = [start];
  for (const step of path.steps) {
    if (found.length === 0 && !('truthy' in step)) {
      return found;
    }
    found = takeStep(found, step);
  }
  return found;
}

/** The properties of each step as a list, made once. */
const propertyLists = new WeakMap<object, readonly (readonly [string, string])[]>();

function propertiesOf(names: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  let list = propertyLists.get(names);
  if (!list) {
    list = Object.entries(names);
    propertyLists.set(names, list);
  }
  return list;
}

function intoProperties(found: readonly Found[], names: Readonly<Record<string, string>>): Found[] {
  const next: Found[] = [];
  for (const { value } of found) {
    if (isJson(value)) {
      for (const [name, type] of propertiesOf(names)) {
        open(next, value[name], type);
      }
    }
  }
  return next;
}

function takeStep(found: Found[], step: PathStep): Found[] {
  if ('names' in step) {
    return intoProperties(found, step.names);
  }
  if ('where' in step) {
    return found.filter(({ value }) => isJson(value) && value[step.where] === step.equals);
  }
  if ('target' in step) {
    return found.filter(({ value }) => isJson(value) && referencedType(value) === step.target);
  }
  if ('first' in step) {
    return found.slice(0, 1);
  }
  return [{ value: found.some(({ value }) => value !== false), type: 'boolean' }];
}

function open(into: Found[], value: unknown, type: string): void {
  if (value === undefined || value === null) {
    return;
  }
  if (!Array.isArray(value)) {
    into.push({ value, type });
    return;
  }
  for (const each of value as readonly unknown[]) {
    if (each !== null) {
      into.push({ value: each, type });
    }
  }
}

/** The resource type a Reference points at, by its `type` or the shape of its address. */
function referencedType(reference: Json): string | undefined {
  const address = reference['reference'];
  if (typeof address === 'string') {
    const match = /(?:^|\/)([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/.exec(address);
    if (match) {
      return match[1];
    }
  }
  return typeof reference['type'] === 'string' ? reference['type'] : undefined;
}
