import { AppError } from '#platform/errors';
import { type Condition, fullBudget, getParameter, readCondition, type SearchBudget } from './conditions.ts';
import { invalid, printable } from './errors.ts';
import { isStoredType, type SearchParameter } from './search-parameters.ts';

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

/** `characters` are those of all names and values together: more than any address may have. */
const limits = { characters: 100_000, defaultCount: 20, maxCount: 1000, conditions: 50, sortKeys: 5, includes: 30 };

const controls = new Set(['_count', '_sort', '_total', '_summary', '_elements', '_cursor']);

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
  const budget = fullBudget();
  let characters = 0;
  for (const [name, value] of parameters) {
    characters += name.length + value.length;
    if (characters > limits.characters) {
      throw new AppError('tooLarge', 'search.too-long', `A search has ${limits.characters} characters at most.`);
    }
    if (bordersOwn.has(name) || value === '') {
      continue; // FHIR R4, search.html: a parameter without a value is ignored
    }
    if (name.includes('\0') || value.includes('\0')) {
      throw invalid(name.replaceAll('\0', ''), 'the character U+0000 is not allowed');
    }
    try {
      readParameter(draft, type, [name, value], budget);
      draft.applied.push([name, value]);
    } catch (error) {
      if (!options.lenient || !(error instanceof AppError) || error.code !== 'search.unknown-parameter') {
        throw error;
      }
      draft.ignored.push(name);
    }
  }
  atMost(limits.conditions, 'conditions', draft.conditions);
  atMost(limits.includes, '_include and _revinclude', [...draft.includes, ...draft.revIncludes]);
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

function readParameter(
  draft: Draft,
  type: string,
  [name, value]: readonly [name: string, value: string],
  budget: SearchBudget,
): void {
  const [base = '', modifier] = name.split(':');
  if (modifier !== undefined && controls.has(base)) {
    throw invalid(name, 'this parameter has no modifiers');
  }
  switch (base) {
    case '_count':
      draft.count = readCount(value);
      return;
    case '_sort':
      draft.sort = atMost(limits.sortKeys, '_sort', value.split(',')).map((each) => readSortKey(type, each));
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
      draft.conditions.push(readCondition(type, name, value, budget));
  }
}

function atMost<Item>(most: number, name: string, items: Item[]): Item[] {
  if (items.length > most) {
    throw invalid(name, `${most} are taken at most`);
  }
  return items;
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
  const [source = '', code = '', target, ...rest] = value.split(':');
  if (code === '*' || source === '*') {
    throw invalid(name, 'the wildcard * is not supported, name the reference parameters wanted');
  }
  if (modifier !== undefined && modifier !== 'iterate' && modifier !== 'recurse') {
    throw invalid(name, `there is no modifier :${printable(modifier)}`);
  }
  if (rest.length > 0) {
    throw invalid(name, 'the form is Type:reference or Type:reference:TargetType');
  }
  if (!isStoredType(source)) {
    throw invalid(name, `${printable(source)} is no resource type`);
  }
  if (target !== undefined && !isStoredType(target)) {
    throw invalid(name, `${printable(target)} is no resource type`);
  }
  const parameter = getParameter(source, code, name);
  if (parameter.type !== 'reference') {
    throw invalid(name, `${source}.${code} is no reference`);
  }
  return { source, parameter, target, iterate: modifier !== undefined };
}

function oneOf<Value extends string>(name: string, value: string, allowed: readonly Value[]): Value {
  const found = allowed.find((each) => each === value);
  if (found === undefined) {
    throw invalid(name, `one of ${allowed.join(', ')} is wanted`);
  }
  return found;
}
