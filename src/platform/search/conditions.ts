import { AppError } from '#platform/errors';
import { invalid, printable, unknownParameter } from './errors.ts';
import { splitUnescaped } from './escapes.ts';
import { findSearchParameter, isStoredType, type SearchParameter } from './search-parameters.ts';

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

/**
 * What one search may still ask for, all its parameters together. Every chain multiplies by the types it may go
 * through, so that a short address could otherwise stand for millions of conditions.
 */
export type SearchBudget = { links: number; conditions: number; found: number; compared: number };

/** `links` are chains and `_has`; alternatives found by key share one look-up, those compared are a condition each. */
export function fullBudget(): SearchBudget {
  return { links: 10, conditions: 400, found: 2000, compared: 200 };
}

type Allowance = { readonly steps: number; readonly budget: SearchBudget };

const stepsAtMost = 3;
/** Alternatives in one value. */
const alternativesAtMost = { found: 1000, compared: 50 };

/**
 * Reads one condition: `code:modifier`, a chain `subject:Patient.name`, or `_has:Observation:patient:code`. What it
 * asks for is taken off the budget.
 */
export function readCondition(type: string, name: string, value: string, budget: SearchBudget): Condition {
  if (name.startsWith('_has:') || name.includes('.')) {
    spend(budget, 'links', 1, name);
  }
  return read(type, name, value, { steps: stepsAtMost, budget });
}

const spentText = {
  links: 'the search has too many chains',
  conditions: 'the chain may lead to too many types; name them, as in subject:Patient.name',
  found: 'the search has too many alternatives',
  compared: 'the search has too many alternatives',
};

function spend(budget: SearchBudget, what: keyof SearchBudget, amount: number, name: string): void {
  budget[what] -= amount;
  if (budget[what] < 0) {
    throw invalid(name, spentText[what]);
  }
}

function read(type: string, name: string, value: string, allowance: Allowance): Condition {
  if (name.startsWith('_has:')) {
    return readHas(type, name, value, takeStep(name, allowance));
  }
  const dot = name.indexOf('.');
  if (dot > 0) {
    return readChain(type, [name.slice(0, dot), name.slice(dot + 1)], value, takeStep(name, allowance));
  }
  return readValue(type, name, value, allowance);
}

function takeStep(name: string, { steps, budget }: Allowance): Allowance {
  if (steps === 0) {
    throw invalid(name, `a chain has ${stepsAtMost} steps at most`);
  }
  return { steps: steps - 1, budget };
}

function readValue(type: string, name: string, value: string, { budget }: Allowance): Condition {
  const [code = '', modifier, ...rest] = name.split(':');
  if (rest.length > 0) {
    throw invalid(name, 'only one modifier is allowed');
  }
  const parameter = getParameter(type, code, name);
  checkModifier(parameter, modifier, name);
  spend(budget, 'conditions', 1, name);
  const values = splitUnescaped(value, ',');
  if (modifier === 'missing' && value !== 'true' && value !== 'false') {
    throw invalid(name, 'the modifier :missing takes true or false');
  }
  const kind = isCompared(parameter) ? 'compared' : 'found';
  if (values.length > alternativesAtMost[kind]) {
    throw invalid(name, `${alternativesAtMost[kind]} alternatives are taken at most`);
  }
  spend(budget, kind, values.length, name);
  return { kind: 'value', parameter, modifier, values };
}

function isCompared({ type }: SearchParameter): boolean {
  return type === 'date' || type === 'number' || type === 'quantity' || type === 'composite' || type === 'string';
}

function readHas(referred: string, name: string, value: string, allowance: Allowance): Condition {
  const [, type = '', code = '', ...rest] = name.split(':');
  const inner = rest.join(':');
  if (!isStoredType(type) || code === '' || inner === '') {
    throw invalid(name, 'the form is _has:Type:reference:parameter');
  }
  const parameter = getParameter(type, code, name);
  if (parameter.type !== 'reference') {
    throw invalid(name, `${type}.${code} is no reference`);
  }
  if (parameter.target && !parameter.target.includes(referred)) {
    throw invalid(name, `${type}.${code} does not refer to a ${referred}`);
  }
  return { kind: 'has', type, parameter, inner: read(type, inner, value, allowance) };
}

function readChain(
  type: string,
  [head, tail]: readonly [head: string, tail: string],
  value: string,
  allowance: Allowance,
): Condition {
  const [code = '', wanted, ...rest] = head.split(':');
  const parameter = getParameter(type, code, head);
  if (parameter.type !== 'reference') {
    throw invalid(head, `${printable(code)} is no reference and cannot be chained`);
  }
  if (rest.length > 0 || (wanted !== undefined && !isStoredType(wanted))) {
    throw invalid(head, `${printable([wanted, ...rest].join(':'))} is no resource type`);
  }
  const first = tail.split('.')[0]?.split(':')[0] ?? '';
  const types = wanted === undefined ? (parameter.target ?? []) : [wanted];
  const targets = types
    .filter((each) => first === '_has' || findSearchParameter(each, first) !== undefined)
    .flatMap((each) => readBranch(each, tail, value, allowance));
  if (targets.length === 0) {
    throw unknownParameter(`${head}.${tail}`, types.length > 5 ? 'any type it may refer to' : types.join(', '));
  }
  return { kind: 'chain', parameter, targets };
}

/** A type the chain may go through; one that does not know the rest of the chain is none. */
function readBranch(type: string, tail: string, value: string, allowance: Allowance) {
  try {
    return [{ type, inner: read(type, tail, value, allowance) }];
  } catch (error) {
    if (error instanceof AppError && error.code === 'search.unknown-parameter') {
      return [];
    }
    throw error;
  }
}

const modifiersOf: Readonly<Record<string, readonly string[]>> = {
  token: ['missing', 'not', 'text', 'of-type'],
  string: ['missing', 'exact', 'contains'],
  uri: ['missing', 'above', 'below'],
  reference: ['missing', 'identifier'],
  date: ['missing'],
  number: ['missing'],
  quantity: ['missing'],
};

/** The modifiers a parameter understands; a reference understands each resource type as well. */
export function supportedModifiers(parameter: SearchParameter): readonly string[] {
  if (parameter.code === '_id') {
    return ['missing', 'not'];
  }
  return modifiersOf[parameter.type] ?? [];
}

function checkModifier(parameter: SearchParameter, modifier: string | undefined, name: string): void {
  if (modifier === undefined || supportedModifiers(parameter).includes(modifier)) {
    return;
  }
  if (parameter.type === 'reference' && isStoredType(modifier)) {
    return;
  }
  throw invalid(name, `the modifier :${printable(modifier)} is not supported for a ${parameter.type} parameter`);
}

/** The parameter of the type, or a refusal that names it as it was written. */
export function getParameter(type: string, code: string, name: string): SearchParameter {
  const parameter = findSearchParameter(type, code);
  if (!parameter) {
    throw unknownParameter(name === code ? code : `${name} (${code})`, type);
  }
  return parameter;
}
