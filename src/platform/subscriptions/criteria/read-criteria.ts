import { AppError } from '#platform/errors';
import {
  type Condition,
  conditionsOf,
  coreParameters,
  isStoredType,
  type ParameterTable,
  parseSearch,
} from '#platform/search';
import { runSearch, type Sql } from '#platform/store';
import { refusal } from '../errors.ts';
import { withConditions } from './with-conditions.ts';

/** Criteria in the form of a search: `Type?parameter=value&…`, or the type alone. */
export type Criteria = { readonly type: string; readonly conditions: readonly Condition[] };

/** Parameters that shape an answer say nothing of a single version. */
const shaping = ['_sort', '_count', '_total', '_summary', '_elements', '_include', '_revinclude', '_cursor', '_format'];

/** What the evaluator in memory does as the search does; more of it is refused when a subscription is written. */
const modifiers: Readonly<Record<string, readonly (string | undefined)[]>> = {
  token: [undefined, 'missing', 'not', 'text', 'of-type'],
  string: [undefined, 'missing', 'exact', 'contains'],
  uri: [undefined, 'missing', 'above', 'below'],
  date: [undefined, 'missing'],
  number: [undefined, 'missing'],
  quantity: [undefined, 'missing'],
  composite: [undefined],
};

/** Reads criteria; `place` is the element that holds them, for the refusal, `table` the search parameters there are. */
export function readCriteria(text: string, place: string, table: ParameterTable = coreParameters): Criteria {
  const [type, query] = split(text, '?');
  if (!isStoredType(type)) {
    throw refusal(place, `${shown(type)} is no resource type; the form is Type?parameter=value.`, 'value');
  }
  return { type, conditions: readConditions(type, query, place, table) };
}

/** Reads `parameter=value&…` on a type. */
export function readConditions(
  type: string,
  query: string,
  place: string,
  table: ParameterTable = coreParameters,
): readonly Condition[] {
  const parameters = [...new URLSearchParams(query)];
  const shape = parameters.find(([name]) => shaping.includes(name.split(':')[0] ?? ''));
  if (shape) {
    throw refusal(
      place,
      `${shown(shape[0])} shapes the answer to a search and has no place in criteria.`,
      'not-supported',
    );
  }
  const conditions = conditionsOf(placing(place, () => parseSearch(type, parameters, { table })));
  conditions.forEach((each) => refuseUnknown(each, place));
  return conditions;
}

/**
 * Has the search itself look at the conditions, on no resource: values that are only read when a search runs are refused
 * now and not at each write of others.
 */
export async function tryCriteria(sql: Sql, { type, conditions }: Criteria, place: string): Promise<void> {
  const nothing = parseSearch(type, [
    ['_id', '-'],
    ['_count', '1'],
  ]);
  try {
    await runSearch(sql, withConditions(nothing, conditions));
  } catch (error) {
    throw asRefusal(error, place);
  }
}

/** They are searched for in the narrative and in everything, which is not kept of a single version. */
const notHere = new Set(['_text', '_content']);

function refuseUnknown(condition: Condition, place: string): void {
  if (condition.kind !== 'value') {
    if (condition.kind !== 'chain' && condition.kind !== 'has') {
      throw refusal(place, 'These criteria cannot be held against a single version.', 'not-supported');
    }
    return;
  }
  const { parameter, modifier } = condition;
  const isKnown =
    parameter.type === 'reference'
      ? modifier === undefined || ['missing', 'identifier'].includes(modifier) || isStoredType(modifier)
      : modifiers[parameter.type]?.includes(modifier);
  if (!isKnown || notHere.has(parameter.code) || (parameter.components?.length ?? 0) > 2) {
    const name = modifier === undefined ? parameter.code : `${parameter.code}:${modifier}`;
    throw refusal(place, `${shown(name)} can be searched for but not subscribed to.`, 'not-supported');
  }
}

function placing<Result>(place: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw asRefusal(error, place);
  }
}

/** A refusal of the search, at the element that holds the criteria. A parameter that is not ready yet will be. */
function asRefusal(error: unknown, place: string): unknown {
  const isRefused = error instanceof AppError && error.kind !== 'fault' && error.kind !== 'unavailable';
  return isRefused ? refusal(place, error.message, 'value', error) : error;
}

function split(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function shown(text: string): string {
  return text.slice(0, 100).toWellFormed();
}
