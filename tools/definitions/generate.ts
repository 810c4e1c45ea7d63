import { readFileSync, writeFileSync } from 'node:fs';
import {
  type ExtensionModel,
  type ExtensionPart,
  toExtensionModel,
} from '../../src/platform/fhir/definitions/extension-model.ts';
import { compileCodeSystems } from './compile-code-systems.ts';
import { compileProfiles } from './compile-profiles.ts';
import { compileSearch } from './compile-search.ts';
import { compileStructures } from './compile-structures.ts';
import { compileSetOutlines, compileValueSets } from './compile-value-sets.ts';
import { isStructure, readDefinitions, readR4Structures, readTerminology } from './definition-sources.ts';

const platform = new URL('../../src/platform/', import.meta.url);

/** Text of every generated definitions file by its path below `src/platform`. */
export function compileDefinitions(): Map<string, string> {
  const structures = compileStructures(readR4Structures());
  const terminology = readTerminology();
  const extensions = readDefinitions('extension-definitions.json').filter(isStructure);
  const models = Object.fromEntries(
    extensions.map((definition) => [definition.url, withUsedContexts(definition.url, toExtensionModel(definition))]),
  );
  const bound = Object.values(models).flatMap(valueSetsOf);
  const valueSets = compileValueSets(structures, bound, terminology);
  return new Map([
    ['fhir/generated/structures.json', onePerLine(structures, 2)],
    ['fhir/generated/value-sets.json', onePerLine(valueSets, 1)],
    ['fhir/generated/extensions.json', onePerLine(models, 1)],
    ['fhir/generated/profiles.json', onePerLine(compileProfiles(readDefinitions('profiles-others.json')), 1)],
    ['fhir/generated/value-set-outlines.json', onePerLine(compileSetOutlines(terminology), 1)],
    ['fhir/generated/code-systems.json', onePerLine(compileCodeSystems(terminology), 1)],
    ['search/generated/search.json', onePerLine(compileSearch(), 2)],
  ]);
}

/** R4 itself puts this extension on the type of an element, not on its code as the definition says. */
function withUsedContexts(url: string, model: ExtensionModel): ExtensionModel {
  if (!url.endsWith('/structuredefinition-fhir-type')) return model;
  return { ...model, contexts: [...model.contexts, { type: 'element', expression: 'ElementDefinition.type' }] };
}

function valueSetsOf(part: ExtensionPart): string[] {
  return [
    ...(part.valueSet === undefined ? [] : [part.valueSet]),
    ...Object.values(part.parts ?? {}).flatMap(valueSetsOf),
  ];
}

/** JSON with a line per entry at the given depth, so that a change is readable as a difference. */
function onePerLine(value: unknown, depth: number): string {
  return `${lines(value, depth)}\n`;
}

function lines(value: unknown, depth: number): string {
  if (depth === 0 || typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[\n${value.map((item) => lines(item, depth - 1)).join(',\n')}\n]`;
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${lines(item, depth - 1)}`);
  return `{\n${entries.join(',\n')}\n}`;
}

/** Writes the generated definitions files that have changed, and tells the size of each. */
export function writeDefinitions(): void {
  for (const [name, text] of compileDefinitions()) {
    const file = new URL(name, platform);
    const fresh = readOr(file, '') === text;
    if (!fresh) writeFileSync(file, text);
    process.stdout.write(
      `${name}: ${Math.round(Buffer.byteLength(text) / 1024)} kB${fresh ? ', unchanged' : ', written'}\n`,
    );
  }
}

if (import.meta.main) writeDefinitions();

function readOr(file: URL, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}
