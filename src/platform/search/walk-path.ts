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
    found = takeStep(found, step);
  }
  return found;
}

function takeStep(found: Found[], step: PathStep): Found[] {
  if ('names' in step) {
    const names = Object.entries(step.names);
    return found.flatMap(({ value }) =>
      isJson(value) ? names.flatMap(([name, type]) => open(value[name], type)) : [],
    );
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

function open(value: unknown, type: string): Found[] {
  if (value === undefined || value === null) {
    return [];
  }
  return Array.isArray(value)
    ? value.filter((each) => each !== null).map((each) => ({ value: each, type }))
    : [{ value, type }];
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
