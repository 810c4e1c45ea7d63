import type { SqlFragment } from '../sql.ts';
import type { Sql } from '../sql.ts';

/** Where a condition stands in the statement: the resource row it speaks of, by alias, and that row's type. */
export type Scope = {
  readonly sql: Sql;
  readonly alias: string;
  readonly type: string;
  /** Makes aliases of nested rows differ. */
  readonly depth: number;
};

export function column(scope: Scope, name: string): SqlFragment {
  return scope.sql`${scope.sql(`${scope.alias}.${name}`)}`;
}

export function nested(scope: Scope, type: string): Scope {
  const depth = scope.depth + 1;
  return { sql: scope.sql, alias: `r${depth}`, type, depth };
}

export function anyOf(sql: Sql, conditions: readonly SqlFragment[]): SqlFragment {
  return combine(sql, conditions, (left, right) => sql`${left} or ${right}`, sql`false`);
}

export function allOf(sql: Sql, conditions: readonly SqlFragment[]): SqlFragment {
  return combine(sql, conditions, (left, right) => sql`${left} and ${right}`, sql`true`);
}

function combine(
  sql: Sql,
  conditions: readonly SqlFragment[],
  join: (left: SqlFragment, right: SqlFragment) => SqlFragment,
  none: SqlFragment,
): SqlFragment {
  const [first, ...rest] = conditions;
  if (first === undefined) {
    return none;
  }
  return rest.length === 0 ? first : sql`(${rest.reduce(join, first)})`;
}
