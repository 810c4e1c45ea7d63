import type { CompiledComponent, CompiledPath } from './compiled-search.ts';
import { parameterNumber, referenceKey, valueKey, hash64 } from './hash.ts';
import { numberRangesOf, spanOf } from './ranges.ts';
import type { Span } from './periods.ts';
import { normalizeReference, parseLocalReference } from './references.ts';
import { indexedParameters, patientParametersOf, type SearchParameter, searchParametersOf } from './search-parameters.ts';
import { stringForms, stringsOf } from './string-forms.ts';
import { leadingDateOf } from './leading-date.ts';
import { textsOf, tokenForms, tokensOf } from './token-forms.ts';
import { type Found, isJson, type Json, walkPath } from './walk-path.ts';

/** A row of the range table: a date (ms since 1970), number or quantity under a parameter. */
export type RangeEntry = Span & {
  readonly parameter: number;
  /** Hashes of the forms the unit may be asked for by. */
  readonly units: readonly bigint[];
  /** In a composite: hashes of the forms of its token. */
  readonly tokens: readonly bigint[];
};

/** Everything a resource is found by. */
export type IndexEntries = {
  readonly keys: readonly bigint[];
  readonly strings: readonly string[];
  readonly ranges: readonly RangeEntry[];
  /** Logical id of the patient in whose compartment the resource lies. */
  readonly patient: string | undefined;
  /** The clinically leading date, see `leadingDateOf`. */
  readonly date: Span | undefined;
  /** The text by which lists of the type are sorted: a person's or a thing's name. */
  readonly label: string | undefined;
};

type Collector = { keys: Set<bigint>; strings: Set<string>; ranges: RangeEntry[] };

export type IndexedResource = { readonly resourceType: string; readonly id?: string; readonly [name: string]: unknown };

/** Answered from the resource's own columns. */
const unindexed = new Set(['_id', '_lastUpdated']);

/** Computes all index entries of a valid resource. `baseUrl` is the record's own address, if references may carry it. */
export function indexEntriesOf(resource: IndexedResource, baseUrl?: string): IndexEntries {
  const type = resource.resourceType;
  const collector: Collector = { keys: new Set(), strings: new Set(), ranges: [] };
  const start: Found = { value: resource, type };
  const leading = leadingDateOf(type);
  let date: Span | undefined;
  for (const parameter of searchParametersOf(type)) {
    if (unindexed.has(parameter.code) || indexedParameters(type, parameter.code).length > 1) {
      continue;
    }
    const found = parameter.paths.flatMap((path) => walkPath(start, path));
    if (found.length === 0) {
      continue;
    }
    collector.keys.add(valueKey(type, parameter.code, '?'));
    if (parameter.code === leading) {
      date = found.map(spanOf).find((each) => each !== undefined);
    } else {
      addEntries(collector, type, parameter, found, resource, baseUrl);
    }
  }
  return {
    keys: [...collector.keys],
    strings: [...collector.strings].sort(),
    ranges: collector.ranges,
    patient: patientOf(resource, baseUrl),
    date,
    label: labelOf(resource),
  };
}

function addEntries(
  collector: Collector,
  type: string,
  parameter: SearchParameter,
  found: readonly Found[],
  resource: Json,
  baseUrl: string | undefined,
): void {
  const { code } = parameter;
  const addKey = (value: string) => collector.keys.add(valueKey(type, code, value));
  switch (parameter.type) {
    case 'token':
      for (const each of found) {
        tokensOf(each).flatMap(tokenForms).forEach(addKey);
        identifierTypeForms(each).forEach(addKey);
        for (const text of textsOf(each)) {
          stringForms(text, 'string', false).forEach((form) => collector.strings.add(`${code}:text=${form}`));
        }
      }
      return;
    case 'string':
      for (const each of found) {
        for (const text of stringsOf(each)) {
          addKey(`=${text}`);
          stringForms(text, each.type, code === 'phonetic').forEach((form) => collector.strings.add(`${code}=${form}`));
        }
      }
      return;
    case 'uri':
      for (const { value } of found) {
        if (typeof value === 'string') {
          addKey(value);
          collector.strings.add(`${code}=${value.slice(0, 400)}`);
        }
      }
      return;
    case 'reference':
      for (const each of found) {
        for (const key of referenceKeysOf(type, code, each, baseUrl)) {
          collector.keys.add(key);
        }
      }
      return;
    case 'composite':
      addComposite(collector, type, parameter, found, resource);
      return;
    default:
      collector.ranges.push(...rangesOf(type, code, parameter.type, found, []));
  }
}

/** `system|code|value` of an identifier's type, for the modifier `:of-type`. */
function identifierTypeForms({ value, type }: Found): string[] {
  if (type !== 'Identifier' || !isJson(value) || !isJson(value['type']) || typeof value['value'] !== 'string') {
    return [];
  }
  const tokens = tokensOf({ value: value['type'], type: 'CodeableConcept' });
  return tokens.map((token) => `T${token.system ?? ''}|${token.code}|${String(value['value'])}`);
}

function referenceKeysOf(type: string, code: string, { value }: Found, baseUrl: string | undefined): bigint[] {
  if (typeof value === 'string') {
    const plain = value.split('|')[0] ?? value; // a canonical may carry a version
    return [...new Set([value, plain])].map((each) => referenceKey(type, code, normalizeReference(each, baseUrl)));
  }
  if (!isJson(value)) {
    return [];
  }
  const keys: bigint[] = [];
  if (typeof value['reference'] === 'string') {
    keys.push(referenceKey(type, code, normalizeReference(value['reference'], baseUrl)));
  }
  if (isJson(value['identifier'])) {
    const forms = tokensOf({ value: value['identifier'], type: 'Identifier' }).flatMap(tokenForms);
    keys.push(...forms.map((form) => valueKey(type, code, `I${form}`)));
  }
  if (typeof value['resourceType'] === 'string' && typeof value['id'] === 'string') {
    keys.push(referenceKey(type, code, `${value['resourceType']}/${value['id']}`));
  }
  return keys;
}

function rangesOf(
  type: string,
  code: string,
  kind: string,
  found: readonly Found[],
  tokens: readonly bigint[],
): RangeEntry[] {
  const parameter = parameterNumber(type, code);
  if (kind === 'date') {
    return found.flatMap((each) => {
      const span = spanOf(each);
      return span ? [{ ...span, parameter, units: [], tokens }] : [];
    });
  }
  return found.flatMap(numberRangesOf).map(({ lo, hi, units }) => ({
    lo,
    hi,
    parameter,
    units: units.map(hash64),
    tokens,
  }));
}

/** A composite ties its components together within one element (an Observation.component, the resource itself). */
function addComposite(
  collector: Collector,
  type: string,
  parameter: SearchParameter,
  found: readonly Found[],
  resource: Json,
): void {
  const [first, second] = parameter.components ?? [];
  if (!first || !second) {
    return;
  }
  for (const element of found) {
    const forms = componentValues(first, element, resource).flatMap(tokensOf).flatMap(tokenForms);
    const others = componentValues(second, element, resource);
    if (forms.length === 0 || others.length === 0) {
      continue;
    }
    if (second.type === 'quantity' || second.type === 'number' || second.type === 'date') {
      collector.ranges.push(...rangesOf(type, parameter.code, second.type, others, forms.map(hash64)));
      continue;
    }
    for (const form of forms) {
      for (const other of others.flatMap((each) => pairForms(second, each))) {
        if (second.type === 'string') {
          collector.strings.add(`${parameter.code}=${form}$${other}`);
        } else {
          collector.keys.add(valueKey(type, parameter.code, `${form}$${other}`));
        }
      }
    }
  }
}

function componentValues(component: CompiledComponent, element: Found, resource: Json): Found[] {
  const whole: Found = { value: resource, type: '' };
  return component.paths.flatMap((path: CompiledPath) => walkPath(path.fromResource ? whole : element, path));
}

function pairForms(component: CompiledComponent, found: Found): readonly string[] {
  if (component.type === 'string') {
    return stringsOf(found).flatMap((text) => stringForms(text, found.type, false));
  }
  if (component.type === 'reference') {
    const reference = isJson(found.value) ? found.value['reference'] : undefined;
    return typeof reference === 'string' ? [normalizeReference(reference)] : [];
  }
  return tokensOf(found).flatMap(tokenForms);
}

/**
 * The patient whose compartment a resource belongs to: itself, or the first patient its leading parameters name.
 * `resolve` turns addresses that hold within a Bundle into those of the record.
 */
export function patientOf(
  resource: IndexedResource,
  baseUrl?: string,
  resolve: (address: string) => string | undefined = () => undefined,
): string | undefined {
  if (resource.resourceType === 'Patient') {
    return resource.id;
  }
  const parameters = searchParametersOf(resource.resourceType);
  for (const code of patientParametersOf(resource.resourceType)) {
    const paths = parameters.find((each) => each.code === code)?.paths ?? [];
    for (const { value } of paths.flatMap((path) => walkPath({ value: resource, type: '' }, anyTarget(path)))) {
      const address = isJson(value) ? value['reference'] : undefined;
      if (typeof address !== 'string') {
        continue;
      }
      const local = parseLocalReference(resolve(address) ?? normalizeReference(address, baseUrl));
      if (local?.type === 'Patient') {
        return local.id;
      }
    }
  }
  return undefined;
}

/** The path without its test of the target's type, which an address within a Bundle does not tell. */
function anyTarget(path: CompiledPath): CompiledPath {
  return { ...path, steps: path.steps.filter((step) => !('target' in step)) };
}

const labelElements = ['name', 'title', 'display'];

function labelOf(resource: Json): string | undefined {
  const name = labelElements.map((each) => resource[each]).find((each) => each !== undefined);
  if (typeof name === 'string') {
    return name.slice(0, 200);
  }
  const human = Array.isArray(name) ? name.find(isJson) : undefined;
  if (!human) {
    return undefined;
  }
  const given = Array.isArray(human['given']) ? human['given'] : [];
  const parts = [human['family'], ...given].filter((each) => typeof each === 'string');
  return parts.length > 0 ? parts.join(' ').slice(0, 200) : stringsOf({ value: human, type: 'HumanName' })[0]?.slice(0, 200);
}
