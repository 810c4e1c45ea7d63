import type { CompiledPath, PathStep } from './compiled-search.ts';

export type Json = { readonly [name: string]: unknown };

/** A value that a path led to, and the FHIR type of its element. */
export type Found = { readonly value: unknown; readonly type: string };

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** All values at the path, in document order; arrays are opened. */
export function walkPath(start: Found, path: CompiledPath): readonly Found[] {
  let found: readonly Found[] = [start];
  for (const step of stepsOf(path)) {
    found = step(found);
  }
  return found;
}

type Step = (found: readonly Found[]) => readonly Found[];

const prepared = new WeakMap<CompiledPath, readonly Step[]>();

/** Every write walks all paths of its type, so that each is made ready once. */
function stepsOf(path: CompiledPath): readonly Step[] {
  let steps = prepared.get(path);
  if (!steps) {
    steps = path.steps.map(toStep);
    prepared.set(path, steps);
  }
  return steps;
}

function toStep(step: PathStep): Step {
  if ('names' in step) {
    return into(Object.entries(step.names));
  }
  if ('where' in step) {
    return (found) => found.filter(({ value }) => isJson(value) && value[step.where] === step.equals);
  }
  if ('target' in step) {
    return (found) => found.filter(({ value }) => isJson(value) && referencedType(value) === step.target);
  }
  if ('first' in step) {
    return (found) => found.slice(0, 1);
  }
  return (found) => [{ value: found.some(({ value }) => value !== false), type: 'boolean' }];
}

/** Steps into properties, each with the type of its element. */
function into(names: readonly (readonly [name: string, type: string])[]): Step {
  return (found) => {
    const inner: Found[] = [];
    for (const { value } of found) {
      if (isJson(value)) {
        for (const [name, type] of names) {
          addOpened(inner, value[name], type);
        }
      }
    }
    return inner;
  };
}

function addOpened(found: Found[], value: unknown, type: string): void {
  if (value === undefined || value === null) {
    return;
  }
  if (!Array.isArray(value)) {
    found.push({ value, type });
    return;
  }
  for (const each of value as readonly unknown[]) {
    if (each !== null) {
      found.push({ value: each, type });
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
