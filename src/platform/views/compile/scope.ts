import { type Clause, clause } from '#platform/store';
import { PathSyntaxError } from '../path/path-syntax-error.ts';
import type { Path } from '../path/path-tree.ts';
import type { Constant } from '../view-tree.ts';
import { type Family, familyOfAll } from './static-types.ts';
import { onceNamed, toJson, type Value } from './value.ts';

/** Where an expression stands. */
export type Scope = {
  /** `$this`. */
  readonly focus: Value;
  /** `$index`, within a criteria. */
  readonly index: Clause | undefined;
  /** `%resource`. */
  readonly resource: Value;
  /** `%rowIndex`. */
  readonly rowIndex: Clause;
  readonly constants: ReadonlyMap<string, Constant>;
  /** The record's own address, which references may carry. */
  readonly baseUrl: string | undefined;
  /** Element of the definition, for what a run says when it is refused. */
  readonly place: string;
  /** Compiles an expression that stands in this one. */
  readonly compile: (path: Path, scope: Scope) => Value;
};

/** The only value of a list; more than one ends the run. */
export function toItem(value: Value, { place }: Scope): Value {
  if (value.form !== 'list') {
    return value;
  }
  const reason = `${place} comes to several values where there may be one.`;
  const only = (list: Clause): Clause => clause`case jsonb_array_length(${list})
    when 0 then null when 1 then ${list}->0 else views.refuse(${reason}::text) end`;
  return { form: 'item', sql: onceNamed(value.sql, only), types: value.types };
}

export function toText(value: Value, scope: Scope): Clause {
  const only = toItem(value, scope);
  return only.form === 'text' ? only.sql : clause`(${toJson(only)} #>> '{}')`;
}

export function toNumeric(value: Value, scope: Scope): Clause {
  const only = toItem(value, scope);
  return only.form === 'numeric' ? only.sql : clause`(${toJson(only)})::numeric`;
}

/** A condition: a boolean as it is; any other single value is true, as FHIRPath evaluates singletons. */
export function toBoolean(value: Value, scope: Scope): Clause {
  const only = toItem(value, scope);
  if (only.form === 'boolean') {
    return only.sql;
  }
  const family = familyOfAll(only.types);
  if (family === 'boolean') {
    return clause`(${toJson(only)})::boolean`;
  }
  if (family !== 'mixed') {
    return clause`case when ${toJson(only)} is not null then true end`;
  }
  return onceNamed(
    toJson(only),
    (it) => clause`case when jsonb_typeof(${it}) = 'boolean' then ${it}::boolean when ${it} is not null then true end`,
  );
}

/** Refuses, before anything is run, a value that cannot be of the family wanted. */
export function requireFamily(value: Value, wanted: readonly Family[], what: string): Family {
  const family = familyOfAll(value.types);
  if (family !== 'none' && !wanted.includes(family)) {
    const hint = family === 'mixed' ? '; choose a type with ofType()' : '';
    throw new PathSyntaxError(`${what} cannot be of the type ${nameTypes(value.types)}${hint}`);
  }
  return family;
}

export function nameTypes(types: readonly string[]): string {
  const shown = types.slice(0, 3).join(', ');
  return types.length > 3 ? `${shown} or ${types.length - 3} others` : shown;
}
