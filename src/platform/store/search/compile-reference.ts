import {
  hash64,
  invalid,
  isPatientLink,
  isStoredType,
  normalizeReference,
  parseLocalReference,
  readTokenForm,
  referenceKey,
  type SearchParameter,
  stringEntry,
  targetIdentifierForm,
  unescape,
} from '#platform/search';
import { type Clause, clause } from './clause.ts';
import { beginsWith, hasAnyKey, valueKeys } from './compile-keys.ts';
import { isCanonical } from './is-canonical.ts';
import { anyOf, column, type Scope, typeOf } from './scope.ts';

export function compileReference(
  scope: Scope,
  parameter: SearchParameter,
  modifier: string | undefined,
  values: readonly string[],
): Clause {
  const type = typeOf(scope);
  const { code } = parameter;
  if (modifier === 'identifier') {
    const forms = values.map((value) => readTokenForm(`${code}:identifier`, value, false));
    return hasAnyKey(scope, valueKeys(scope, code, forms.map(targetIdentifierForm)));
  }
  if ((modifier === 'above' || modifier === 'below') && isCanonical(parameter)) {
    return compileVersions(scope, code, modifier, values.map(unescape));
  }
  const targets = values.flatMap((value) => targetsOf(scope, parameter, modifier, unescape(value)));
  const found = hasAnyKey(
    scope,
    targets.map((target) => referenceKey(type, code, target)),
  );
  const patients = isPatientLink(type, code) ? targets.map(patientIdOf) : [];
  return patients.length === 0 || patients.includes(undefined)
    ? found
    : clause`(${found} and ${anyOf(patients.map((id) => isOfPatient(scope, id ?? '')))})`;
}

/**
 * A canonical with a version: `…|1.2` has below it itself and `…|1.2.x`, above it `…|1` and itself. Without a version all are
 * below it.
 */
function compileVersions(
  scope: Scope,
  code: string,
  modifier: 'above' | 'below',
  canonicals: readonly string[],
): Clause {
  const exact = canonicals.flatMap((each) => (modifier === 'above' ? withShorterVersions(each) : [each]));
  const found = hasAnyKey(
    scope,
    exact.map((each) => referenceKey(typeOf(scope), code, each)),
  );
  const longer = canonicals.filter((each) => each.includes('|')).map((each) => [stringEntry(code, `${each}.`)]);
  return modifier === 'above' || longer.length === 0 ? found : anyOf([found, beginsWith(scope, longer)]);
}

function withShorterVersions(canonical: string): string[] {
  const [url = '', version = ''] = canonical.split('|');
  const parts = version.split('.');
  return version === '' ? [canonical] : parts.map((_, at) => `${url}|${parts.slice(0, at + 1).join('.')}`);
}

function patientIdOf(target: string): string | undefined {
  const local = parseLocalReference(target);
  return local?.type === 'Patient' ? local.id : undefined;
}

/** Rows stored with this patient; the hash finds them, the id itself decides. */
export function isOfPatient(scope: Scope, patientId: string): Clause {
  return clause`(${column(scope, 'patient_key')} = ${String(hash64(`Patient/${patientId}`))}::bigint
    and ${column(scope, 'patient')} = ${patientId})`;
}

/** What a reference value can mean: an address as it is, or an id under every type the parameter may point at. */
function targetsOf(scope: Scope, parameter: SearchParameter, modifier: string | undefined, value: string): string[] {
  const address = normalizeReference(value, scope.baseUrl);
  const wanted = modifier !== undefined && isStoredType(modifier) ? modifier : undefined;
  if (/^[A-Za-z0-9\-.]{1,64}$/.test(address)) {
    const types = wanted === undefined ? (parameter.target ?? []) : [wanted];
    return types.map((type) => `${type}/${address}`);
  }
  const local = parseLocalReference(address);
  if (wanted !== undefined && local && local.type !== wanted) {
    throw invalid(`${parameter.code}:${wanted}`, 'the type of the address is another than that of the modifier');
  }
  return [address];
}
