import type { Sql, SqlFragment } from '../sql.ts';

/** Where a condition stands in the statement: the resource row it speaks of, by alias, and that row's type. */
export type Scope = {
  readonly sql: Sql;
  readonly alias: string;
  readonly type: string;
  /** Makes aliases of nested rows differ. */
  readonly depth: number;
  /** The record's own address, which references in a search may carry. */
  readonly baseUrl: string | undefined;
};

export function column(scope: Scope, name: string): SqlFragment {
  return scope.sql`${scope.sql(`${scope.alias}.${name}`)}`;
}

export function nested(scope: Scope, type: string): Scope {
  const depth = scope.depth + 1;
  return { ...scope, alias: `r${depth}`, type, depth };
}

export function anyOf(sql: Sql, conditions: readonly SqlFragment[]): SqlFragment {
  return conditions.length === 0 ? sql`false` : joined(sql, conditions, (each) => sql` or ${each}`);
}

export function allOf(sql: Sql, conditions: readonly SqlFragment[]): SqlFragment {
  return conditions.length === 0 ? sql`true` : joined(sql, conditions, (each) => sql` and ${each}`);
}

/** Side by side, not nested: the client walks nested fragments by recursion. */
function joined(sql: Sql, conditions: readonly SqlFragment[], follow: (each: SqlFragment) => SqlFragment): SqlFragment {
  const [first = sql``, ...rest] = conditions;
  return rest.length === 0 ? first : sql`(${[first, ...rest.map(follow)]})`;
}
