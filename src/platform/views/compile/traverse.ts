import { AppError } from '#platform/errors';
import { type Clause, clause, verbatim } from '#platform/store';
import { UnknownElement } from '../path/path-syntax-error.ts';
import type { Expression } from '../view-tree.ts';
import type { Scope } from './scope.ts';
import { emptyList, freshName, type Value } from './value.ts';

/** What an iteration goes over: a jsonb array, and the types of its elements. */
export type Found = { readonly list: Clause; readonly types: readonly string[] };

type Find = (expression: Expression, scope: Scope) => Found;

/** Everything the expressions reach from the focus at any depth, each element before what is below it. */
export function traverse(expressions: readonly Expression[], scope: Scope, find: Find): Found {
  const [name, step] = [freshName('t'), freshName('c')];
  const start = findAll(expressions, scope.focus, scope, find);
  const each = (types: readonly string[]): Value => ({ form: 'item', sql: verbatim(`${name}.v`), types });
  const below = findBelow(start.types, (types) => findAll(expressions, each(types), scope, find));
  refuseUnknown(start, below);
  const list = clause`(with recursive ${verbatim(name)}(v, place) as (
      select c.v, array[c.n] from jsonb_array_elements(${start.list}) with ordinality as c(v, n)
      union all
      select ${verbatim(step)}.v, ${verbatim(name)}.place || ${verbatim(step)}.n
      from ${verbatim(name)}, jsonb_array_elements(${below.list}) with ordinality as ${verbatim(step)}(v, n)
    ) select coalesce(jsonb_agg(v order by place), ${emptyList}) from ${verbatim(name)})`;
  return { list, types: [...new Set([...start.types, ...below.types])] };
}

type Step = Found & { readonly unknown: ReadonlyMap<Expression, AppError> };

/** What all the expressions find, one after the other; those that the types do not know find nothing. */
function findAll(expressions: readonly Expression[], focus: Value, scope: Scope, find: Find): Step {
  const unknown = new Map<Expression, AppError>();
  const parts = expressions.flatMap((expression) => {
    try {
      return [find(expression, { ...scope, focus })];
    } catch (error) {
      if (!(error instanceof AppError) || !(error.cause instanceof UnknownElement)) {
        throw error;
      }
      unknown.set(expression, error);
      return [];
    }
  });
  const lists = parts.map(({ list }, at) => (at === 0 ? list : clause` || ${list}`));
  const types = [...new Set(parts.flatMap((part) => part.types))];
  return { list: lists.length === 0 ? emptyList : clause`${lists}`, types, unknown };
}

/** The step below, from all types it may come to: what it finds is among what it starts from. */
function findBelow(start: readonly string[], find: (types: readonly string[]) => Step): Step {
  const below = find(start);
  const all = [...new Set([...start, ...below.types])];
  return all.length === start.length ? below : findBelow(all, find);
}

/** An expression that no type of the whole traversal knows is a mistake. */
function refuseUnknown(start: Step, below: Step): void {
  for (const [expression, error] of start.unknown) {
    if (below.unknown.has(expression)) {
      throw error;
    }
  }
}
