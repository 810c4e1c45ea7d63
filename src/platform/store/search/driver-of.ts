import {
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

function isOnePatient(type: string, { parameter, modifier, values }: ValueCondition, baseUrl?: string): boolean {
  const [value = '', ...others] = values;
  if (others.length > 0 || parameter.type !== 'reference' || !isPatientLink(type, parameter.code)) {
    return false;
  }
  const address = normalizeReference(unescape(value), baseUrl);
  if (modifier === undefined) {
    return parseLocalReference(address)?.type === 'Patient' || (isOnlyPatient(parameter) && !address.includes('/'));
  }
  return modifier === 'Patient';
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
