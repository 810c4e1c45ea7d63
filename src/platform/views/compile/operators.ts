import { type Clause, clause, verbatim } from '#platform/store';
import { PathSyntaxError } from '../path/path-syntax-error.ts';
import type { BinaryOperator, Path } from '../path/path-tree.ts';
import { nameTypes, requireFamily, type Scope, toBoolean, toItem, toNumeric, toText } from './scope.ts';
import { familyOfAll, isOfType } from './static-types.ts';
import { freshName, onceNamed, toJson, toList, type Value } from './value.ts';

type Sides = { readonly left: Value; readonly right: Value; readonly scope: Scope };

/** An operator between two expressions. */
export function binary(operator: BinaryOperator, leftPath: Path, rightPath: Path, scope: Scope): Value {
  const sides = { left: scope.compile(leftPath, scope), right: scope.compile(rightPath, scope), scope };
  switch (operator) {
    case 'and':
    case 'or':
    case 'xor':
    case 'implies':
      return booleanOf(logic(operator, sides));
    case '=':
      return booleanOf(equality(sides));
    case '!=':
      return booleanOf(clause`(not ${equality(sides)})`);
    case '<':
    case '>':
    case '<=':
    case '>=':
      return booleanOf(comparison(operator, sides));
    case 'in':
      return booleanOf(membership(sides.left, sides.right, scope));
    case 'contains':
      return booleanOf(membership(sides.right, sides.left, scope));
    case '|':
      return union(sides);
    case '&':
      return textOf(clause`(coalesce(${textSide(sides.left, scope, '&')}, '') ||
        coalesce(${textSide(sides.right, scope, '&')}, ''))`);
    case '+':
    case '-':
    case '*':
    case '/':
    case 'div':
    case 'mod':
      return arithmetic(operator, sides);
    default:
      throw new PathSyntaxError(`views do not take the operator ${operator}`);
  }
}

export function booleanOf(sql: Clause): Value {
  return { form: 'boolean', sql, types: ['boolean'] };
}

export function textOf(sql: Clause, type = 'string'): Value {
  return { form: 'text', sql, types: [type] };
}

export function numericOf(sql: Clause, type: 'integer' | 'decimal' = 'integer'): Value {
  return { form: 'numeric', sql, types: [type] };
}

/** SQL knows three values as FHIRPath does: null is the empty collection. */
function logic(operator: 'and' | 'or' | 'xor' | 'implies', { left, right, scope }: Sides): Clause {
  const [one, other] = [toBoolean(left, scope), toBoolean(right, scope)];
  switch (operator) {
    case 'and':
      return clause`(${one} and ${other})`;
    case 'or':
      return clause`(${one} or ${other})`;
    case 'xor':
      return clause`(${one} <> ${other})`;
    case 'implies':
      return clause`(not ${one} or ${other})`;
  }
}

function textSide(value: Value, scope: Scope, operator: string): Clause {
  requireFamily(value, ['string'], `a side of ${operator}`);
  return toText(value, scope);
}

/** Null where a side is empty. Lists are equal when they have equal values in the same order. */
function equality({ left, right, scope }: Sides): Clause {
  if (left.form !== 'list' && right.form !== 'list') {
    return itemEquality(left, right, scope);
  }
  if (isMoment(left) && isMoment(right)) {
    return momentListEquality(left, right, scope);
  }
  return onceNamed(toList(left), (one) =>
    onceNamed(
      toList(right),
      (other) => clause`case when ${one} <> '[]' and ${other} <> '[]' then ${one} = ${other} end`,
    ),
  );
}

function isMoment({ types }: Value): boolean {
  const family = familyOfAll(types);
  return family === 'moment' || family === 'time';
}

/** Lists of one; those of several dates are equal as texts. */
function momentListEquality(left: Value, right: Value, scope: Scope): Clause {
  const only = (list: Clause, { types }: Value): Value => ({ form: 'item', sql: clause`(${list}->0)`, types });
  return onceNamed(toList(left), (one) =>
    onceNamed(
      toList(right),
      (other) => clause`case when ${one} = '[]' or ${other} = '[]' then null
        when jsonb_array_length(${one}) = 1 and jsonb_array_length(${other}) = 1
        then ${itemEquality(only(one, left), only(other, right), scope)} else ${one} = ${other} end`,
    ),
  );
}

function itemEquality(left: Value, right: Value, scope: Scope): Clause {
  const [one, other] = [familyOfAll(left.types), familyOfAll(right.types)];
  if (one !== other) {
    return clause`(${toJson(left)} = ${toJson(right)})`;
  }
  switch (one) {
    case 'string':
      return clause`(${toText(left, scope)} = ${toText(right, scope)})`;
    case 'number':
      return clause`(${toNumeric(left, scope)} = ${toNumeric(right, scope)})`;
    case 'boolean':
      return clause`(${toBoolean(left, scope)} = ${toBoolean(right, scope)})`;
    case 'moment':
    case 'time':
      return clause`(${compared(left, right, scope)} = 0)`;
    default:
      return clause`(${toJson(left)} = ${toJson(right)})`;
  }
}

/** -1, 0 or 1; null where precision leaves it open. */
function compared(left: Value, right: Value, scope: Scope): Clause {
  const day = verbatim(familyOfAll(left.types) === 'time' ? `'1970-01-01T' || ` : '');
  return clause`views.compare_moments(${day}${toText(left, scope)}, ${day}${toText(right, scope)})`;
}

function comparison(operator: '<' | '>' | '<=' | '>=', { left, right, scope }: Sides): Clause {
  const what = `a side of ${operator}`;
  const one = requireFamily(left, ['string', 'number', 'moment', 'time'], what);
  const other = requireFamily(right, ['string', 'number', 'moment', 'time'], what);
  if (one !== other && one !== 'none' && other !== 'none') {
    throw new PathSyntaxError(
      `${nameTypes(left.types)} and ${nameTypes(right.types)} cannot be compared by ${operator}`,
    );
  }
  const sign = verbatim(operator);
  switch (one === 'none' ? other : one) {
    case 'number':
      return clause`(${toNumeric(left, scope)} ${sign} ${toNumeric(right, scope)})`;
    case 'moment':
    case 'time':
      return clause`(${compared(left, right, scope)} ${sign} 0)`;
    default:
      return clause`(${toText(left, scope)} collate "C" ${sign} ${toText(right, scope)} collate "C")`;
  }
}

function membership(element: Value, list: Value, scope: Scope): Clause {
  const name = freshName('e');
  const each: Value = { form: 'item', sql: verbatim(`${name}.v`), types: list.types };
  return onceNamed(toJson(toItem(element, scope)), (it) => {
    const one: Value = { form: 'item', sql: it, types: element.types };
    return clause`case when ${it} is not null then exists(
      select from jsonb_array_elements(${toList(list)}) as ${verbatim(name)}(v)
      where ${itemEquality(one, each, scope)}) end`;
  });
}

/** Each value once, in the order they come in. */
function union({ left, right }: Sides): Value {
  const sql = clause`(${toList(left)} || ${toList(right)})`;
  return { form: 'list', sql: distinct(sql), types: [...new Set([...left.types, ...right.types])] };
}

export function distinct(list: Clause): Clause {
  const name = freshName('d');
  return clause`(select coalesce(jsonb_agg(${verbatim(name)}.v order by ${verbatim(name)}.n), '[]')
    from (select v, min(n) as n from jsonb_array_elements(${list}) with ordinality as e(v, n) group by v)
    as ${verbatim(name)})`;
}

function arithmetic(operator: '+' | '-' | '*' | '/' | 'div' | 'mod', { left, right, scope }: Sides): Value {
  const what = `a side of ${operator}`;
  const wanted = operator === '+' ? (['number', 'string'] as const) : (['number'] as const);
  const one = requireFamily(left, wanted, what);
  const other = requireFamily(right, wanted, what);
  if (one === 'string' || other === 'string') {
    return textOf(clause`(${textSide(left, scope, operator)} || ${textSide(right, scope, operator)})`);
  }
  const [a, b] = [toNumeric(left, scope), toNumeric(right, scope)];
  const type = [...left.types, ...right.types].every((each) => isOfType(each, 'integer')) ? 'integer' : 'decimal';
  switch (operator) {
    case '/':
      // Decimals of FHIRPath have eight places.
      return numericOf(clause`trim_scale(round(${a} / nullif(${b}, 0), 8))`, 'decimal');
    case 'div':
      return numericOf(clause`trunc(${a} / nullif(${b}, 0))`);
    case 'mod':
      return numericOf(clause`mod(${a}, nullif(${b}, 0))`, type);
    default:
      return numericOf(clause`(${a} ${verbatim(operator)} ${b})`, type);
  }
}
