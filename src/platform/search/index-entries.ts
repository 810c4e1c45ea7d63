import type { Collector } from './collector.ts';
import { addCompositeEntries } from './composite-entries.ts';
import { compartmentKey, referenceKey, valueKey } from './hash.ts';
import { labelOf } from './label-of.ts';
import { leadingDateOf } from './leading-date.ts';
import { type IndexedResource, patientsOf } from './patient-of.ts';
import type { Span } from './periods.ts';
import { type RangeEntry, rangeEntriesOf } from './range-entries.ts';
import { spanOf } from './ranges.ts';
import { normalizeReference } from './references.ts';
import { indexedParameters, type SearchParameter, searchParametersOf } from './search-parameters.ts';
import { codeTextEntry, stringEntry, stringForms, stringsOf } from './string-forms.ts';
import { isIdentifying, isWholeSystem, textsOf, tokenForms, tokensOf } from './token-forms.ts';
import { exactForm, ofTypeForm, presenceForm, targetIdentifierForm, tokenForm } from './value-forms.ts';
import { type Found, isJson, walkPath } from './walk-path.ts';

/** Everything a resource is found by. */
export type IndexEntries = {
  readonly keys: readonly bigint[];
  /** Keys of tokens that identify, see `isIdentifying`. */
  readonly identifiers: readonly bigint[];
  readonly strings: readonly string[];
  readonly ranges: readonly RangeEntry[];
  /** Logical id of the patient in whose compartment the resource lies. */
  readonly patient: string | undefined;
  /** The clinically leading date, see `leadingDateOf`. */
  readonly date: Span | undefined;
  /** The text by which lists of the type are sorted, see `labelOf`. */
  readonly label: string | undefined;
};

/** A parameter that has entries of its own, with the key that says a resource has a value for it. */
type Indexed = { readonly parameter: SearchParameter; readonly presence: bigint };

/** Answered from the resource's own columns. */
const unindexed = new Set(['_id', '_lastUpdated']);

const indexedByType = new Map<string, readonly Indexed[]>();

function indexedOf(type: string): readonly Indexed[] {
  let indexed = indexedByType.get(type);
  if (!indexed) {
    indexed = searchParametersOf(type)
      .filter(({ code }) => !unindexed.has(code) && indexedParameters(type, code).length === 1)
      .map((parameter) => ({ parameter, presence: valueKey(type, parameter.code, presenceForm) }));
    indexedByType.set(type, indexed);
  }
  return indexed;
}

/** Computes all index entries of a valid resource. `baseUrl` is the record's own address, if references may carry it. */
export function indexEntriesOf(resource: IndexedResource, baseUrl?: string): IndexEntries {
  const type = resource.resourceType;
  const collector: Collector = { keys: new Set(), identifiers: new Set(), strings: new Set(), ranges: [], baseUrl };
  const start: Found = { value: resource, type };
  const leading = leadingDateOf(type);
  let date: Span | undefined;
  for (const { parameter, presence } of indexedOf(type)) {
    const { code } = parameter;
    const found = walkAll(start, parameter.paths);
    if (found.length === 0) {
      continue;
    }
    collector.keys.add(presence);
    if (code === leading) {
      date = found.map(spanOf).find((each) => each !== undefined);
    } else if (parameter.type === 'composite') {
      addCompositeEntries(collector, { type, parameter, resource }, found);
    } else {
      addEntries(collector, type, parameter, found);
    }
  }
  const [patient, ...otherPatients] = patientsOf(resource, baseUrl);
  otherPatients.forEach((each) => collector.keys.add(compartmentKey(each)));
  return {
    keys: [...collector.keys],
    identifiers: [...collector.identifiers],
    strings: [...collector.strings].sort(),
    ranges: collector.ranges,
    patient,
    date,
    label: labelOf(resource),
  };
}

function walkAll(start: Found, paths: SearchParameter['paths']): readonly Found[] {
  const [only, ...others] = paths;
  if (only && others.length === 0) {
    return walkPath(start, only);
  }
  return paths.flatMap((path) => walkPath(start, path));
}

function addEntries(collector: Collector, type: string, parameter: SearchParameter, found: readonly Found[]): void {
  const { code } = parameter;
  switch (parameter.type) {
    case 'token':
      found.forEach((each) => addToken(collector, type, code, each));
      return;
    case 'string':
      found.forEach((each) => addString(collector, type, code, each));
      return;
    case 'uri':
      found.forEach((each) => addUri(collector, type, code, each));
      return;
    case 'reference':
      found.forEach((each) => addReference(collector, type, code, each));
      return;
    default:
      collector.ranges.push(...rangeEntriesOf({ type, code, tokens: [] }, parameter.type, found));
  }
}

function addToken({ keys, identifiers, strings }: Collector, type: string, code: string, found: Found): void {
  const identifies = isIdentifying(found.type);
  for (const token of tokensOf(found)) {
    for (const form of tokenForms(token)) {
      (identifies && !isWholeSystem(form) ? identifiers : keys).add(valueKey(type, code, form));
    }
  }
  identifierTypeForms(found).forEach((form) => identifiers.add(valueKey(type, code, form)));
  textsOf(found).forEach((text) => strings.add(codeTextEntry(code, text)));
}

/** An identifier under each coding of its type, for the modifier `:of-type`. */
function identifierTypeForms({ value, type }: Found): string[] {
  if (type !== 'Identifier' || !isJson(value) || !isJson(value['type']) || typeof value['value'] !== 'string') {
    return [];
  }
  const identifier = value['value'];
  const codings = tokensOf({ value: value['type'], type: 'CodeableConcept' });
  return codings.map(({ system, code }) => ofTypeForm(system ?? '', code, identifier));
}

function addString({ keys, strings }: Collector, type: string, code: string, found: Found): void {
  for (const text of stringsOf(found)) {
    keys.add(valueKey(type, code, exactForm(text)));
    stringForms(text, found.type, code === 'phonetic').forEach((form) => strings.add(stringEntry(code, form)));
  }
}

function addUri({ keys, strings }: Collector, type: string, code: string, { value }: Found): void {
  if (typeof value !== 'string') {
    return;
  }
  for (const uri of withAndWithoutVersion(value)) {
    keys.add(valueKey(type, code, tokenForm(undefined, uri)));
  }
  strings.add(stringEntry(code, value));
}

/** A canonical may carry a version (`http://…|1.0`), which a search may leave out. */
function withAndWithoutVersion(address: string): readonly string[] {
  const bar = address.indexOf('|');
  return bar < 0 ? [address] : [address, address.slice(0, bar)];
}

function addReference({ keys, baseUrl }: Collector, type: string, code: string, { value }: Found): void {
  const add = (address: string) => keys.add(referenceKey(type, code, normalizeReference(address, baseUrl)));
  if (typeof value === 'string') {
    withAndWithoutVersion(value).forEach(add);
    return;
  }
  if (!isJson(value)) {
    return;
  }
  if (typeof value['reference'] === 'string') {
    add(value['reference']);
  }
  if (isJson(value['identifier'])) {
    const forms = tokensOf({ value: value['identifier'], type: 'Identifier' }).flatMap(tokenForms);
    forms.forEach((form) => keys.add(valueKey(type, code, targetIdentifierForm(form))));
  }
  if (typeof value['resourceType'] === 'string' && typeof value['id'] === 'string') {
    add(`${value['resourceType']}/${value['id']}`);
  }
}
