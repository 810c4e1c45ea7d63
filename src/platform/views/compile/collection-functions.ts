import { type Clause, clause, verbatim } from '#platform/store';
import type { Path } from '../path/path-tree.ts';
import { countArgument, textArgument, typeArgument, within } from './arguments.ts';
import type { PathFunction, PathFunctions } from './functions.ts';
import { exists, first, member, ofType } from './members.ts';
import { booleanOf, distinct, numericOf, textOf } from './operators.ts';
import { toRouteFilter } from './route-filter.ts';
import { type Scope, toBoolean, toItem } from './scope.ts';
import { freshName, onceNamed, routedList, routeOf, toJson, toList, type Value } from './value.ts';

/** Each value of the list with its place, under a name. */
function elements(list: Clause, name: string): Clause {
  return clause`jsonb_array_elements(${list}) with ordinality as ${verbatim(name)}(v, n)`;
}

function where(input: Value, criteria: Path, scope: Scope): Value {
  if (input.form === 'list') {
    const route = routeOf(input);
    const filter = toRouteFilter(criteria, input.types, scope, route.values);
    if (filter) {
      return routedList({ base: route.base, steps: route.steps + filter.text, values: filter.values }, input.types);
    }
  }
  const name = freshName('w');
  const each = verbatim(`${name}.v`);
  const inner = within(scope, name, input.types);
  const kept = toBoolean(scope.compile(criteria, inner), inner);
  const sql = clause`(select coalesce(jsonb_agg(${each}), '[]') from ${elements(toList(input), name)} where ${kept})`;
  return { form: 'list', sql, types: input.types };
}

/** The first that meets the criteria, for `exists(criteria)` and the like. */
function filtered(input: Value, [criteria]: readonly Path[], scope: Scope): Value {
  return criteria ? where(input, criteria, scope) : input;
}

function all(input: Value, criteria: Path, scope: Scope): Value {
  const name = freshName('w');
  const inner = within(scope, name, input.types);
  const holds = toBoolean(scope.compile(criteria, inner), inner);
  return booleanOf(clause`(not exists(select from ${elements(toList(input), name)} where (${holds}) is not true))`);
}

function select(input: Value, projection: Path, scope: Scope): Value {
  const name = freshName('s');
  const inner = within(scope, name, input.types);
  const projected = scope.compile(projection, inner);
  const found = verbatim(freshName('f'));
  const sql = clause`(select coalesce(jsonb_agg(${found}.v), '[]') from ${elements(toList(input), name)},
    jsonb_array_elements(${toList(projected)}) as ${found}(v))`;
  return { form: 'list', sql, types: projected.types };
}

/** The part of a list whose places (from 1) meet a condition. */
function slice(input: Value, keep: (place: Clause) => Clause): Value {
  const name = freshName('p');
  const kept = keep(verbatim(`${name}.n`));
  const sql = clause`(select coalesce(jsonb_agg(${verbatim(name)}.v), '[]')
    from ${elements(toList(input), name)} where ${kept})`;
  return { form: 'list', sql, types: input.types };
}

function count(input: Value): Clause {
  return clause`jsonb_array_length(${toList(input)})::numeric`;
}

function ifElse(input: Value, [criteria, then, otherwise]: readonly Path[], scope: Scope): Value {
  const inner: Scope = { ...scope, focus: input };
  const nothing: Path = { kind: 'empty' };
  const condition = toBoolean(scope.compile(criteria ?? nothing, inner), inner);
  const one = scope.compile(then ?? nothing, inner);
  const other = scope.compile(otherwise ?? nothing, inner);
  const types = [...new Set([...one.types, ...other.types])];
  if (one.form === other.form) {
    return { form: one.form, sql: clause`(case when ${condition} then ${one.sql} else ${other.sql} end)`, types };
  }
  const hasList = [one, other].some(({ form, types: some }) => form === 'list' && some.length > 0);
  return hasList
    ? { form: 'list', sql: clause`(case when ${condition} then ${toList(one)} else ${toList(other)} end)`, types }
    : { form: 'item', sql: clause`(case when ${condition} then ${optional(one)} else ${optional(other)} end)`, types };
}

/** As one value, the empty collection as null. */
function optional(value: Value): Clause {
  return value.form === 'list' ? clause`null` : toJson(value);
}

/** A function without arguments. */
function plain(run: (input: Value, scope: Scope) => Value): PathFunction {
  return { least: 0, most: 0, run: (input, _, scope) => run(input, scope) };
}

/** A function of one argument. */
function unary(run: (input: Value, argument: Path, scope: Scope) => Value): PathFunction {
  return { least: 1, most: 1, run: (input, [argument = { kind: 'empty' }], scope) => run(input, argument, scope) };
}

const at = (input: Value, place: Clause): Value => ({
  form: 'item',
  sql: clause`(${toList(input)}->${place})`,
  types: input.types,
});

export const collectionFunctions: PathFunctions = {
  where: unary(where),
  exists: { least: 0, most: 1, run: (input, args, scope) => booleanOf(exists(filtered(input, args, scope))) },
  empty: plain((input) => booleanOf(clause`(not ${exists(input)})`)),
  all: unary(all),
  select: unary(select),
  not: plain((input, scope) => booleanOf(clause`(not ${toBoolean(input, scope)})`)),
  first: plain(first),
  last: plain((input) => at(input, clause`-1`)),
  single: plain(toItem),
  tail: plain((input) => slice(input, (place) => clause`${place} > 1`)),
  skip: unary((input, argument, scope) =>
    slice(input, (place) => clause`${place} > ${countArgument(argument, scope)}`),
  ),
  take: unary((input, argument, scope) =>
    slice(input, (place) => clause`${place} <= ${countArgument(argument, scope)}`),
  ),
  count: plain((input) => numericOf(count(input))),
  distinct: plain((input) => ({ form: 'list', sql: distinct(toList(input)), types: input.types })),
  isDistinct: plain((input) =>
    booleanOf(
      onceNamed(toList(input), (list) => clause`(jsonb_array_length(${list}) = jsonb_array_length(${distinct(list)}))`),
    ),
  ),
  combine: unary((input, argument, scope) => {
    const other = scope.compile(argument, scope);
    const types = [...new Set([...input.types, ...other.types])];
    return { form: 'list', sql: clause`(${toList(input)} || ${toList(other)})`, types };
  }),
  ofType: unary((input, argument) => ofType(input, typeArgument(argument))),
  as: unary((input, argument) => ofType(input, typeArgument(argument))),
  is: unary((input, argument, scope) => isOf(input, typeArgument(argument), scope)),
  extension: unary((input, argument, scope) => {
    const url: Path = { kind: 'member', of: undefined, name: 'url' };
    return where(member(input, 'extension'), { kind: 'binary', operator: '=', left: url, right: argument }, scope);
  }),
  hasValue: plain((input) => booleanOf(exists(input))),
  iif: { least: 2, most: 3, run: ifElse },
  join: {
    least: 0,
    most: 1,
    run: (input, [argument], scope) => {
      const separator = argument ? textArgument(argument, scope) : clause`''`;
      const name = verbatim(freshName('j'));
      return textOf(clause`(select string_agg(${name}.v, ${separator} order by ${name}.n)
        from jsonb_array_elements_text(${toList(input)}) with ordinality as ${name}(v, n))`);
    },
  },
};

/** Whether the one value is of a type; empty where there is none. */
export function isOf(input: Value, type: string, scope: Scope): Value {
  const one = toItem(input, scope);
  return booleanOf(clause`(case when ${exists(one)} then ${exists(ofType({ ...one, ...choiceOf(input) }, type))} end)`);
}

/** A choice stays one when its list is narrowed to its only value. */
function choiceOf({ choice }: Value): Pick<Value, 'choice'> {
  return choice ? { choice } : {};
}
