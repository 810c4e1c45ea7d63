import {
  type ComparedValue,
  hash64,
  indexedParameters,
  inUnits,
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
import { tooManyUnits } from './too-many-units.ts';

/** Units of one dimension, each of which is an alternative of the search. */
const unitsAtMost = 200;

type RangeKind = 'quantity' | 'number' | 'date';

/** Conditions on dates, numbers and quantities. `units` are those in which the record has quantities. */
export function compileRange(
  scope: Scope,
  parameter: SearchParameter,
  values: readonly string[],
  units: readonly string[],
): Clause {
  const { code, type } = parameter;
  return compareOrdered(scope, parameter, (columns) =>
    anyOf(values.map((value) => compareWith(columns, code, { kind: rangeKind(type), text: value, units }))),
  );
}

function rangeKind(type: string): RangeKind {
  return type === 'date' || type === 'number' ? type : 'quantity';
}

/** Compares the values of an ordered parameter where they are kept: in columns of the row, or in entries of their own. */
export function compareOrdered(
  scope: Scope,
  { code }: SearchParameter,
  compare: (columns: SpanColumns) => Clause,
): Clause {
  if (code === '_lastUpdated') {
    return compare(timeColumns(scope, 'updated', 'updated'));
  }
  if (code === leadingDateOf(typeOf(scope))) {
    return compare(timeColumns(scope, 'date_lo', 'date_hi'));
  }
  return hasEntry(scope, code, compare(entryColumns));
}

function timeColumns(scope: Scope, lo: string, hi: string): SpanColumns {
  return {
    lo: column(scope, lo),
    hi: column(scope, hi),
    literal: (value) => clause`${timestampLiteral(value)}::text::timestamptz`,
  };
}

/** Those of a row of the range table, alias `entry`. */
const entryColumns: SpanColumns = { lo: clause`entry.lo`, hi: clause`entry.hi`, literal: numericLiteral };

type Sought = { readonly kind: RangeKind; readonly text: string; readonly units: readonly string[] };

/** Compares a row of the range table, alias `entry`, with a sought value. */
export function compareEntry(name: string, sought: Sought): Clause {
  return compareWith(entryColumns, name, sought);
}

function compareWith(columns: SpanColumns, name: string, { kind, text, units }: Sought): Clause {
  if (kind === 'date') {
    return compareDate(readDateValue(name, text), columns);
  }
  if (kind === 'number') {
    return compareNumber(readNumberValue(name, text), columns);
  }
  const value = readQuantityValue(name, text);
  if (value.unit === undefined) {
    return compareNumber(value, columns);
  }
  const sought = inUnits({ ...value, unit: value.unit }, units);
  if (sought.length > unitsAtMost) {
    throw tooManyUnits(name);
  }
  return anyOf(sought.map((each) => compareInUnit(each, each.unit, columns)));
}

function compareInUnit(value: ComparedValue, unit: string, columns: SpanColumns): Clause {
  return clause`(${compareNumber(value, columns)} and ${String(hash64(unit))}::bigint = any(entry.units))`;
}

export function numericLiteral(value: number): Clause {
  return clause`${String(value)}::text::numeric`;
}

/** Rows that have an entry under the parameter which meets the condition. */
export function hasEntry(scope: Scope, code: string, condition: Clause): Clause {
  const type = typeOf(scope);
  const numbers = arrayLiteral(indexedParameters(type, code).map((each) => parameterNumber(type, each)));
  const wanted = clause`entry.parameter = any(${numbers}::text::int[]) and ${condition}`;
  const [bucket, rid] = [column(scope, 'bucket'), column(scope, 'rid')];
  // a filter looks at the entries of its row; otherwise the entries may be what finds the rows
  return scope.filters && !scope.spread
    ? clause`(exists (
        select from record.range_entry entry where entry.bucket = ${bucket} and entry.rid = ${rid} and ${wanted})) is true`
    : clause`(${bucket}, ${rid}) in (select entry.bucket, entry.rid from record.range_entry entry where ${wanted})`;
}
