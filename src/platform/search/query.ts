import { AppError } from '#platform/errors';
import { findSearchParameter, isStoredType, type SearchParameter } from './search-parameters.ts';
import { splitUnescaped } from './escapes.ts';
import { invalid, unknownParameter } from './errors.ts';

/** What a search asks of each resource: a small immutable tree which the store compiles to SQL. */
export type Condition =
  | {
      readonly kind: 'value';
      readonly parameter: SearchParameter;
      readonly modifier: string | undefined;
      /** Alternatives (comma in the query), still escaped. */
      readonly values: readonly string[];
    }
  | {
      /** The resource refers, by `parameter`, to one of the types that meets `inner`. */
      readonly kind: 'chain';
      readonly parameter: SearchParameter;
      readonly targets: readonly { readonly type: string; readonly inner: Condition }[];
    }
  | {
      /** A resource of `type` that meets `inner` refers, by `parameter`, to this one. */
      readonly kind: 'has';
      readonly type: string;
      readonly parameter: SearchParameter;
      readonly inner: Condition;
    };

export type SortKey = { readonly parameter: SearchParameter; readonly descending: boolean };

export type Include = {
  readonly source: string;
  readonly parameter: SearchParameter;
  readonly target: string | undefined;
  readonly iterate: boolean;
};

export type SearchQuery = {
  readonly type: string;
  readonly conditions: readonly Condition[];
  readonly sort: readonly SortKey[];
  readonly count: number;
  readonly total: 'none' | 'estimate' | 'accurate';
  readonly summary: 'true' | 'text' | 'data' | 'count' | 'false';
  readonly elements: readonly string[];
  readonly includes: readonly Include[];
  readonly revIncludes: readonly Include[];
  readonly cursor: string | undefined;
  /** Parameters that were understood, as given: they make up the self link. */
  readonly applied: readonly (readonly [string, string])[];
  /** Parameters left out under lenient handling, by name. */
  readonly ignored: readonly string[];
};

export type SearchLimits = { readonly defaultCount: number; readonly maxCount: number };

const limits: SearchLimits = { defaultCount: 20, maxCount: 1000 };

/** Controls of the answer that the HTTP border has already heeded. */
const bordersOwn = new Set(['_format', '_pretty']);

/**
 * Reads the parameters of a search on one type. An unknown parameter, modifier or value is refused, unless `lenient`:
 * then parameters unknown to the type are left out and named in `ignored`.
 */
export function parseSearch(
  type: string,
  parameters: Iterable<readonly [string, string]>,
  options: { readonly lenient?: boolean } = {},
): SearchQuery {
  const draft = emptyDraft();
  for (const [name, value] of parameters) {
    if (bordersOwn.has(name) || value === '') {
      continue; // FHIR R4, search.html: a parameter without a value is ignored
    }
    try {
      readParameter(draft, type, name, value);
      draft.applied.push([name, value]);
    } catch (error) {
      if (!options.lenient || !(error instanceof AppError) || error.code !== 'search.unknown-parameter') {
        throw error;
      }
      draft.ignored.push(name);
    }
  }
  return { type, ...draft };
}

type Draft = {
  -readonly [Key in keyof Omit<SearchQuery, 'type'>]: SearchQuery[Key] extends readonly (infer Item)[]
    ? Item[]
    : SearchQuery[Key];
};

function emptyDraft(): Draft {
  return {
    conditions: [],
    sort: [],
    count: limits.defaultCount,
    total: 'estimate',
    summary: 'false',
    elements: [],
    includes: [],
    revIncludes: [],
    cursor: undefined,
    applied: [],
    ignored: [],
  };
}

function readParameter(draft: Draft, type: string, name: string, value: string): void {
  const [base = '', modifier] = name.split(':');
  switch (base) {
    case '_count':
      draft.count = readCount(value);
      return;
    case '_sort':
      draft.sort = value.split(',').map((each) => readSortKey(type, each));
      return;
    case '_total':
      draft.total = oneOf(name, value, ['none', 'estimate', 'accurate']);
      return;
    case '_summary':
      draft.summary = oneOf(name, value, ['true', 'text', 'data', 'count', 'false']);
      return;
    case '_elements':
      draft.elements = value.split(',').filter((each) => each !== '');
      return;
    case '_include':
      draft.includes.push(readInclude(name, value, modifier));
      return;
    case '_revinclude':
      draft.revIncludes.push(readInclude(name, value, modifier));
      return;
    case '_cursor':
      draft.cursor = value;
      return;
    default:
      draft.conditions.push(readCondition(type, name, value));
  }
}

function readCount(value: string): number {
  if (!/^\d{1,9}$/.test(value)) {
    throw invalid('_count', 'a whole number is wanted');
  }
  return Math.min(Number(value), limits.maxCount);
}

function readSortKey(type: string, text: string): SortKey {
  const descending = text.startsWith('-');
  const code = descending ? text.slice(1) : text;
  const parameter = getParameter(type, code, '_sort');
  if (parameter.type === 'composite') {
    throw invalid('_sort', `${code} is a composite and has no order`);
  }
  return { parameter, descending };
}

function readInclude(name: string, value: string, modifier: string | undefined): Include {
  const [source = '', code = '', target] = value.split(':');
  if (code === '*' || source === '*') {
    throw invalid(name, 'the wildcard * is not supported, name the reference parameters wanted');
  }
  if (modifier !== undefined && modifier !== 'iterate' && modifier !== 'recurse') {
    throw invalid(name, `there is no modifier :${modifier}`);
  }
  if (!isStoredType(source)) {
    throw invalid(name, `${source} is no resource type`);
  }
  if (target !== undefined && !isStoredType(target)) {
    throw invalid(name, `${target} is no resource type`);
  }
  const parameter = getParameter(source, code, name);
  if (parameter.type !== 'reference') {
    throw invalid(name, `${source}.${code} is no reference`);
  }
  return { source, parameter, target, iterate: modifier !== undefined };
}

/** Reads one condition: `code:modifier`, a chain `subject:Patient.name`, or `_has:Observation:patient:code`. */
export function readCondition(type: string, name: string, value: string): Condition {
  if (name.startsWith('_has:')) {
    return readHas(name, value);
  }
  const dot = name.indexOf('.');
  if (dot > 0) {
    return readChain(type, name.slice(0, dot), name.slice(dot + 1), value);
  }
  const [code = '', modifier, ...rest] = name.split(':');
  if (rest.length > 0) {
    throw invalid(name, 'only one modifier is allowed');
  }
  const parameter = getParameter(type, code, name);
  checkModifier(parameter, modifier, name);
  return { kind: 'value', parameter, modifier, values: splitUnescaped(value, ',') };
}

function readHas(name: string, value: string): Condition {
  const [, type = '', code = '', ...rest] = name.split(':');
  const inner = rest.join(':');
  if (!isStoredType(type) || code === '' || inner === '') {
    throw invalid(name, 'the form is _has:Type:reference:parameter');
  }
  const parameter = getParameter(type, code, name);
  if (parameter.type !== 'reference') {
    throw invalid(name, `${type}.${code} is no reference`);
  }
  return { kind: 'has', type, parameter, inner: readCondition(type, inner, value) };
}

function readChain(type: string, head: string, tail: string, value: string): Condition {
  const [code = '', wanted] = head.split(':');
  const parameter = getParameter(type, code, head);
  if (parameter.type !== 'reference') {
    throw invalid(head, `${code} is no reference and cannot be chained`);
  }
  if (wanted !== undefined && !isStoredType(wanted)) {
    throw invalid(head, `${wanted} is no resource type`);
  }
  const first = tail.split('.')[0]?.split(':')[0] ?? '';
  const types = wanted === undefined ? (parameter.target ?? []) : [wanted];
  const targets = types
    .filter((each) => first.startsWith('_has') || findSearchParameter(each, first) !== undefined)
    .map((each) => ({ type: each, inner: readCondition(each, tail, value) }));
  if (targets.length === 0) {
    throw unknownParameter(`${head}.${tail}`, types.join(', '));
  }
  return { kind: 'chain', parameter, targets };
}

const modifiersOf: Readonly<Record<string, readonly string[]>> = {
  token: ['missing', 'not', 'text', 'of-type'],
  string: ['missing', 'exact', 'contains'],
  uri: ['missing', 'above', 'below'],
  reference: ['missing', 'identifier'],
  date: ['missing'],
  number: ['missing'],
  quantity: ['missing'],
  composite: ['missing'],
};

/** The modifiers a type of parameter understands; a reference understands each resource type as well. */
export function supportedModifiers(searchType: string): readonly string[] {
  return modifiersOf[searchType] ?? [];
}

function checkModifier(parameter: SearchParameter, modifier: string | undefined, name: string): void {
  if (modifier === undefined || supportedModifiers(parameter.type).includes(modifier)) {
    return;
  }
  if (parameter.type === 'reference' && isStoredType(modifier)) {
    return;
  }
  throw invalid(name, `the modifier :${modifier} is not supported for a ${parameter.type} parameter`);
}

function getParameter(type: string, code: string, name: string): SearchParameter {
  const parameter = findSearchParameter(type, code);
  if (!parameter) {
    throw unknownParameter(name === code ? code : `${name} (${code})`, type);
  }
  return parameter;
}

function oneOf<Value extends string>(name: string, value: string, allowed: readonly Value[]): Value {
  const found = allowed.find((each) => each === value);
  if (found === undefined) {
    throw invalid(name, `one of ${allowed.join(', ')} is wanted`);
  }
  return found;
}
