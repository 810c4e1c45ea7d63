import {
  type Branch,
  type Condition,
  isIdentifying,
  isPatientLink,
  normalizeReference,
  parseLocalReference,
  readToken,
  type SearchParameter,
  unescape,
} from '#platform/search';
import type { Sql } from '../sql.ts';
import { formsOf } from './compile-string.ts';
import { isRareText } from './rare-texts.ts';
import { type Driver, type Scope, typeOf } from './scope.ts';

/**
 * Whether a condition of the search finds its rows by one patient, one identifier or a rare text. Then there are few
 * whatever the values are: the other conditions only filter them, no other index need be asked, and the plan may be kept.
 */
export function driverOf(sql: Sql, scope: Scope, conditions: readonly Condition[]): Driver | undefined {
  const { baseUrl } = scope;
  const type = typeOf(scope);
  const values = conditions.filter((each): each is ValueCondition => each.kind === 'value');
  if (values.some(isIdentifier)) {
    return 'identifier';
  }
  return values.some((each) => isOnePatient(type, each, baseUrl))
    ? 'patient'
    : values.find((each) => isOfRareText(sql, each));
}

type ValueCondition = Condition & { readonly kind: 'value' };

function isOnePatient(type: string, condition: ValueCondition, baseUrl?: string): boolean {
  return patientNamed(type, condition, baseUrl) !== undefined;
}

/** The one patient with whom all rows that meet the condition are stored. */
function patientNamed(
  type: string,
  { parameter, modifier, values }: ValueCondition,
  baseUrl?: string,
): string | undefined {
  const [value = '', ...others] = values;
  if (others.length > 0 || parameter.type !== 'reference' || !isPatientLink(type, parameter.code)) {
    return undefined;
  }
  const address = normalizeReference(unescape(value), baseUrl);
  const local = parseLocalReference(address);
  const named = local?.type === 'Patient' ? local.id : undefined;
  if (modifier === undefined) {
    return named ?? (isOnlyPatient(parameter) && !address.includes('/') ? address : undefined);
  }
  return modifier === 'Patient' ? (named ?? (address.includes('/') ? undefined : address)) : undefined;
}

/** The one patient in whose compartment all that a search finds lies; undefined where it may lie in those of others. */
export function patientOfSearch(branches: readonly Branch[], baseUrl?: string): string | undefined {
  const [first, ...others] = branches.map((branch) => patientOfBranch(branch, baseUrl));
  return others.every((each) => each === first) ? first : undefined;
}

function patientOfBranch({ types, conditions }: Branch, baseUrl?: string): string | undefined {
  const [type = '', ...furtherTypes] = types;
  for (const condition of conditions) {
    if (condition.kind === 'compartment' && condition.compartment === 'Patient') {
      return condition.id;
    }
    const named =
      condition.kind === 'value' && furtherTypes.length === 0
        ? (patientNamed(type, condition, baseUrl) ?? patientItself(type, condition))
        : undefined;
    if (named !== undefined) {
      return named;
    }
  }
  return undefined;
}

function patientItself(type: string, { parameter, modifier, values }: ValueCondition): string | undefined {
  const isOne = type === 'Patient' && parameter.code === '_id' && modifier === undefined && values.length === 1;
  return isOne ? unescape(values[0] ?? '') : undefined;
}

function isOnlyPatient({ target = [] }: SearchParameter): boolean {
  return target.length === 1 && target[0] === 'Patient';
}

function isIdentifier({ parameter, modifier, values }: ValueCondition): boolean {
  const { type, paths, code } = parameter;
  return (
    type === 'token' &&
    modifier === undefined &&
    paths.length > 0 &&
    paths.every((path) => path.types.every(isIdentifying)) &&
    values.every((value) => readToken(code, value, false).code !== '')
  );
}

function isOfRareText(sql: Sql, { parameter, modifier, values }: ValueCondition): boolean {
  return (
    parameter.type === 'string' &&
    modifier === undefined &&
    values.every((value) => formsOf(parameter, unescape(value)).some((form) => isRareText(sql, parameter.code, form)))
  );
}
