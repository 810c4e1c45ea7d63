import type { Condition } from '#platform/search';
import { type Clause, clause, verbatim } from './clause.ts';

/** What finds few rows: one patient, an identifier, or the condition on a text that few have. */
export type Driver = 'patient' | 'identifier' | Condition;

/** Where a condition stands in the statement: the resource row it speaks of, by alias, and the types that row may have. */
export type Scope = {
  readonly alias: string;
  readonly types: readonly string[];
  /** Makes aliases of nested rows differ. */
  readonly depth: number;
  /** The record's own address, which references in a search may carry. */
  readonly baseUrl: string | undefined;
  /** What finds the rows, see `driverOf`. */
  readonly driver?: Driver | undefined;
  /** Conditions filter rows that something else finds, and must not have an index asked. */
  readonly filters?: boolean;
  /** The record lies on several servers, and must be able to see that what a condition asks stays on one. */
  readonly spread?: boolean;
};

export function column(scope: Scope, name: string): Clause {
  return verbatim(`${scope.alias}.${name}`);
}

export function nested(scope: Scope, type: string): Scope {
  const depth = scope.depth + 1;
  return { ...scope, alias: `r${depth}`, types: [type], depth, driver: undefined, filters: false };
}

/** The type of the row where there is only one; several share no parameter that asks for it. */
export function typeOf({ types: [type = ''] }: Scope): string {
  return type;
}

export function anyOf(conditions: readonly Clause[]): Clause {
  return conditions.length === 0 ? clause`false` : joined(conditions, (each) => clause` or ${each}`);
}

export function allOf(conditions: readonly Clause[]): Clause {
  return conditions.length === 0 ? clause`true` : joined(conditions, (each) => clause` and ${each}`);
}

function joined(conditions: readonly Clause[], follow: (each: Clause) => Clause): Clause {
  const [first = clause``, ...rest] = conditions;
  return rest.length === 0 ? first : clause`(${[first, ...rest.map(follow)]})`;
}
