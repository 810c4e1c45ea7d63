import { type Condition, compartmentKey, compartmentParameters, hash64, referenceKey } from '#platform/search';
import { type Clause, clause } from './clause.ts';
import { hasAnyKey } from './compile-keys.ts';
import { isOfPatient } from './compile-reference.ts';
import { anyOf, column, type Scope } from './scope.ts';

/** Rows within a compartment: FHIR R4, compartmentdefinition.html. The resource it is named after is among them. */
export function compileCompartment(
  scope: Scope,
  { compartment, id }: Condition & { readonly kind: 'compartment' },
): Clause {
  const address = `${compartment}/${id}`;
  if (compartment === 'Patient') {
    const linked = scope.types.includes('Patient') ? [referenceKey('Patient', 'link', address)] : [];
    return anyOf([isOfPatient(scope, id), hasAnyKey(scope, [compartmentKey(id), ...linked])]);
  }
  const keys = scope.types.flatMap((type) =>
    compartmentParameters(compartment, type).map((code) => referenceKey(type, code, address)),
  );
  const self = clause`${column(scope, 'self')} = ${String(hash64(address))}::bigint`;
  const isNamed = clause`(${self} and ${column(scope, 'type')} = ${compartment} and ${column(scope, 'id')} = ${id})`;
  return anyOf([hasAnyKey(scope, keys), ...(scope.types.includes(compartment) ? [isNamed] : [])]);
}
