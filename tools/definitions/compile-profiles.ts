import type { Definition, StructureDefinition } from './definition-sources.ts';

type Element = Record<string, unknown>;
export type CompiledProfile = {
  resourceType: 'StructureDefinition';
  url: string;
  type: string;
  kind: string;
  baseDefinition: string;
  differential: { element: Element[] };
};

/** What of an element decides about a resource; texts for people are left out. */
const keptKeys =
  /^(?:id|path|sliceName|slicing|min|max|type|fixed|pattern|minValue|maxValue|maxLength|binding|constraint)/;

/** The profiles that R4 itself publishes (vital signs and others), by URL, reduced to what a validator needs. */
export function compileProfiles(definitions: readonly Definition[]): Record<string, CompiledProfile> {
  const profiles: Record<string, CompiledProfile> = {};
  for (const definition of definitions) {
    if (!isProfile(definition)) continue;
    profiles[definition.url] = {
      resourceType: 'StructureDefinition',
      url: definition.url,
      type: definition.type,
      kind: definition.kind,
      baseDefinition: definition.baseDefinition ?? '',
      differential: { element: definition.differential.element.map(reduce) },
    };
  }
  return profiles;
}

type Profile = StructureDefinition & { differential: { element: Element[] } };

function isProfile(definition: Definition): definition is Profile {
  return definition.resourceType === 'StructureDefinition' && 'differential' in definition;
}

function reduce(element: Element): Element {
  const kept = Object.entries(element).filter(([key]) => keptKeys.test(key));
  return Object.fromEntries(
    kept.map(([key, value]) => [
      key,
      key === 'binding' ? reduceBinding(value) : key === 'constraint' ? reduceRules(value) : value,
    ]),
  );
}

function reduceBinding(binding: unknown): unknown {
  const { strength, valueSet } = binding as { strength?: string; valueSet?: string }; // as: of a published definition
  return { strength, valueSet };
}

function reduceRules(constraints: unknown): unknown {
  const list = constraints as Record<string, unknown>[]; // as: of a published definition
  return list.map(({ key, severity, human, expression }) => ({ key, severity, human, expression }));
}
