import type { JsonObject } from '#platform/fhir';
import {
  commonParameters,
  compartments,
  coreParameters,
  type ParameterTable,
  type SearchParameter,
  storedTypes,
} from '#platform/search';
import { operationsOf, systemOperations } from './operations/operation-definition.ts';
import type { OperationTable } from './operations/operation-table.ts';

/** What another part has to say in the CapabilityStatement. */
export type CapabilityAdditions = {
  /** Elements of `rest`. */
  readonly rest: { readonly extension?: readonly JsonObject[] };
  /** Elements of `rest.resource` by type. */
  readonly types: Readonly<
    Record<string, { readonly extension?: readonly JsonObject[]; readonly supportedProfile?: readonly string[] }>
  >;
};

/** The CapabilityStatement of what the routes of this folder and the search grammar really do. */
export function capabilityStatement(options: {
  baseUrl: string;
  version: string;
  date: string;
  operations: OperationTable;
  instantiates?: readonly string[];
  additions?: CapabilityAdditions | undefined;
  table?: ParameterTable;
}) {
  const { operations, instantiates = [], additions, table = coreParameters } = options;
  const referring = referringIn(table);
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: options.date,
    publisher: 'VSİS',
    kind: 'instance',
    ...(instantiates.length === 0 ? {} : { instantiates }),
    software: { name: 'VSİS', version: options.version },
    implementation: { description: 'Vahid Səhiyyə İnformasiya Sistemi', url: options.baseUrl },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json', 'application/fhir+xml', 'xml'],
    patchFormat: ['application/json-patch+json', 'application/fhir+json', 'application/fhir+xml'],
    rest: [
      {
        ...additions?.rest,
        mode: 'server',
        resource: storedTypes.map((type) => ({
          ...additions?.types[type],
          ...describeType(type, { table, operations, referring }),
        })),
        interaction: ['transaction', 'batch', 'search-system', 'history-system'].map((code) => ({ code })),
        searchParam: [...commonParameters.map(describeParameter), ...ownParameters],
        compartment: compartments.map((type) => `http://hl7.org/fhir/CompartmentDefinition/${definitionOf(type)}`),
        ...listed(systemOperations(operations)),
      },
    ],
  };
}

/** Parameters that the standard describes in words alone. */
const ownParameters = [
  { name: '_filter', type: 'special', documentation: 'Conditions joined by and, or, not. On every type.' },
  { name: '_list', type: 'string', documentation: 'Id of a List: what its items refer to. On every type.' },
  { name: '_has', type: 'string', documentation: 'Reverse chaining: _has:Type:reference:parameter. On every type.' },
  { name: '_type', type: 'string', documentation: 'Types to search, separated by commas.' },
];

/** The definitions are named in lower case, but for one. */
function definitionOf(type: string): string {
  return type.charAt(0).toLowerCase() + type.slice(1);
}

function describeParameter({ code, url, type }: SearchParameter) {
  return { name: code, definition: url, type };
}

const interactions = [
  'read',
  'vread',
  'update',
  'patch',
  'delete',
  'history-instance',
  'history-type',
  'create',
  'search-type',
];

/** A list that is not empty, as the element `operation`; FHIR has no empty lists. */
function listed<Item>(operation: readonly Item[]): { operation?: readonly Item[] } {
  return operation.length === 0 ? {} : { operation };
}

type Described = {
  readonly table: ParameterTable;
  readonly operations: OperationTable;
  readonly referring: ReadonlyMap<string, readonly string[]>;
};

function describeType(type: string, { table, operations, referring }: Described) {
  const parameters = readyParameters(table, type);
  const referringTo = referring.get(type) ?? [];
  const references = parameters.filter((each) => each.type === 'reference');
  return {
    type,
    profile: `http://hl7.org/fhir/StructureDefinition/${type}`,
    interaction: interactions.map((code) => ({ code })),
    versioning: 'versioned-update',
    readHistory: true,
    updateCreate: true,
    conditionalCreate: true,
    conditionalRead: 'full-support',
    conditionalUpdate: true,
    conditionalDelete: 'single',
    referencePolicy: ['literal', 'logical', 'local'],
    ...(references.length > 0
      ? {
          searchInclude: ['*', `${type}:*`, ...references.map((each) => `${type}:${each.code}`)],
          searchRevInclude: ['*', ...referringTo],
        }
      : referringTo.length > 0
        ? { searchRevInclude: ['*', ...referringTo] }
        : {}),
    searchParam: parameters.map(describeParameter),
    ...listed(operationsOf(operations, type)),
  };
}

/** A parameter whose resources are still being indexed is not there yet. */
function readyParameters(table: ParameterTable, type: string): readonly SearchParameter[] {
  return table.of(type).filter(({ pending }) => pending === undefined);
}

/** By type the references that may lead to it. */
function referringIn(table: ParameterTable): ReadonlyMap<string, readonly string[]> {
  const referring = new Map<string, string[]>();
  for (const type of storedTypes) {
    for (const parameter of readyParameters(table, type)) {
      for (const target of parameter.type === 'reference' ? (parameter.target ?? []) : []) {
        referring.set(target, [...(referring.get(target) ?? []), `${type}:${parameter.code}`]);
      }
    }
  }
  return referring;
}
