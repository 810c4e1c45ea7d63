import { type Clause, clause } from '#platform/store';
import type { Path } from '../path/path-tree.ts';
import type { Scope } from './scope.ts';
import { familyOfAll, isOfType, propertiesOf, resolveType } from './static-types.ts';

/** A criteria as a filter of an SQL/JSON path, which PostgreSQL runs without leaving the path. */
export type RouteFilter = { readonly text: string; readonly values: readonly Clause[] };

type Frame = { readonly types: readonly string[]; readonly scope: Scope; readonly values: Clause[] };

/**
 * The filter of a criteria, where one means the same: equality of single elements with given values, `exists()`, `and`,
 * `or`. In anything else the languages differ (empty collections, several values, precision of dates), and the result
 * is undefined. `known` is the number of values the path has already.
 */
export function toRouteFilter(
  criteria: Path,
  types: readonly string[],
  scope: Scope,
  known: readonly Clause[],
): RouteFilter | undefined {
  const values = [...known];
  const text = conditionOf(criteria, { types, scope, values });
  return text === undefined ? undefined : { text: ` ? (${text})`, values };
}

function conditionOf(path: Path, frame: Frame): string | undefined {
  if (path.kind === 'call' && path.name === 'exists' && path.of) {
    return existence(path.of, path.args[0], frame);
  }
  if (path.kind !== 'binary') {
    return undefined;
  }
  const { operator, left, right } = path;
  if (operator === 'and' || operator === 'or') {
    const sides = [conditionOf(left, frame), conditionOf(right, frame)];
    return sides.includes(undefined) ? undefined : `(${sides.join(operator === 'and' ? ' && ' : ' || ')})`;
  }
  if (operator === '=') {
    return equality(left, right, frame) ?? equality(right, left, frame);
  }
  return undefined;
}

function existence(elements: Path, criteria: Path | undefined, frame: Frame): string | undefined {
  const steps = stepsOf(elements, frame.types, true);
  if (!steps || steps.text === '') {
    return undefined;
  }
  const narrowed = criteria && conditionOf(criteria, { ...frame, types: steps.types });
  if (criteria && narrowed === undefined) {
    return undefined;
  }
  return `exists(@${steps.text}${narrowed === undefined ? '' : ` ? (${narrowed})`})`;
}

function equality(element: Path, given: Path, { types, scope, values }: Frame): string | undefined {
  const steps = stepsOf(element, types, false);
  const value = givenValue(given, scope);
  if (!steps || !value || familyOfAll(steps.types) !== value.family) {
    return undefined;
  }
  values.push(value.sql);
  return `@${steps.text} == $v${values.length - 1}`;
}

function givenValue(path: Path, scope: Scope): { readonly family: string; readonly sql: Clause } | undefined {
  const constant = path.kind === 'variable' ? scope.constants.get(path.name) : undefined;
  const given = path.kind === 'literal' ? path : constant;
  const family = given && familyOfAll([given.type]);
  switch (family) {
    case 'string':
      return { family, sql: clause`${given?.text ?? ''}::text` };
    case 'number':
      return { family, sql: clause`${given?.text ?? ''}::text::numeric` };
    case 'boolean':
      return { family, sql: clause`${given?.text ?? ''}::text::boolean` };
    default:
      return undefined;
  }
}

/** Steps from `$this` over elements with one JSON name; over lists only where `throughLists`. */
function stepsOf(
  path: Path,
  types: readonly string[],
  throughLists: boolean,
): { readonly text: string; readonly types: readonly string[] } | undefined {
  if (path.kind === 'this') {
    return { text: '', types };
  }
  const name = path.kind === 'member' ? path.name : undefined;
  const chosen = chosenType(path);
  const before = path.kind === 'member' ? path.of : chosen?.of;
  const from = before === undefined ? { text: '', types } : stepsOf(before, types, throughLists);
  if (!from || (name === undefined && chosen === undefined)) {
    return undefined;
  }
  const all = propertiesOf(from.types, name ?? chosen?.name ?? '');
  const properties = chosen ? all.filter(({ typeName }) => isOfType(typeName, chosen.type)) : all;
  const [property, ...others] = properties;
  if (!property || others.length > 0 || (property.element.isList && !throughLists)) {
    return undefined;
  }
  // A list of primitives may have gaps, which exists() of SQL/JSON would count.
  const isGappy = property.element.isList && property.isPrimitive;
  return isGappy ? undefined : { text: `${from.text}."${property.key}"`, types: [property.typeName] };
}

/** `value.ofType(code)`: one step to one JSON name. */
function chosenType(
  path: Path,
): { readonly of: Path | undefined; readonly name: string; readonly type: string } | undefined {
  if (path.kind !== 'call' || path.name !== 'ofType' || path.of?.kind !== 'member') {
    return undefined;
  }
  const [named] = path.args;
  const type = named?.kind === 'member' && named.of === undefined ? resolveType(undefined, named.name) : undefined;
  return type === undefined ? undefined : { of: path.of.of, name: path.of.name, type };
}
