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
import { timestampLiteral } from '../timestamp-literal.ts';
import { type Clause, clause } from './clause.ts';
import { compareDate, compareNumber, type SpanColumns } from './compare-spans.ts';
import { anyOf, column, type Scope, typeOf } from './scope.ts';

/** Conditions on dates, numbers and quantities. */
export function compileRange(scope: Scope, parameter: SearchParameter, values: readonly string[]): Clause {
  const { code, type } = parameter;
  if (code === '_lastUpdated') {
    return onColumns(scope, code, values, ['updated', 'updated']);
  }
  if (code === leadingDateOf(typeOf(scope))) {
    return onColumns(scope, code, values, ['date_lo', 'date_hi']);
  }
  const kind = type === 'date' || type === 'number' ? type : 'quantity';
  return hasEntry(scope, code, anyOf(values.map((value) => compareEntry(code, kind, value))));
}

function onColumns(
  scope: Scope,
  name: string,
  values: readonly string[],
  [lo, hi]: readonly [lo: string, hi: string],
): Clause {
  const columns: SpanColumns = {
    lo: column(scope, lo),
    hi: column(scope, hi),
    literal: (value) => clause`${timestampLiteral(value)}::text::timestamptz`,
  };
  return anyOf(values.map((value) => compareDate(readDateValue(name, value), columns)));
}

/** Compares a row of the range table, alias `entry`, with a sought value. */
export function compareEntry(name: string, kind: 'quantity' | 'number' | 'date', text: string): Clause {
  const columns: SpanColumns = {
    lo: clause`entry.lo`,
    hi: clause`entry.hi`,
    literal: numericLiteral,
  };
  if (kind === 'date') {
    return compareDate(readDateValue(name, text), columns);
  }
  if (kind === 'number') {
    return compareNumber(readNumberValue(name, text), columns);
  }
  const value = readQuantityValue(name, text);
  const amount = compareNumber(value, columns);
  return value.unit === undefined
    ? amount
    : clause`(${amount} and ${String(hash64(value.unit))}::bigint = any(entry.units))`;
}

export function numericLiteral(value: number): Clause {
  return clause`${String(value)}::text::numeric`;
}

/** Rows that have an entry under the parameter which meets the condition. */
export function hasEntry(scope: Scope, code: string, condition: Clause): Clause {
  const type = typeOf(scope);
  const numbers = arrayLiteral(indexedParameters(type, code).map((each) => parameterNumber(type, each)));
  return clause`(${column(scope, 'bucket')}, ${column(scope, 'rid')}) in (
    select entry.bucket, entry.rid from record.range_entry entry
    where entry.parameter = any(${numbers}::text::int[]) and ${condition})`;
}
