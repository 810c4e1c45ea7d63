import {
  beginningOf,
  type Condition,
  codeTextEntry,
  exactForm,
  hash64,
  identifierEntry,
  indexedParameters,
  inUnits,
  isPatientLink,
  isStoredType,
  isSystemless,
  isWordwise,
  leadingDateOf,
  normalizeReference,
  ofTypeForm,
  pairedStringEntry,
  pairForm,
  parameterNumber,
  parseLocalReference,
  presenceForm,
  readDateValue,
  readNumberValue,
  readQuantityValue,
  readToken,
  readTokenForm,
  referenceKey,
  type SearchParameter,
  splitUnescaped,
  stringEntry,
  stringForms,
  type TokenValue,
  targetIdentifierForm,
  tokenForm,
  unescape,
  valueKey,
} from '#platform/search';
import type { Candidate } from './candidate.ts';
import { meetsDate, meetsNumber } from './compare-values.ts';

export type ValueCondition = Condition & { readonly kind: 'value' };

/**
 * What the search does in SQL, on the entries of one version in memory: a subscription must hear of exactly the versions
 * that a search with the same words would have found. A property test holds the two against each other.
 */
export function meetsValue(
  candidate: Candidate,
  { parameter, modifier, values }: ValueCondition,
  baseUrl?: string,
): boolean {
  const { code } = parameter;
  if (modifier === 'missing') {
    return isPresent(candidate, code) !== (values[0] === 'true');
  }
  if (code === '_id') {
    return values.map(unescape).includes(candidate.id) !== (modifier === 'not');
  }
  switch (parameter.type) {
    case 'token':
      return meetsToken(candidate, parameter, modifier, values);
    case 'string':
      return values.some((value) => meetsString(candidate, parameter, modifier, unescape(value)));
    case 'uri':
      return values.some((value) => meetsUri(candidate, code, modifier, unescape(value)));
    case 'reference':
      return values.some((value) => meetsReference(candidate, parameter, modifier, value, baseUrl));
    case 'date':
    case 'number':
    case 'quantity':
      return values.some((value) => meetsRange(candidate, parameter, value));
    case 'composite':
      return values.some((value) => meetsComposite(candidate, parameter, value, baseUrl));
    default:
      return false;
  }
}

function hasKey({ keys, type }: Candidate, code: string, form: string): boolean {
  return indexedParameters(type, code).some((each) => keys.has(valueKey(type, each, form)));
}

function hasText({ entries }: Candidate, beginning: string): boolean {
  return entries.strings.some((each) => each.startsWith(beginning));
}

function isPresent(candidate: Candidate, code: string): boolean {
  return code === '_id' || code === '_lastUpdated' || hasKey(candidate, code, presenceForm);
}

function meetsToken(
  candidate: Candidate,
  parameter: SearchParameter,
  modifier: string | undefined,
  values: readonly string[],
): boolean {
  const { code } = parameter;
  if (modifier === 'text') {
    return indexedParameters(candidate.type, code).some((each) =>
      values.some((value) => hasText(candidate, codeTextEntry(each, unescape(value)))),
    );
  }
  const isFound = values.some((value) =>
    modifier === 'of-type'
      ? hasKey(candidate, code, toOfTypeForm(value))
      : hasToken(candidate, code, readToken(code, value, hasNoSystem(parameter))),
  );
  return isFound !== (modifier === 'not');
}

/** Tokens that identify (identifiers, addresses of contact) are kept apart from codes. */
function hasToken({ entries, keys, type }: Candidate, code: string, token: TokenValue): boolean {
  return indexedParameters(type, code).some((each) => {
    const { key, system } = identifierEntry(type, each, token);
    return (
      keys.has(valueKey(type, each, tokenForm(token.system, token.code))) ||
      entries.identifiers.some((own) => own.key === key && (token.system === undefined || own.system === system))
    );
  });
}

function hasNoSystem({ paths }: { readonly paths: SearchParameter['paths'] }): boolean {
  return paths.every((path) => path.types.every(isSystemless));
}

function toOfTypeForm(value: string): string {
  const [system = '', code = '', identifier = ''] = splitUnescaped(value, '|').map(unescape);
  return ofTypeForm(system, code, identifier);
}

function meetsString(
  candidate: Candidate,
  { code, paths }: SearchParameter,
  modifier: string | undefined,
  text: string,
): boolean {
  if (modifier === 'exact') {
    return hasKey(candidate, code, exactForm(text));
  }
  const type = paths.some((path) => path.types.some(isWordwise)) ? 'HumanName' : 'string';
  const forms = stringForms(text, type, code === 'phonetic');
  const start = `${code}=`;
  return modifier === 'contains'
    ? forms.every((form) =>
        candidate.entries.strings.some(
          (each) => each.startsWith(start) && each.slice(start.length).includes(beginningOf(form)),
        ),
      )
    : forms.every((form) => hasText(candidate, stringEntry(code, form)));
}

function meetsUri(candidate: Candidate, code: string, modifier: string | undefined, uri: string): boolean {
  if (modifier === 'below') {
    return hasText(candidate, stringEntry(code, uri));
  }
  const isThere = (each: string): boolean =>
    candidate.keys.has(valueKey(candidate.type, code, tokenForm(undefined, each)));
  return modifier === 'above' ? [uri, ...parentsOf(uri)].some(isThere) : isThere(uri);
}

/** `http://a/b/c` lies below `http://a/b/`, `http://a/b`, … */
function parentsOf(uri: string): string[] {
  const slash = uri.lastIndexOf('/');
  const isRoot = slash <= uri.indexOf('//') + 1;
  return isRoot ? [] : [uri.slice(0, slash), uri.slice(0, slash + 1), ...parentsOf(uri.slice(0, slash))];
}

function meetsReference(
  candidate: Candidate,
  { code, target = [] }: SearchParameter,
  modifier: string | undefined,
  value: string,
  baseUrl: string | undefined,
): boolean {
  const { type, keys, entries } = candidate;
  if (modifier === 'identifier') {
    const form = readTokenForm(`${code}:identifier`, value, false);
    return keys.has(valueKey(type, code, targetIdentifierForm(form)));
  }
  const address = normalizeReference(unescape(value), baseUrl);
  const wanted = modifier !== undefined && isStoredType(modifier) ? modifier : undefined;
  const isId = /^[A-Za-z0-9\-.]{1,64}$/.test(address);
  const targets = isId ? (wanted === undefined ? target : [wanted]).map((each) => `${each}/${address}`) : [address];
  return targets.some((each) => {
    const patient = isPatientLink(type, code) ? parseLocalReference(each) : undefined;
    const isOwn = patient?.type !== 'Patient' || entries.patient === patient.id; // the id decides, not its hash
    return isOwn && keys.has(referenceKey(type, code, each));
  });
}

function meetsRange(candidate: Candidate, { code, type: kind }: SearchParameter, value: string): boolean {
  const { updated, entries, type } = candidate;
  if (code === '_lastUpdated') {
    return meetsDate({ lo: updated, hi: updated }, readDateValue(code, value));
  }
  if (code === leadingDateOf(type)) {
    return entries.date !== undefined && meetsDate(entries.date, readDateValue(code, value));
  }
  return hasRange(candidate, code, kind, value, undefined);
}

function hasRange(candidate: Candidate, code: string, kind: string, value: string, token: bigint | undefined): boolean {
  const numbers = indexedParameters(candidate.type, code).map((each) => parameterNumber(candidate.type, each));
  const isMet = comparison(code, kind, { text: value, units: candidate.entries.units });
  return candidate.entries.ranges.some(
    (entry) =>
      numbers.includes(entry.parameter) && (token === undefined || entry.tokens.includes(token)) && isMet(entry),
  );
}

type Entry = Candidate['entries']['ranges'][number];

/** `units` are those of the candidate's quantities. */
function comparison(
  name: string,
  kind: string,
  { text, units }: { readonly text: string; readonly units: readonly string[] },
): (entry: Entry) => boolean {
  if (kind === 'date') {
    const date = readDateValue(name, text);
    return (entry) => meetsDate(entry, date);
  }
  if (kind === 'number') {
    const number = readNumberValue(name, text);
    return (entry) => meetsNumber(entry, number);
  }
  const quantity = readQuantityValue(name, text);
  if (quantity.unit === undefined) {
    return (entry) => meetsNumber(entry, quantity);
  }
  const wanted = inUnits({ ...quantity, unit: quantity.unit }, units);
  return (entry) => wanted.some((each) => meetsNumber(entry, each) && entry.units.includes(hash64(each.unit)));
}

/** `first$second`, where both hold within one element. */
function meetsComposite(
  candidate: Candidate,
  { code, components: [first, second] = [] }: SearchParameter,
  value: string,
  baseUrl: string | undefined,
): boolean {
  const [token = '', other = ''] = splitUnescaped(value, '$');
  if (!first || !second) {
    return false;
  }
  const form = readTokenForm(code, token, hasNoSystem(first));
  switch (second.type) {
    case 'date':
    case 'number':
    case 'quantity':
      return hasRange(candidate, code, second.type, other, hash64(form));
    case 'string':
      return indexedParameters(candidate.type, code).some((each) =>
        stringForms(unescape(other), 'string', false).some((text) =>
          hasText(candidate, pairedStringEntry(each, form, text)),
        ),
      );
    case 'reference':
      return hasKey(candidate, code, pairForm(form, normalizeReference(unescape(other), baseUrl)));
    default:
      return hasKey(candidate, code, pairForm(form, readTokenForm(code, other, hasNoSystem(second))));
  }
}
