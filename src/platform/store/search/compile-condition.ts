import {
  type Branch,
  type Condition,
  isPatientLink,
  parameterSalt,
  presenceForm,
  type SearchParameter,
  storedTypes,
} from '#platform/search';
import { arrayLiteral } from '../array-literal.ts';
import { type Clause, clause, verbatim } from './clause.ts';
import { compileComparison } from './compile-comparison.ts';
import { compileCompartment } from './compile-compartment.ts';
import { hasAnyKey, valueKeys } from './compile-keys.ts';
import { compileCodeSets } from './compile-token.ts';
import { compileValue } from './compile-value.ts';
import { allOf, anyOf, column, nested, type Scope, typeOf } from './scope.ts';

/** Compiles one condition on the row of the scope to an SQL expression. */
export function compileCondition(scope: Scope, condition: Condition): Clause {
  switch (condition.kind) {
    case 'value':
      return condition.modifier === 'missing'
        ? compileMissing(scope, condition.parameter, condition.values[0] === 'true')
        : compileValue(scope, condition);
    case 'chain':
      return compileChain(scope, condition);
    case 'has':
      return compileHas(scope, condition);
    case 'compartment':
      return compileCompartment(scope, condition);
    case 'tokens':
      return compileCodeSets(scope, condition);
    case 'compare':
      return compileComparison(scope, condition);
    case 'all':
      return allOf(condition.conditions.map((each) => compileCondition(scope, each)));
    case 'any':
      return anyOf(condition.conditions.map((each) => compileCondition(scope, each)));
    case 'not':
      return clause`not coalesce(${compileCondition(scope, condition.condition)}, false)`;
  }
}

/** All rows that meet one of the branches, as the where-clause of an alias. */
export function compileBranches(scope: Scope, branches: readonly Branch[]): Clause {
  return anyOf(branches.map(({ types, conditions }) => compileWhere({ ...scope, types }, conditions)));
}

/** All rows of the scope's types that meet all conditions, as the where-clause of an alias. */
function compileWhere(scope: Scope, conditions: readonly Condition[]): Clause {
  const compile = (each: Condition): Clause =>
    compileCondition(each === scope.driver ? { ...scope, filters: false } : scope, each);
  return allOf([...isOfTypes(scope), ...conditions.map(compile)]);
}

function isOfTypes(scope: Scope): Clause[] {
  const { types } = scope;
  const type = column(scope, 'type');
  if (types.length === storedTypes.length) {
    return [];
  }
  const isOne =
    types.length === 1
      ? clause`${type} = ${typeOf(scope)}`
      : clause`${type} = any(${arrayLiteral(types)}::text::text[])`;
  // all rows of the type must not be intersected with the few that an identifier or a text finds
  return [scope.driver === undefined || scope.driver === 'patient' ? isOne : clause`(${isOne}) is true`];
}

function compileMissing(scope: Scope, { code }: SearchParameter, missing: boolean): Clause {
  if (code === '_id' || code === '_lastUpdated') {
    return missing ? clause`false` : clause`true`; // no resource is without them
  }
  const present = hasAnyKey(scope, valueKeys(scope, code, [presenceForm]));
  return missing ? clause`not ${present}` : present;
}

function compileChain(scope: Scope, condition: Condition & { kind: 'chain' }): Clause {
  const { code } = condition.parameter;
  const referring = typeOf(scope);
  const salt = String(parameterSalt(referring, code));
  return anyOf(
    condition.targets.map(({ type, inner }) => {
      const target = nested(scope, type);
      const found = compileWhere(target, [inner]);
      const self = column(target, 'self');
      if (type === 'Patient' && isPatientLink(referring, code)) {
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
  if (typeOf(scope) === 'Patient' && isPatientLink(condition.type, code)) {
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
  const salt = String(parameterSalt(typeOf(scope), code));
  return clause`${column(scope, 'patient_key')} # ${salt}::bigint = any(${column(scope, 'keys')})`;
}
