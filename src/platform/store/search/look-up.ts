import {
  type Branch,
  type CodeSet,
  type Condition,
  invalid,
  type SearchParameter,
  type SearchQuery,
  splitUnescaped,
  ucumSystem,
  unescape,
} from '#platform/search';
import type { Sql } from '../sql.ts';
import { findUnits } from '../ucum-units.ts';
import { codesAbove, codesBelow, findHierarchy } from './code-hierarchy.ts';
import { hasNoSystem } from './compile-token.ts';
import { createDefinitions, type Definitions } from './definitions.ts';
import { expandValueSet } from './expand-value-set.ts';
import { isCanonical } from './is-canonical.ts';
import { resourcesAbove, resourcesBelow } from './resource-hierarchy.ts';
import { tooManyUnits } from './too-many-units.ts';

type Context = { readonly sql: Sql; readonly definitions: Definitions; readonly baseUrl: string | undefined };

/**
 * Puts into the conditions what only the record can tell: the codes of value sets, what stands above and below a code or
 * a resource, and the units there are. Everything else of a search is compiled without asking.
 */
export async function lookUp(sql: Sql, query: SearchQuery, baseUrl?: string): Promise<readonly Branch[]> {
  const { branches } = query;
  if (!branches.some(({ conditions }) => conditions.some(asks))) {
    return branches;
  }
  const context: Context = { sql, definitions: createDefinitions(sql), baseUrl };
  const found: Branch[] = [];
  for (const { types, conditions } of branches) {
    found.push({ types, conditions: await inTurn(conditions, (each) => settle(context, types, each)) });
  }
  return found;
}

/** The conditions of a search on one type, with what only the record can tell put into them. */
export async function lookUpConditions(sql: Sql, query: SearchQuery, baseUrl?: string): Promise<readonly Condition[]> {
  const [only] = await lookUp(sql, query, baseUrl);
  return only?.conditions ?? [];
}

async function inTurn<Item, Result>(items: readonly Item[], run: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) {
    results.push(await run(item));
  }
  return results;
}

/** Whether the record must be asked before the condition can be compiled. */
function asks(condition: Condition): boolean {
  switch (condition.kind) {
    case 'value':
      return isHierarchical(condition) || isConverted(condition);
    case 'chain':
      return condition.targets.some(({ inner }) => asks(inner));
    case 'has':
      return asks(condition.inner);
    case 'all':
    case 'any':
      return condition.conditions.some(asks);
    case 'not':
      return asks(condition.condition);
    default:
      return false;
  }
}

type ValueCondition = Condition & { readonly kind: 'value' };

const hierarchical = new Set(['in', 'not-in', 'above', 'below']);

function isHierarchical({ parameter, modifier }: ValueCondition): boolean {
  const isKind = parameter.type === 'token' || (parameter.type === 'reference' && !isCanonical(parameter));
  return isKind && modifier !== undefined && hierarchical.has(modifier);
}

function isConverted({ parameter, values }: ValueCondition): boolean {
  const types = [parameter.type, ...(parameter.components ?? []).map(({ type }) => type)];
  return types.includes('quantity') && values.some((value) => value.includes(ucumSystem));
}

async function settle(context: Context, types: readonly string[], condition: Condition): Promise<Condition> {
  if (!asks(condition)) {
    return condition;
  }
  switch (condition.kind) {
    case 'value':
      return settleValue(context, types, condition);
    case 'chain': {
      const targets = await inTurn(condition.targets, async ({ type, inner }) => ({
        type,
        inner: await settle(context, [type], inner),
      }));
      return { ...condition, targets };
    }
    case 'has':
      return { ...condition, inner: await settle(context, [condition.type], condition.inner) };
    case 'all':
    case 'any':
      return { ...condition, conditions: await inTurn(condition.conditions, (each) => settle(context, types, each)) };
    case 'not':
      return { ...condition, condition: await settle(context, types, condition.condition) };
    default:
      return condition;
  }
}

async function settleValue(context: Context, types: readonly string[], condition: ValueCondition): Promise<Condition> {
  const { parameter, modifier = '', values } = condition;
  if (isConverted(condition)) {
    const units = await findUnits(context.sql);
    if (!units) {
      throw tooManyUnits(parameter.code);
    }
    return { ...condition, units };
  }
  if (parameter.type === 'reference') {
    const find = modifier === 'below' ? resourcesBelow : resourcesAbove;
    const addresses = await inTurn(values, (value) => find(context, { types, parameter, value: unescape(value) }));
    return { ...condition, modifier: undefined, values: addresses.flat().map(escaped) };
  }
  refuseUncoded(parameter, modifier);
  const name = `${parameter.code}:${modifier}`;
  const tokens = await inTurn(values, (value) => codesOf(context, name, modifier, value));
  const sets = hasNoSystem(parameter)
    ? await inTurn(tokens.flat(), (each) => listed(context, name, each))
    : tokens.flat();
  return { kind: 'tokens', parameter, negated: modifier === 'not-in', tokens: sets };
}

/** Where the element holds a code alone, all of a system means each of its codes. */
async function listed({ definitions }: Context, name: string, set: CodeSet): Promise<CodeSet> {
  if (set.codes !== 'all') {
    return set;
  }
  const hierarchy = await findHierarchy(definitions, set.system);
  if (!hierarchy?.isComplete) {
    throw invalid(name, `the codes of ${set.system.slice(0, 200).toWellFormed()} are not known here completely`);
  }
  return { ...set, codes: [...hierarchy.codes] };
}

function escaped(address: string): string {
  return address.replace(/[\\,|$]/g, '\\$&');
}

const coded = new Set(['CodeableConcept', 'Coding', 'code']);

function refuseUncoded({ code, paths }: SearchParameter, modifier: string): void {
  if (!paths.some((path) => path.types.some((type) => coded.has(type)))) {
    throw invalid(`${code}:${modifier}`, 'only codes belong to value sets and hierarchies');
  }
}

async function codesOf(
  { definitions }: Context,
  name: string,
  modifier: string,
  value: string,
): Promise<readonly CodeSet[]> {
  if (modifier === 'in' || modifier === 'not-in') {
    return expandValueSet(definitions, name, unescape(value));
  }
  const [system = '', code, ...rest] = splitUnescaped(value, '|').map(unescape);
  if (code === undefined || code === '' || system === '' || rest.length > 0) {
    throw invalid(name, 'the form is system|code; a code stands in the hierarchy of its system');
  }
  const find = modifier === 'below' ? codesBelow : codesAbove;
  return [{ system, codes: await find(definitions, name, { system, code }) }];
}
