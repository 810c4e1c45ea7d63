import { AppError } from '#platform/errors';
import type { Condition, Subject } from './condition.ts';
import { readCondition } from './conditions.ts';
import { invalid, unknownParameter } from './errors.ts';
import { getParameter } from './get-parameter.ts';
import { type Include, readInclude } from './includes.ts';
import { type Point, readSurroundings } from './near.ts';
import { fullBudget, type Reading } from './search-budget.ts';
import { coreParameters, findCommonParameter, type ParameterTable, type SearchParameter } from './search-parameters.ts';
import { isOpen, narrowTarget, type SearchTarget, toTarget } from './search-target.ts';

export type SortKey = {
  readonly parameter: SearchParameter;
  readonly descending: boolean;
  /** The place that nearness is an order from. */
  readonly origin?: Point;
};

/** Conditions on resources of some types; all of them must hold. */
export type Branch = { readonly types: readonly string[]; readonly conditions: readonly Condition[] };

export type SearchQuery = {
  /** Address below the base: `Patient`, `Patient/1/Observation`, or nothing for the whole record. */
  readonly path: string;
  readonly types: readonly string[];
  /** What is sought: resources that meet one of the branches. A search on one type has a single branch. */
  readonly branches: readonly Branch[];
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

/** The conditions of a search on one type. */
export function conditionsOf({ branches: [only] }: SearchQuery): readonly Condition[] {
  return only?.conditions ?? [];
}

/** `characters` are those of all names and values together: more than any address may have. */
const limits = { characters: 100_000, defaultCount: 20, maxCount: 1000, conditions: 50, sortKeys: 5, includes: 30 };

const controls = new Set(['_count', '_sort', '_total', '_summary', '_elements', '_cursor']);

/** Controls of the answer that the HTTP border has already heeded. */
const bordersOwn = new Set(['_format', '_pretty']);

type Parameter = readonly [name: string, value: string];

/**
 * Reads the parameters of a search on one type, on all, or within a compartment. An unknown parameter, modifier or value
 * is refused, unless `lenient`: then parameters unknown to the type are left out and named in `ignored`.
 */
export function parseSearch(
  sought: string | SearchTarget,
  parameters: Iterable<Parameter>,
  options: { readonly lenient?: boolean; readonly table?: ParameterTable } = {},
): SearchQuery {
  const given = checked(parameters);
  const target = narrowTarget(toTarget(sought), given);
  const subjects = toSubjects(target, given);
  const draft = emptyDraft(target, subjects);
  const reading: Reading = { table: options.table ?? coreParameters, budget: fullBudget() };
  for (const [name, value] of given) {
    try {
      readParameter(draft, [name, value], reading);
      draft.applied.push([name, value]);
    } catch (error) {
      if (!options.lenient || !(error instanceof AppError) || error.code !== 'search.unknown-parameter') {
        throw error;
      }
      draft.ignored.push(name);
    }
  }
  for (const { conditions } of draft.branches) {
    atMost(limits.conditions, 'conditions', conditions);
  }
  atMost(limits.includes, '_include and _revinclude', [...draft.includes, ...draft.revIncludes]);
  refuseWholeRecord(draft, target);
  draft.sort = draft.sort.map((key) => withOrigin(key, draft.branches));
  return withCompartment(draft, target);
}

function checked(parameters: Iterable<Parameter>): Parameter[] {
  const given: Parameter[] = [];
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
    given.push([name, value]);
  }
  return given;
}

/**
 * Several types are one subject when all that is asked of them is known to every type alike, else each is a subject of
 * its own, with its own parameters of that name.
 */
function toSubjects({ types, isNamed }: SearchTarget, given: readonly Parameter[]): readonly Subject[] {
  const isCommon = ([name]: Parameter): boolean =>
    isControl(name) || name.startsWith('_has:') || findCommonParameter(name.split(':')[0] ?? '') !== undefined;
  return types.length === 1 || !isNamed || given.every(isCommon) ? [types] : types.map((type) => [type]);
}

function isControl(name: string): boolean {
  const [base = ''] = name.split(':');
  return controls.has(base) || ['_type', '_include', '_revinclude', '_list', '_query'].includes(base);
}

/** The order and the number of the whole record are not worth reading it: that is what history and export are for. */
function refuseWholeRecord(draft: Draft, { types, compartment }: SearchTarget): void {
  const isUnconditional = compartment === undefined && draft.branches.some(({ conditions }) => conditions.length === 0);
  if (types.length > 1 && isUnconditional && (draft.sort.length > 0 || draft.total === 'accurate')) {
    throw invalid('_sort', 'several types are sorted and counted only where a condition says which of them');
  }
}

function withCompartment(draft: Draft, { compartment }: SearchTarget): SearchQuery {
  if (!compartment) {
    return draft;
  }
  const { type, id } = compartment;
  const within: Condition = { kind: 'compartment', compartment: type, id };
  return { ...draft, branches: draft.branches.map((each) => ({ ...each, conditions: [within, ...each.conditions] })) };
}

type Draft = {
  -readonly [Key in keyof Omit<
    SearchQuery,
    'branches' | 'path' | 'types'
  >]: SearchQuery[Key] extends readonly (infer Item)[] ? Item[] : SearchQuery[Key];
} & {
  readonly path: string;
  readonly types: readonly string[];
  readonly branches: readonly { readonly types: readonly string[]; readonly conditions: Condition[] }[];
};

function emptyDraft({ path, types }: SearchTarget, subjects: readonly Subject[]): Draft {
  return {
    path,
    types,
    branches: subjects.map((subject) => ({ types: subject, conditions: [] })),
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

function readParameter(draft: Draft, [name, value]: Parameter, reading: Reading): void {
  const [base = '', modifier] = name.split(':');
  if (modifier !== undefined && controls.has(base)) {
    throw invalid(name, 'this parameter has no modifiers');
  }
  switch (base) {
    case '_count':
      draft.count = readCount(value);
      return;
    case '_sort':
      draft.sort = atMost(limits.sortKeys, '_sort', value.split(',')).map((each) =>
        readSortKey(reading, draft.types, each),
      );
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
      draft.includes.push(readInclude(reading.table, name, value, draft.types));
      return;
    case '_revinclude':
      draft.revIncludes.push(readInclude(reading.table, name, value, draft.types));
      return;
    case '_cursor':
      draft.cursor = value;
      return;
    case '_type':
      if (!isOpen(draft.path)) {
        throw unknownParameter(name, draft.path);
      }
      return; // it has named the types already
    default:
      for (const { types, conditions } of draft.branches) {
        conditions.push(readCondition(types, name, value, reading));
      }
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

const unordered = new Set(['_text', '_content']);

/** Found by an expression that the database cannot follow, and kept in no order. */
function isComputed({ find, type }: SearchParameter): boolean {
  return find !== undefined && type !== 'date' && type !== 'number' && type !== 'quantity';
}

function readSortKey({ table }: Reading, types: Subject, text: string): SortKey {
  const descending = text.startsWith('-');
  const code = descending ? text.slice(1) : text;
  const parameter = getParameter(table, types, code, '_sort');
  if (parameter.type === 'composite' || unordered.has(code) || isComputed(parameter)) {
    throw invalid('_sort', `${code} has no order`);
  }
  return { parameter, descending };
}

/** What is near is sorted by its distance from the place that the search names. */
function withOrigin(key: SortKey, branches: readonly Branch[]): SortKey {
  if (key.parameter.type !== 'special') {
    return key;
  }
  const { code } = key.parameter;
  const near = branches
    .flatMap(({ conditions }) => conditions)
    .find((each) => each.kind === 'value' && each.parameter.code === code && each.modifier === undefined);
  const [value] = near?.kind === 'value' ? near.values : [];
  if (value === undefined) {
    throw invalid('_sort', `an order by ${code} needs the place: ${code}=latitude|longitude`);
  }
  return { ...key, origin: readSurroundings(code, value) };
}

function oneOf<Value extends string>(name: string, value: string, allowed: readonly Value[]): Value {
  const found = allowed.find((each) => each === value);
  if (found === undefined) {
    throw invalid(name, `one of ${allowed.join(', ')} is wanted`);
  }
  return found;
}
