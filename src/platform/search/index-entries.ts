import type { Collector } from './collector.ts';
import { addCompositeEntries } from './composite-entries.ts';
import {
  compartmentKey,
  type IdentifierEntry,
  identifierEntry,
  parameterNumber,
  referenceKey,
  valueKey,
} from './hash.ts';
import { labelOf } from './label-of.ts';
import { leadingCodeOf } from './leading-code.ts';
import { leadingDateOf } from './leading-date.ts';
import { pointOf } from './near.ts';
import { type IndexedResource, linkedPatientsOf, patientsOf } from './patient-of.ts';
import type { Span } from './periods.ts';
import { type RangeEntry, rangeEntriesOf } from './range-entries.ts';
import { spanOf } from './ranges.ts';
import { normalizeReference } from './references.ts';
import {
  coreParameters,
  findValues,
  isUnion,
  type ParameterTable,
  partParameter,
  type SearchParameter,
  searchParametersOf,
} from './search-parameters.ts';
import { codeTextEntry, stringEntry, stringForms, stringsOf, uriEntry } from './string-forms.ts';
import { addTextEntries } from './text-entries.ts';
import { isIdentifying, textsOf, tokenForms, tokensOf } from './token-forms.ts';
import { ucumCodesOf } from './ucum.ts';
import { exactForm, furtherForm, ofTypeForm, presenceForm, targetIdentifierForm, tokenForm } from './value-forms.ts';
import { type Found, isJson } from './walk-path.ts';

/** Grows when resources are indexed otherwise than before: then those stored already are indexed again. */
export const indexFormat = 3;

/** Everything a resource is found by. */
export type IndexEntries = {
  readonly keys: readonly bigint[];
  /** Tokens that identify, see `isIdentifying`. */
  readonly identifiers: readonly IdentifierEntry[];
  readonly strings: readonly string[];
  readonly ranges: readonly RangeEntry[];
  /** UCUM codes, without annotations, of the units its quantities are in. */
  readonly units: readonly string[];
  /** Logical id of the patient in whose compartment the resource lies. */
  readonly patient: string | undefined;
  /** Further patients whose compartments hold it, or in whose compartment searches look for it. */
  readonly otherPatients: readonly string[];
  /** The clinically leading date, see `leadingDateOf`. */
  readonly date: Span | undefined;
  /** Key of the first coding of the leading coded parameter, see `leadingCodeOf`. */
  readonly lead: bigint | undefined;
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
      .filter(({ code }) => !unindexed.has(code) && !isUnion(type, code))
      .map((parameter) => ({ parameter, presence: valueKey(type, parameter.code, presenceForm) }));
    indexedByType.set(type, indexed);
  }
  return indexed;
}

/** Computes all index entries of a valid resource. `baseUrl` is the record's own address, if references may carry it. */
export function indexEntriesOf(
  resource: IndexedResource,
  baseUrl?: string,
  table: ParameterTable = coreParameters,
): IndexEntries {
  const type = resource.resourceType;
  const collector: Collector = {
    keys: new Set(),
    identifiers: [],
    strings: new Set(),
    ranges: [],
    units: new Set(),
    baseUrl,
  };
  const start: Found = { value: resource, type };
  const leading = leadingDateOf(type);
  const leadingCode = leadingCodeOf(type);
  let lead: bigint | undefined;
  let date: Span | undefined;
  for (const { parameter, presence } of indexedOf(type)) {
    const { code } = parameter;
    const found = findValues(parameter, start);
    if (found.length === 0) {
      continue;
    }
    collector.keys.add(presence);
    if (code === leadingCode) {
      lead = addLead(collector, type, code, found);
    }
    if (code === leading) {
      date = found.map(spanOf).find((each) => each !== undefined);
    } else if (parameter.type === 'composite') {
      addCompositeEntries(collector, { type, parameter, resource }, found);
    } else {
      addEntries(collector, type, parameter, found);
    }
  }
  table.added(type).forEach((each) => addAdded(collector, type, each, start));
  addTextEntries(collector.strings, resource);
  const [patient, ...otherPatients] = patientsOf(resource, baseUrl);
  otherPatients.forEach((each) => collector.keys.add(compartmentKey(each)));
  return {
    keys: [...collector.keys],
    identifiers: collector.identifiers,
    strings: [...collector.strings].sort(),
    ranges: collector.ranges,
    units: [...collector.units],
    patient,
    otherPatients: [...otherPatients, ...linkedPatientsOf(resource, baseUrl)],
    date,
    lead,
    label: labelOf(resource),
  };
}

/** The first coding is the column's; each further one has a key that tells it is not the first. */
function addLead({ keys }: Collector, type: string, code: string, found: readonly Found[]): bigint | undefined {
  const forms = found
    .flatMap(tokensOf)
    .flatMap(({ system, code: value }) => (system === undefined ? [] : [tokenForm(system, value)]));
  const [first, ...further] = forms;
  further.forEach((form) => keys.add(valueKey(type, code, furtherForm(form))));
  return first === undefined ? undefined : valueKey(type, code, first);
}

/** A parameter added to the record must not keep a resource from being stored: where it cannot be evaluated it has no value. */
function addAdded(collector: Collector, type: string, parameter: SearchParameter, start: Found): void {
  let found: readonly Found[];
  try {
    found = findValues(parameter, start);
  } catch {
    return;
  }
  if (found.length > 0) {
    collector.keys.add(valueKey(type, parameter.code, presenceForm));
    addEntries(collector, type, parameter, found);
  }
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
    case 'special':
      found.forEach(({ value }) => addPoint(collector, type, code, value));
      return;
    case 'quantity':
      found.forEach((each) => ucumCodesOf(each).forEach((unit) => collector.units.add(unit)));
      collector.ranges.push(...rangeEntriesOf({ type, code, tokens: [] }, 'quantity', found));
      return;
    default:
      collector.ranges.push(...rangeEntriesOf({ type, code, tokens: [] }, parameter.type, found));
  }
}

function addToken(collector: Collector, type: string, code: string, found: Found): void {
  if (isIdentifying(found.type)) {
    addIdentifier(collector, type, code, found);
  } else {
    for (const form of tokensOf(found).flatMap(tokenForms)) {
      collector.keys.add(valueKey(type, code, form));
    }
  }
  textsOf(found).forEach((text) => collector.strings.add(codeTextEntry(code, text)));
}

function addIdentifier({ keys, identifiers }: Collector, type: string, code: string, found: Found): void {
  const own = isJson(found.value) ? found.value['system'] : undefined;
  const isElsewhere = typeof own === 'string' && partParameter(type, code, own) !== undefined;
  for (const token of isElsewhere ? [] : tokensOf(found)) {
    addOnce(identifiers, identifierEntry(type, code, token));
    if (token.system !== undefined) {
      keys.add(valueKey(type, code, tokenForm(token.system, ''))); // who asks for a whole system asks for many
    }
  }
  for (const form of identifierTypeForms(found)) {
    keys.add(valueKey(type, code, form));
  }
}

/** A resource has few of them, so that looking through them is cheaper than a set. */
function addOnce(entries: IdentifierEntry[], entry: IdentifierEntry): void {
  if (!entries.some(({ key, system }) => key === entry.key && system === entry.system)) {
    entries.push(entry);
  }
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
  for (const { part, text } of stringsOf(found)) {
    if (code !== 'phonetic' && partParameter(type, code, part) === undefined) {
      keys.add(valueKey(type, code, exactForm(text)));
    }
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
  strings.add(uriEntry(code, value));
}

/** A canonical may carry a version (`http://…|1.0`), which a search may leave out. */
function withAndWithoutVersion(address: string): readonly string[] {
  const bar = address.indexOf('|');
  return bar < 0 ? [address] : [address, address.slice(0, bar)];
}

/** A point is an entry whose lower end is the latitude and whose upper end is the longitude. */
function addPoint({ ranges }: Collector, type: string, code: string, value: unknown): void {
  const point = pointOf(value);
  if (point) {
    const { latitude: lo, longitude: hi } = point;
    ranges.push({ lo, hi, parameter: parameterNumber(type, code), units: [], tokens: [] });
  }
}

function addReference({ keys, strings, baseUrl }: Collector, type: string, code: string, { value }: Found): void {
  const add = (address: string) => keys.add(referenceKey(type, code, normalizeReference(address, baseUrl)));
  if (typeof value === 'string') {
    withAndWithoutVersion(value).forEach(add);
    if (value.includes('|')) {
      strings.add(uriEntry(code, value)); // versions have a hierarchy, see `:below`
    }
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
