import {
  type Condition,
  indexedParameters,
  isPatientLink,
  parameterSalt,
  presenceForm,
  type SearchParameter,
  valueKey,
} from '#platform/search';
import { type Clause, clause, verbatim } from './clause.ts';
import { hasAnyKey } from './compile-keys.ts';
import { compileValue } from './compile-value.ts';
import { allOf, anyOf, column, nested, type Scope } from './scope.ts';

/** Compiles one condition on the row of the scope to an SQL expression. */
export function compileCondition(scope: Scope, condition: Condition): Clause {
  switch (condition.kind) {
    case 'value':
      return condition.modifier === 'missing'
        ? compileMissing(scope, condition.parameter, condition.values[0] === 'true')
        : compileValue(scope, condition.parameter, condition.modifier, condition.values);
    case 'chain':
      return compileChain(scope, condition);
    case 'has':
      return compileHas(scope, condition);
  }
}

/** All rows of a type that meet all conditions, as the where-clause of an alias. */
export function compileWhere(scope: Scope, conditions: readonly Condition[]): Clause {
  return allOf([
    clause`${column(scope, 'type')} = ${scope.type}`,
    ...conditions.map((each) => compileCondition(scope, each)),
  ]);
}

function compileMissing(scope: Scope, { code }: SearchParameter, missing: boolean): Clause {
  const { type } = scope;
  if (code === '_id' || code === '_lastUpdated') {
    return missing ? clause`false` : clause`true`; // no resource is without them
  }
  const keys = indexedParameters(type, code).map((each) => valueKey(type, each, presenceForm));
  const present = hasAnyKey(scope, keys);
  return missing ? clause`not ${present}` : present;
}

function compileChain(scope: Scope, condition: Condition & { kind: 'chain' }): Clause {
  const { code } = condition.parameter;
  const salt = String(parameterSalt(scope.type, code));
  return anyOf(
    condition.targets.map(({ type, inner }) => {
      const target = nested(scope, type);
      const found = compileWhere(target, [inner]);
      const self = column(target, 'self');
      if (type === 'Patient' && isPatientLink(scope.type, code)) {
        return clause`(${column(scope, 'patient_key')} in (
            select ${self} from record.resource ${verbatim(target.alias)} where ${found})
          and ${refersToItsPatient(scope, code)})`;
      }
      return clause`${column(scope, 'keys')} && array(
        select ${self} # ${salt}::bigint from record.resource ${verbatim(target.alias)} where ${found})`;
    }),
  );
}

function compileHas(scope: Scope, condition: Condition & { kind: 'has' }): Clause {
  const { code } = condition.parameter;
  const referring = nested(scope, condition.type);
  const found = compileWhere(referring, [condition.inner]);
  const self = column(scope, 'self');
  if (scope.type === 'Patient' && isPatientLink(condition.type, code)) {
    return clause`${self} in (
      select ${column(referring, 'patient_key')} from record.resource ${verbatim(referring.alias)}
      where ${found} and ${refersToItsPatient(referring, code)})`;
  }
  return clause`${self} in (
    select key # ${String(parameterSalt(condition.type, code))}::bigint
    from record.resource ${verbatim(referring.alias)}, unnest(${column(referring, 'keys')}) as key
    where ${found})`;
}

/** A resource may be stored with a patient whom another of its elements names, an observation's performer for one. */
function refersToItsPatient(scope: Scope, code: string): Clause {
  const salt = String(parameterSalt(scope.type, code));
  return clause`${column(scope, 'patient_key')} # ${salt}::bigint = any(${column(scope, 'keys')})`;
}
