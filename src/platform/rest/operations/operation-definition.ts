import { storedTypes } from '#platform/search';
import type { Operation, OperationLevel, ParameterDefinition } from './operation.ts';
import type { OperationTable } from './operation-table.ts';

/** The id under which the definition of an operation can be read. */
function idOf({ definition }: Operation): string {
  return definition.slice(definition.lastIndexOf('/') + 1);
}

/** The OperationDefinition of an operation that is not stored: it is the operation itself that tells it. */
export function findOperationDefinition({ all }: OperationTable, id: string): string | undefined {
  const operation = all.find((each) => idOf(each) === id);
  return operation && JSON.stringify(toDefinition(operation));
}

function toDefinition(operation: Operation) {
  const { name, title, description, definition, levels, types = ['Resource'], affectsState } = operation;
  return {
    resourceType: 'OperationDefinition',
    id: idOf(operation),
    url: definition,
    name: toName(title),
    title,
    status: 'active',
    kind: 'operation',
    description,
    affectsState,
    code: name,
    ...(levels.some((level) => level !== 'system') ? { resource: types } : {}),
    system: levels.includes('system'),
    type: levels.includes('type'),
    instance: levels.includes('instance') || levels.includes('version'),
    parameter: [
      ...operation.parameters.map((each) => describe(each, 'in')),
      ...operation.results.map((each) => describe(each, 'out')),
    ],
  };
}

/** A name that programs may use: FHIR R4, opd-0. */
function toName(title: string): string {
  const words = title.split(/[^A-Za-z0-9]+/).filter((each) => each !== '');
  return words.map((each) => each.charAt(0).toUpperCase() + each.slice(1)).join('');
}

function describe(parameter: ParameterDefinition, use: 'in' | 'out'): Record<string, unknown> {
  const { name, type, searchType, min = 0, max = 1, documentation, part } = parameter;
  const isResource = type !== undefined && (type === 'Resource' || storedTypes.includes(type));
  return {
    name,
    use,
    min,
    max: String(max),
    documentation,
    ...(type === undefined ? {} : { type: isResource && type === 'Resource' ? 'Resource' : type }),
    ...(searchType === undefined ? {} : { searchType }),
    ...(part === undefined ? {} : { part: part.map((each) => describe(each, use)) }),
  };
}

type CapabilityEntry = { readonly name: string; readonly definition: string };

/** What the CapabilityStatement lists for the whole record. */
export function systemOperations({ all }: OperationTable): CapabilityEntry[] {
  return all.filter(({ levels }) => levels.includes('system')).map(toEntry);
}

const typeLevels: readonly OperationLevel[] = ['type', 'instance', 'version'];

/** What the CapabilityStatement lists for a type. */
export function operationsOf({ all }: OperationTable, type: string): CapabilityEntry[] {
  return all
    .filter(
      ({ levels, types }) => typeLevels.some((level) => levels.includes(level)) && (types?.includes(type) ?? true),
    )
    .map(toEntry);
}

function toEntry({ name, definition }: Operation): CapabilityEntry {
  return { name, definition };
}
