import { type Clause, clause } from '#platform/store';
import { PathSyntaxError } from '../path/path-syntax-error.ts';
import type { Path } from '../path/path-tree.ts';
import { countArgument, typeArgument } from './arguments.ts';
import { isOf } from './collection-functions.ts';
import { callFunction } from './functions.ts';
import { member, ofType } from './members.ts';
import { binary, booleanOf, numericOf, textOf } from './operators.ts';
import { requireFamily, type Scope, toItem, toNumeric } from './scope.ts';
import { findElement } from './static-types.ts';
import { emptyList, onceNamed, toList, type Value } from './value.ts';

/** Compiles an expression. Throws `PathSyntaxError` where it names what there is not or mixes what does not mix. */
export function compilePath(path: Path, scope: Scope): Value {
  switch (path.kind) {
    case 'literal':
      return given(path.type, path.text);
    case 'empty':
      return { form: 'list', sql: emptyList, types: [] };
    case 'this':
      return scope.focus;
    case 'index':
      return numericOf(indexOf(scope));
    case 'variable':
      return variable(path.name, scope);
    case 'member':
      return path.of ? member(compilePath(path.of, scope), path.name) : beginning(path.name, scope);
    case 'item':
      return itemAt(compilePath(path.of, scope), path.at, scope);
    case 'call':
      return callFunction(path.name, path.of ? compilePath(path.of, scope) : scope.focus, path.args, scope);
    case 'type': {
      const value = compilePath(path.of, scope);
      const type = typeArgument(path.type);
      return path.operator === 'is' ? isOf(value, type, scope) : ofType(value, type);
    }
    case 'sign': {
      const value = compilePath(path.of, scope);
      requireFamily(value, ['number'], 'what has a minus sign');
      return numericOf(clause`(- ${toNumeric(value, scope)})`, value.types.includes('decimal') ? 'decimal' : 'integer');
    }
    case 'binary':
      return binary(path.operator, path.left, path.right, scope);
  }
}

/** A literal or a constant, as a parameter of the statement. */
function given(type: string, text: string): Value {
  switch (type) {
    case 'boolean':
      return booleanOf(text === 'true' ? clause`true` : clause`false`);
    case 'integer':
    case 'positiveInt':
    case 'unsignedInt':
    case 'integer64':
      return numericOf(clause`${text}::text::numeric`);
    case 'decimal':
      return numericOf(clause`${text}::text::numeric`, 'decimal');
    default:
      return textOf(clause`${text}::text`, type);
  }
}

function indexOf({ index }: Scope): Clause {
  if (!index) {
    throw new PathSyntaxError('$index has a meaning only in the criteria of a function');
  }
  return clause`${index}::numeric`;
}

const environment: Readonly<Record<string, string>> = {
  sct: 'http://snomed.info/sct',
  loinc: 'http://loinc.org',
  ucum: 'http://unitsofmeasure.org',
};

function variable(name: string, scope: Scope): Value {
  const constant = scope.constants.get(name);
  if (constant) {
    return given(constant.type, constant.text);
  }
  switch (name) {
    case 'rowIndex':
      return numericOf(clause`${scope.rowIndex}::numeric`);
    case 'resource':
    case 'rootResource':
    case 'context':
      return scope.resource;
    default: {
      const address = environment[name];
      if (address === undefined) {
        throw new PathSyntaxError(`there is no constant ${name}`);
      }
      return textOf(clause`${address}::text`);
    }
  }
}

/** The first name of an expression: an element, or the type of the resource itself (`Patient.name`). */
function beginning(name: string, { focus }: Scope): Value {
  const isOwnType = focus.types.includes(name) && !focus.types.some((type) => findElement(type, name));
  return isOwnType ? focus : member(focus, name);
}

function itemAt(value: Value, at: Path, scope: Scope): Value {
  const { types } = value;
  const place = scope.compile(at, scope);
  requireFamily(place, ['number'], 'the place in a collection');
  const index = countArgument(at, scope);
  const list = value.form === 'list' ? value.sql : toList(toItem(value, scope));
  // PostgreSQL counts a negative place from the end, FHIRPath finds nothing there.
  const sql =
    at.kind === 'literal' && /^\d+$/.test(at.text)
      ? clause`(${list}->${index})`
      : onceNamed(index, (it) => clause`case when ${it} >= 0 then ${list}->${it} end`);
  return { form: 'item', sql, types };
}
