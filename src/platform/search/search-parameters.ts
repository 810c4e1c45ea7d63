import { readFileSync } from 'node:fs';
import { findType } from '#platform/fhir';
import type { CompiledParameter, CompiledPath, CompiledSearch } from './compiled-search.ts';
import { type Found, type Json, walkPath } from './walk-path.ts';

const table = JSON.parse(readFileSync(new URL('./generated/search.json', import.meta.url), 'utf8')) as CompiledSearch; // as: the compiler of the definitions writes exactly this

export type SearchParameter = CompiledParameter & {
  readonly common: boolean;
  /** How its values are found where they are not at its paths, which then only tell their types. */
  readonly find?: (resource: Json) => readonly Found[];
  /** Why it cannot be asked for yet: the resources stored before it are still being indexed. */
  readonly pending?: string;
};

/** The parameters of every type: `_id`, `_tag`, …; `_text` only where there is a narrative. */
export const commonParameters: readonly SearchParameter[] = table.common.map((each) => ({ ...each, common: true }));

const byType = new Map<string, ReadonlyMap<string, SearchParameter>>(
  Object.entries(table.types).map(([type, parameters]) => [
    type,
    new Map(
      [...commonOf(type), ...parameters.map((each) => ({ ...each, common: false }))].map((each) => [each.code, each]),
    ),
  ]),
);

function commonOf(type: string): readonly SearchParameter[] {
  return table.withoutNarrative.includes(type)
    ? commonParameters.filter(({ code }) => code !== '_text')
    : commonParameters;
}

/** The resource types that can be stored and searched: every R4 resource but Parameters. */
export const storedTypes: readonly string[] = Object.keys(table.types);

export function isStoredType(type: string): boolean {
  return byType.has(type);
}

export function searchParametersOf(type: string): readonly SearchParameter[] {
  return [...(byType.get(type)?.values() ?? [])];
}

export function findSearchParameter(type: string, code: string): SearchParameter | undefined {
  return byType.get(type)?.get(code);
}

/** The values a resource has for a parameter. */
export function findValues({ find, paths }: SearchParameter, start: Found): readonly Found[] {
  if (find) {
    return find(start.value as Json); // as: a search parameter is asked of a resource
  }
  const [only, ...others] = paths;
  return only && others.length === 0 ? walkPath(start, only) : paths.flatMap((path) => walkPath(start, path));
}

/** The parameters that searches and indexes know: those of the standard, and those that were added to the record. */
export type ParameterTable = {
  readonly find: (type: string, code: string) => SearchParameter | undefined;
  readonly of: (type: string) => readonly SearchParameter[];
  /** Those beyond the standard. */
  readonly added: (type: string) => readonly SearchParameter[];
};

export const coreParameters: ParameterTable = { find: findSearchParameter, of: searchParametersOf, added: () => [] };

/** The standard's parameters and some more, by type. */
export function withAdded(added: ReadonlyMap<string, readonly SearchParameter[]>): ParameterTable {
  const of = (type: string): readonly SearchParameter[] => added.get(type) ?? [];
  return {
    find: (type, code) => findSearchParameter(type, code) ?? of(type).find((each) => each.code === code),
    of: (type) => [...searchParametersOf(type), ...of(type)],
    added: of,
  };
}

/** The same parameters for those who look at resources themselves and not at what is stored of them. */
export function withoutPending({ find, of, added }: ParameterTable): ParameterTable {
  const ready = ({ pending: _pending, ...parameter }: SearchParameter): SearchParameter => parameter;
  return {
    find: (type, code) => {
      const found = find(type, code);
      return found && (found.pending === undefined ? found : ready(found));
    },
    of: (type) => of(type).map((each) => (each.pending === undefined ? each : ready(each))),
    added: (type) => added(type).map((each) => (each.pending === undefined ? each : ready(each))),
  };
}

/** The parameter under which every type is searched alike. */
export function findCommonParameter(code: string): SearchParameter | undefined {
  return commonParameters.find((each) => each.code === code);
}

/** Parameters that are by definition the union of two others; they have no entries of their own. */
const unions: Readonly<Record<string, readonly string[]>> = {
  'Observation.combo-code': ['code', 'component-code'],
  'Observation.combo-data-absent-reason': ['data-absent-reason', 'component-data-absent-reason'],
  'Observation.combo-value-concept': ['value-concept', 'component-value-concept'],
  'Observation.combo-value-quantity': ['value-quantity', 'component-value-quantity'],
  'Observation.combo-code-value-concept': ['code-value-concept', 'component-code-value-concept'],
  'Observation.combo-code-value-quantity': ['code-value-quantity', 'component-code-value-quantity'],
};

/** Whether the parameter is by definition the union of two others, and has no entries of its own. */
export function isUnion(type: string, code: string): boolean {
  return unions[`${type}.${code}`] !== undefined;
}

/**
 * Parts of an element, of a contact its systems, that have parameters of their own: the keys of their values stand under
 * these alone, and whoever asks for the whole element asks for them too. A key less is a write that costs less.
 */
const partParameters: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  name: { family: 'family', given: 'given' },
  address: {
    city: 'address-city',
    state: 'address-state',
    country: 'address-country',
    postalCode: 'address-postalcode',
  },
  telecom: { phone: 'phone', email: 'email' },
};

/** The parameter under which the keys of a part of what this one finds stand; none where they stand under this one. */
export function partParameter(type: string, code: string, part: string): string | undefined {
  const parameter = partParameters[code]?.[part];
  return parameter !== undefined && byType.get(type)?.has(parameter) ? parameter : undefined;
}

const indexed = new Map<string, readonly string[]>();

/** The parameters under which the keys of this one's values stand: itself and those of its parts, or the two it is the union of. */
export function indexedParameters(type: string, code: string): readonly string[] {
  const name = `${type}.${code}`;
  let codes = unions[name] ?? indexed.get(name);
  if (!codes) {
    const whole = code === 'phonetic' ? 'name' : code; // another comparison of the same names
    const parts = Object.keys(partParameters[whole] ?? {}).flatMap((part) => partParameter(type, whole, part) ?? []);
    codes = [...new Set([code, whole, ...parts])];
    indexed.set(name, codes);
  }
  return codes;
}

/** Parameters of the type that place a resource in a patient's compartment, the leading one first. */
export function patientParametersOf(type: string): readonly string[] {
  return type === 'Patient' ? [] : compartmentParameters('Patient', type); // one linked to another lies in a record of its own
}

/** Types whose resources have a compartment of their own. */
export const compartments: readonly string[] = Object.keys(table.compartments).sort();

/** Parameters through which a resource of the type belongs to a compartment; none when it never does. */
export function compartmentParameters(compartment: string, type: string): readonly string[] {
  return table.compartments[compartment]?.[type] ?? [];
}

/** Types that may belong to a compartment, that of the compartment itself among them. */
export function compartmentMembers(compartment: string): readonly string[] {
  return storedTypes.filter((type) => type === compartment || compartmentParameters(compartment, type).length > 0);
}

/**
 * Whether the reference parameter is the one that places the type in the patient's compartment, and its element holds
 * one reference at most: then the patient the resource is stored with is the patient it refers to.
 */
export function isPatientLink(type: string, code: string): boolean {
  const [leading] = patientParametersOf(type);
  if (!['patient', 'subject'].includes(code) || (leading !== 'patient' && leading !== 'subject')) {
    return false;
  }
  const [path, ...others] = findSearchParameter(type, code)?.paths ?? [];
  return path !== undefined && others.length === 0 && isSingleElement(type, path);
}

function isSingleElement(type: string, path: CompiledPath): boolean {
  const steps = path.steps.flatMap((step) => ('names' in step ? [Object.keys(step.names)] : []));
  const [[name] = []] = steps;
  return steps.length === 1 && name !== undefined && findType(type)?.properties.get(name)?.element.isList === false;
}

const summaryPaths = new Map<string, ReadonlySet<string>>();

/** Element paths below the type that `_summary=true` keeps. */
export function summaryPathsOf(type: string): ReadonlySet<string> {
  let paths = summaryPaths.get(type);
  if (!paths) {
    paths = new Set(['id', 'meta', 'implicitRules', ...(table.summary[type] ?? [])]);
    summaryPaths.set(type, paths);
  }
  return paths;
}
