import { type Clause, clause } from '#platform/store';
import type { Path } from '../path/path-tree.ts';
import { countArgument, textArgument } from './arguments.ts';
import type { PathFunction, PathFunctions } from './functions.ts';
import { booleanOf, numericOf, textOf } from './operators.ts';
import { requireFamily, type Scope, toBoolean, toItem, toNumeric, toText } from './scope.ts';
import { onceNamed, type Value } from './value.ts';

/** A function of one text, whose arguments are texts. */
function ofText(count: number, make: (text: Clause, ...args: Clause[]) => Value): PathFunction {
  return {
    least: count,
    most: count,
    run: (input, args, scope) => {
      requireFamily(input, ['string'], 'the text');
      return make(toText(input, scope), ...args.map((argument) => textArgument(argument, scope)));
    },
  };
}

/** A function of one number. */
function ofNumber(make: (value: Clause, input: Value) => Value): PathFunction {
  return {
    least: 0,
    most: 0,
    run: (input, _, scope) => {
      requireFamily(input, ['number'], 'the number');
      return make(toNumeric(input, scope), input);
    },
  };
}

const none = clause`null`;

function substring(input: Value, [start, length]: readonly Path[], scope: Scope): Value {
  requireFamily(input, ['string'], 'the text');
  const from = start ? countArgument(start, scope) : none;
  const taken = length ? clause`, greatest(${countArgument(length, scope)}, 0)` : clause``;
  const sql = onceNamed(toText(input, scope), (text) =>
    onceNamed(
      from,
      (at) => clause`case when ${at} >= 0 and ${at} < length(${text}) then substr(${text}, ${at} + 1${taken}) end`,
    ),
  );
  return textOf(sql);
}

function toStringValue(input: Value, scope: Scope): Value {
  requireFamily(input, ['string', 'number', 'boolean', 'moment', 'time'], 'what is made a text');
  return textOf(toText(toItem(input, scope), scope));
}

/** The number a text spells, or that a number or boolean is; empty where it is none. */
function toNumber(input: Value, scope: Scope, type: 'integer' | 'decimal'): Value {
  const family = requireFamily(input, ['string', 'number', 'boolean'], 'what is made a number');
  if (family === 'boolean') {
    return numericOf(clause`(${toBoolean(input, scope)})::integer::numeric`, type);
  }
  const pattern = type === 'integer' ? clause`'^[+-]?\\d{1,18}$'` : clause`'^[+-]?\\d{1,40}(\\.\\d{1,40})?$'`;
  const spelt = onceNamed(
    toText(input, scope),
    (text) => clause`case when ${text} ~ ${pattern} then ${text}::numeric end`,
  );
  return numericOf(spelt, type);
}

function toTruth(input: Value, scope: Scope): Value {
  const family = requireFamily(input, ['string', 'number', 'boolean'], 'what is made true or false');
  if (family === 'boolean') {
    return booleanOf(toBoolean(input, scope));
  }
  const text = onceNamed(
    clause`lower(${toText(input, scope)})`,
    (it) => clause`case when ${it} in ('true', 't', 'yes', 'y', '1', '1.0') then true
      when ${it} in ('false', 'f', 'no', 'n', '0', '0.0') then false end`,
  );
  return booleanOf(text);
}

const round: PathFunction = {
  least: 0,
  most: 1,
  run: (input, [digits], scope) => {
    requireFamily(input, ['number'], 'the number');
    const places = digits ? clause`least(${countArgument(digits, scope)}, 40)` : clause`0`;
    return numericOf(clause`round(${toNumeric(input, scope)}, ${places})`, 'decimal');
  },
};

const sameType = ({ types }: Value): 'integer' | 'decimal' => (types.includes('decimal') ? 'decimal' : 'integer');

export const textFunctions: PathFunctions = {
  startsWith: ofText(1, (text, start = none) => booleanOf(clause`starts_with(${text}, ${start})`)),
  endsWith: ofText(1, (text, end = none) => booleanOf(clause`(right(${text}, length(${end})) = ${end})`)),
  contains: ofText(1, (text, part = none) => booleanOf(clause`(position(${part} in ${text}) > 0)`)),
  indexOf: ofText(1, (text, part = none) => numericOf(clause`(position(${part} in ${text}) - 1)::numeric`)),
  matches: ofText(1, (text, pattern = none) => booleanOf(clause`(${text} ~ ${pattern})`)),
  replace: ofText(2, (text, part = none, other = none) => textOf(clause`replace(${text}, ${part}, ${other})`)),
  replaceMatches: ofText(2, (text, pattern = none, other = none) =>
    textOf(clause`regexp_replace(${text}, ${pattern}, ${other}, 'g')`),
  ),
  upper: ofText(0, (text) => textOf(clause`upper(${text})`)),
  lower: ofText(0, (text) => textOf(clause`lower(${text})`)),
  trim: ofText(0, (text) => textOf(clause`btrim(${text}, E' \\t\\r\\n')`)),
  length: ofText(0, (text) => numericOf(clause`length(${text})::numeric`)),
  substring: { least: 1, most: 2, run: substring },
  toString: { least: 0, most: 0, run: (input: Value, _: readonly Path[], scope: Scope) => toStringValue(input, scope) },
  toInteger: { least: 0, most: 0, run: (input, _, scope) => toNumber(input, scope, 'integer') },
  toDecimal: { least: 0, most: 0, run: (input, _, scope) => toNumber(input, scope, 'decimal') },
  toBoolean: { least: 0, most: 0, run: (input, _, scope) => toTruth(input, scope) },
  abs: ofNumber((value, input) => numericOf(clause`abs(${value})`, sameType(input))),
  ceiling: ofNumber((value) => numericOf(clause`ceil(${value})`)),
  floor: ofNumber((value) => numericOf(clause`floor(${value})`)),
  truncate: ofNumber((value) => numericOf(clause`trunc(${value})`)),
  round,
  today: {
    least: 0,
    most: 0,
    run: () => textOf(clause`to_char(now() at time zone interval '04:00', 'YYYY-MM-DD')`, 'date'),
  },
  now: {
    least: 0,
    most: 0,
    run: () =>
      textOf(clause`to_char(now() at time zone interval '04:00', 'YYYY-MM-DD"T"HH24:MI:SS.MS+04:00')`, 'dateTime'),
  },
};
