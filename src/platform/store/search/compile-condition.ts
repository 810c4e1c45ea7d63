import {
  type Condition,
  hash64,
  parameterSalt,
  patientParametersOf,
  type SearchParameter,
  valueKey,
} from '#platform/search';
import { arrayLiteral } from '../array-literal.ts';
import type { Sql, SqlFragment } from '../sql.ts';
import { compileValue } from './compile-value.ts';
import { allOf, anyOf, column, nested, type Scope } from './scope.ts';

/** Compiles one condition on the row of the scope to an SQL expression. */
export function compileCondition(scope: Scope, condition: Condition): SqlFragment {
  switch (condition.kind) {
    case 'value':
      return condition.modifier === 'missing'
        ? compileMissing(scope, condition.parameter, condition.values)
        : compileValue(scope, condition.parameter, condition.modifier, condition.values);
    case 'chain':
      return compileChain(scope, condition);
    case 'has':
      return compileHas(scope, condition);
  }
}

/** All rows of a type that meet all conditions, as the where-clause of an alias. */
export function compileWhere(scope: Scope, conditions: readonly Condition[]): SqlFragment {
  return allOf(scope.sql, [
    scope.sql`${column(scope, 'type')} = ${scope.type}`,
    ...conditions.map((each) => compileCondition(scope, each)),
  ]);
}

function compileMissing(scope: Scope, parameter: SearchParameter, values: readonly string[]): SqlFragment {
  const { sql } = scope;
  const key = arrayLiteral([valueKey(scope.type, parameter.code, '?')]);
  const present = sql`${column(scope, 'keys')} @> ${key}::text::bigint[]`;
  return values[0] === 'true' ? sql`not ${present}` : present;
}

/**
 * Whether a reference parameter is the one that places the type in the patient's compartment: then the patient's
 * column answers for it.
 */
export function isPatientLink(type: string, code: string): boolean {
  const [leading] = patientParametersOf(type);
  return (code === 'patient' || code === 'subject') && (leading === 'patient' || leading === 'subject');
}

function compileChain(scope: Scope, condition: Condition & { kind: 'chain' }): SqlFragment {
  const { sql } = scope;
  const salt = parameterSalt(scope.type, condition.parameter.code);
  return anyOf(
    sql,
    condition.targets.map(({ type, inner }) => {
      const target = nested(scope, type);
      const found = compileWhere(target, [inner]);
      const self = column(target, 'self');
      if (type === 'Patient' && isPatientLink(scope.type, condition.parameter.code)) {
        return sql`${column(scope, 'patient_key')} in (select ${self} from record.resource ${sql(target.alias)} where ${found})`;
      }
      return sql`${column(scope, 'keys')} && array(
        select ${self} # ${String(salt)}::bigint from record.resource ${sql(target.alias)} where ${found})`;
    }),
  );
}

function compileHas(scope: Scope, condition: Condition & { kind: 'has' }): SqlFragment {
  const { sql } = scope;
  const referring = nested(scope, condition.type);
  const found = compileWhere(referring, [condition.inner]);
  const self = column(scope, 'self');
  if (scope.type === 'Patient' && isPatientLink(condition.type, condition.parameter.code)) {
    return sql`${self} in (
      select ${column(referring, 'patient_key')} from record.resource ${sql(referring.alias)} where ${found})`;
  }
  const salt = parameterSalt(condition.type, condition.parameter.code);
  return sql`${self} in (
    select key # ${String(salt)}::bigint
    from record.resource ${sql(referring.alias)}, unnest(${column(referring, 'keys')}) as key
    where ${found})`;
}

/** Rows whose patient column names this patient; the hash finds them, the id itself decides. */
export function ofPatient(sql: Sql, scope: Scope, patientId: string): SqlFragment {
  return sql`(${column(scope, 'patient_key')} = ${String(hash64(`Patient/${patientId}`))}::bigint
    and ${column(scope, 'patient')} = ${patientId})`;
}
