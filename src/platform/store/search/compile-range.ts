import {
  hash64,
  indexedParameters,
  leadingDateOf,
  parameterNumber,
  readDateValue,
  readNumberValue,
  readQuantityValue,
  type SearchParameter,
} from '#platform/search';
import { arrayLiteral } from '../array-literal.ts';
import type { SqlFragment } from '../sql.ts';
import { timestampLiteral } from '../timestamp-literal.ts';
import { compareDate, compareNumber, type SpanColumns } from './compare-spans.ts';
import { anyOf, column, type Scope } from './scope.ts';

/** Conditions on dates, numbers and quantities. */
export function compileRange(scope: Scope, parameter: SearchParameter, values: readonly string[]): SqlFragment {
  const { code, type } = parameter;
  if (code === '_lastUpdated') {
    return onColumns(scope, code, values, ['updated', 'updated']);
  }
  if (code === leadingDateOf(scope.type)) {
    return onColumns(scope, code, values, ['date_lo', 'date_hi']);
  }
  const kind = type === 'date' || type === 'number' ? type : 'quantity';
  return hasEntry(
    scope,
    code,
    anyOf(
      scope.sql,
      values.map((value) => compareEntry(scope, code, kind, value)),
    ),
  );
}

function onColumns(
  scope: Scope,
  name: string,
  values: readonly string[],
  [lo, hi]: readonly [lo: string, hi: string],
): SqlFragment {
  const { sql } = scope;
  const columns: SpanColumns = {
    lo: column(scope, lo),
    hi: column(scope, hi),
    literal: (value) => sql`${timestampLiteral(value)}::text::timestamptz`,
  };
  return anyOf(
    sql,
    values.map((value) => compareDate(sql, readDateValue(name, value), columns)),
  );
}

/** Compares a row of the range table, alias `entry`, with a sought value. */
export function compareEntry(
  scope: Scope,
  name: string,
  kind: 'quantity' | 'number' | 'date',
  text: string,
): SqlFragment {
  const { sql } = scope;
  const columns: SpanColumns = {
    lo: sql`entry.lo`,
    hi: sql`entry.hi`,
    literal: (value) => sql`${String(value)}::text::numeric`,
  };
  if (kind === 'date') {
    return compareDate(sql, readDateValue(name, text), columns);
  }
  if (kind === 'number') {
    return compareNumber(sql, readNumberValue(name, text), columns);
  }
  const value = readQuantityValue(name, text);
  const amount = compareNumber(sql, value, columns);
  return value.unit === undefined
    ? amount
    : sql`(${amount} and ${String(hash64(value.unit))}::bigint = any(entry.units))`;
}

/** Rows that have an entry under the parameter which meets the condition. */
export function hasEntry(scope: Scope, code: string, condition: SqlFragment): SqlFragment {
  const numbers = arrayLiteral(indexedParameters(scope.type, code).map((each) => parameterNumber(scope.type, each)));
  return scope.sql`${column(scope, 'rid')} in (
    select entry.rid from record.range_entry entry where entry.parameter = any(${numbers}::text::int[]) and ${condition})`;
}
