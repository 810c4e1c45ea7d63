import { AppError } from '#platform/errors';
import type { Condition, Subject } from './condition.ts';
import { invalid, printable, unknownParameter } from './errors.ts';
import { splitUnescaped } from './escapes.ts';
import { readFilter } from './filter-conditions.ts';
import { getParameter } from './get-parameter.ts';
import { checkModifier } from './modifiers.ts';
import { type Reading, spend } from './search-budget.ts';
import { isStoredType, type SearchParameter } from './search-parameters.ts';

/**
 * Reads one condition: `code:modifier`, a chain `subject:Patient.name`, `_has:Observation:patient:code`, or `_list`. What
 * it asks for is taken off the budget.
 */
export function readCondition(subject: Subject, name: string, value: string, reading: Reading): Condition {
  if (name === '_query') {
    throw invalid(name, 'this server has no named queries');
  }
  if (name.startsWith('_has:') || name.includes('.')) {
    spend(reading.budget, 'links', 1, name);
  }
  return read(subject, name, value, reading);
}

function read(subject: Subject, name: string, value: string, reading: Reading): Condition {
  if (name.startsWith('_has:')) {
    return readHas(subject, name, value, reading);
  }
  if (name === '_list') {
    return readList(name, value, reading);
  }
  if (name === '_filter') {
    return readFilter(subject, value, reading, read);
  }
  const dot = name.indexOf('.');
  if (dot > 0) {
    return readChain(subject, [name.slice(0, dot), name.slice(dot + 1)], value, reading);
  }
  return readValue(subject, name, value, reading);
}

/** Alternatives in one value. */
const alternativesAtMost = { found: 1000, compared: 50 };

function readValue(subject: Subject, name: string, value: string, reading: Reading): Condition {
  const [code = '', modifier, ...rest] = name.split(':');
  if (rest.length > 0) {
    throw invalid(name, 'only one modifier is allowed');
  }
  const parameter = getParameter(reading.table, subject, code, name);
  checkModifier(parameter, modifier, name);
  spend(reading.budget, 'conditions', 1, name);
  const values = splitUnescaped(value, ',');
  if (modifier === 'missing' && value !== 'true' && value !== 'false') {
    throw invalid(name, 'the modifier :missing takes true or false');
  }
  const kind = isCompared(parameter) ? 'compared' : 'found';
  if (values.length > alternativesAtMost[kind]) {
    throw invalid(name, `${alternativesAtMost[kind]} alternatives are taken at most`);
  }
  spend(reading.budget, kind, values.length, name);
  return { kind: 'value', parameter, modifier, values };
}

function isCompared({ type }: SearchParameter): boolean {
  return (
    type === 'date' ||
    type === 'number' ||
    type === 'quantity' ||
    type === 'composite' ||
    type === 'string' ||
    type === 'special'
  );
}

function readHas(subject: Subject, name: string, value: string, reading: Reading): Condition {
  const [, type = '', code = '', ...rest] = name.split(':');
  const inner = rest.join(':');
  if (!isStoredType(type) || code === '' || inner === '') {
    throw invalid(name, 'the form is _has:Type:reference:parameter');
  }
  const parameter = getParameter(reading.table, [type], code, name);
  if (parameter.type !== 'reference') {
    throw invalid(name, `${type}.${code} is no reference`);
  }
  if (parameter.target && !subject.some((each) => parameter.target?.includes(each))) {
    throw invalid(name, `${type}.${code} does not refer to a ${subject.join(' or ')}`);
  }
  spend(reading.budget, 'steps', 1, name);
  return { kind: 'has', type, parameter, inner: read([type], inner, value, reading) };
}

/** Resources that a List names: FHIR R4, search.html#list. */
function readList(name: string, value: string, reading: Reading): Condition {
  const lists = splitUnescaped(value, ',').map((each) => each.replace(/^List\//, ''));
  if (lists.some((each) => each.startsWith('$'))) {
    throw invalid(name, 'lists are named by their id; this server keeps no current lists under names of their own');
  }
  return readHas(['List'], '_has:List:item:_id', lists.join(','), reading);
}

/** What every type can be asked beside its parameters. */
const own = new Set(['_has', '_list', '_filter']);

function readChain(
  subject: Subject,
  [head, tail]: readonly [head: string, tail: string],
  value: string,
  reading: Reading,
): Condition {
  const [code = '', wanted, ...rest] = head.split(':');
  const parameter = getParameter(reading.table, subject, code, head);
  if (parameter.type !== 'reference') {
    throw invalid(head, `${printable(code)} is no reference and cannot be chained`);
  }
  if (rest.length > 0 || (wanted !== undefined && !isStoredType(wanted))) {
    throw invalid(head, `${printable([wanted, ...rest].join(':'))} is no resource type`);
  }
  spend(reading.budget, 'steps', 1, head);
  const first = tail.split('.')[0]?.split(':')[0] ?? '';
  const types = wanted === undefined ? (parameter.target ?? []) : [wanted];
  const targets = types
    .filter((each) => own.has(first) || reading.table.find(each, first) !== undefined)
    .flatMap((each) => readBranch(each, tail, value, reading));
  if (targets.length === 0) {
    throw unknownParameter(`${head}.${tail}`, types.length > 5 ? 'any type it may refer to' : types.join(', '));
  }
  return { kind: 'chain', parameter, targets };
}

/** A type the chain may go through; one that does not know the rest of the chain is none. */
function readBranch(type: string, tail: string, value: string, reading: Reading) {
  try {
    return [{ type, inner: read([type], tail, value, reading) }];
  } catch (error) {
    if (error instanceof AppError && error.code === 'search.unknown-parameter') {
      return [];
    }
    throw error;
  }
}
