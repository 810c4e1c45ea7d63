import { type Clause, clause, verbatim } from '#platform/store';

/**
 * What an expression comes to in SQL.
 * - `list`: a jsonb array, never null; `item`: a jsonb value, null where there is none
 * - `boolean`, `numeric`, `text`: a value of that SQL type, null where there is none
 */
export type Value = {
  readonly form: 'list' | 'item' | 'boolean' | 'numeric' | 'text';
  readonly sql: Clause;
  /** FHIR types it may have: `string`, `Quantity`, `Patient.contact`; empty for the empty collection. */
  readonly types: readonly string[];
  /** Of a list: how the elements are reached, so that further steps lengthen one path. */
  readonly route?: Route;
  /** Of a choice (`Observation.value`): what it is chosen from. */
  readonly choice?: Choice;
  /** Of a primitive: the element that holds its id and extensions. */
  readonly sibling?: () => Value;
};

/** An SQL/JSON path: from where, its steps, and the values its variables `$v0`, `$v1`… stand for. */
export type Route = {
  readonly base: Clause;
  readonly steps: string;
  readonly values: readonly Clause[];
};

export type Choice = { readonly of: Value; readonly name: string };

export const emptyList: Clause = verbatim(`'[]'::jsonb`);

export function literal(text: string): Clause {
  return verbatim(`'${text.replaceAll("'", "''")}'`);
}

/** Calls one of the functions jsonb_path_…; a base that is null gives null. */
export function callRoute(name: string, { base, steps, values }: Route): Clause {
  const path = clause`${literal(`$${steps}`)}::jsonpath`;
  if (values.length === 0) {
    return clause`${verbatim(name)}(${base}, ${path})`;
  }
  const pairs = values.map((value, at) => clause`${verbatim(`${at === 0 ? '' : ', '}'v${at}'`)}, ${value}`);
  return clause`${verbatim(name)}(${base}, ${path}, jsonb_build_object(${pairs}))`;
}

export function routedList(route: Route, types: readonly string[]): Value {
  return { form: 'list', sql: clause`coalesce(${callRoute('jsonb_path_query_array', route)}, '[]')`, types, route };
}

/** The way to the elements of a list, of an item or of nothing. */
export function routeOf(value: Value): Route {
  return value.route ?? { base: value.sql, steps: value.form === 'list' ? '[*]' : '', values: [] };
}

export function toList(value: Value): Clause {
  if (value.form === 'list') {
    return value.sql;
  }
  return onceNamed(toJson(value), (it) => clause`case when ${it} is null then '[]' else jsonb_build_array(${it}) end`);
}

/** The value as one jsonb value; a list must be made an item before. */
export function toJson(value: Value): Clause {
  return value.form === 'list' || value.form === 'item' ? value.sql : clause`to_jsonb(${value.sql})`;
}

let names = 0;

/** Computes a piece once that is used more than once. */
export function onceNamed(piece: Clause, use: (name: Clause) => Clause): Clause {
  const name = freshName('o');
  return clause`(select ${use(verbatim(`${name}.v`))} from (select ${piece} as v offset 0) as ${verbatim(name)})`;
}

/** A name that no other piece of the statement has. */
export function freshName(prefix: string): string {
  names = (names + 1) % 1_000_000;
  return `${prefix}${names}`;
}
