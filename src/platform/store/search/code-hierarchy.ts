import { findCodeSystem, type JsonObject } from '#platform/fhir';
import { invalid } from '#platform/search';
import { type Definitions, objectsIn, textIn } from './definitions.ts';

/** A code system as far as searches need it: its codes, and for each those directly above it. */
export type Hierarchy = {
  readonly codes: ReadonlySet<string>;
  readonly parents: ReadonlyMap<string, readonly string[]>;
  /** No code is left out, so that what is not listed is no code of the system. */
  readonly isComplete: boolean;
};

/** More codes than one search looks for. */
export const codesAtMost = 10_000;

type Place = { readonly system: string; readonly code: string };

/** The code and all that stand below it. */
export async function codesBelow(definitions: Definitions, name: string, place: Place): Promise<readonly string[]> {
  return descendantsOf(await getHierarchy(definitions, name, place.system), place.code, name);
}

/** The code and all that stand above it. */
export async function codesAbove(definitions: Definitions, name: string, place: Place): Promise<readonly string[]> {
  const { parents } = await getHierarchy(definitions, name, place.system);
  return closure(place.code, (code) => parents.get(code) ?? [], name);
}

export function descendantsOf({ parents }: Hierarchy, code: string, name: string): readonly string[] {
  const children = new Map<string, string[]>();
  for (const [child, above] of parents) {
    for (const parent of above) {
      children.set(parent, [...(children.get(parent) ?? []), child]);
    }
  }
  return closure(code, (each) => children.get(each) ?? [], name);
}

function closure(start: string, next: (code: string) => readonly string[], name: string): readonly string[] {
  const found = new Set([start]);
  for (const code of found) {
    next(code).forEach((each) => found.add(each)); // a set gives what is added while it is gone through
  }
  if (found.size > codesAtMost) {
    throw invalid(name, `there are more than ${codesAtMost} codes there`);
  }
  return [...found];
}

async function getHierarchy(definitions: Definitions, name: string, system: string): Promise<Hierarchy> {
  const hierarchy = await findHierarchy(definitions, system);
  if (!hierarchy) {
    throw invalid(name, `the code system ${system.slice(0, 200).toWellFormed()} is not known here`);
  }
  return hierarchy;
}

/** A code system stored in the record, else one that R4 publishes. */
export async function findHierarchy(definitions: Definitions, system: string): Promise<Hierarchy | undefined> {
  const stored = await definitions.find('CodeSystem', system);
  if (stored && stored['concept'] !== undefined) {
    return readHierarchy(stored);
  }
  const core = findCodeSystem(system);
  return core && { codes: new Set(core.displays.keys()), parents: core.parents, isComplete: true };
}

function readHierarchy(codeSystem: JsonObject): Hierarchy {
  const codes = new Set<string>();
  const parents = new Map<string, string[]>();
  const add = (code: string, parent: string): void => {
    parents.set(code, [...(parents.get(code) ?? []), parent]);
  };
  const walk = (concepts: readonly JsonObject[], above: string | undefined): void => {
    for (const concept of concepts) {
      const code = textIn(concept['code']) ?? '';
      codes.add(code);
      if (above !== undefined) {
        add(code, above);
      }
      for (const { code: property, valueCode } of objectsIn(concept['property'])) {
        if (typeof valueCode === 'string' && (property === 'parent' || property === 'subsumedBy')) {
          add(code, valueCode);
        } else if (typeof valueCode === 'string' && property === 'child') {
          add(valueCode, code);
        }
      }
      walk(objectsIn(concept['concept']), code);
    }
  };
  walk(objectsIn(codeSystem['concept']), undefined);
  return { codes, parents, isComplete: codeSystem['content'] === 'complete' };
}
