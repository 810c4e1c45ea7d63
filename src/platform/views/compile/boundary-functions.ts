import { type Clause, clause } from '#platform/store';
import { PathSyntaxError } from '../path/path-syntax-error.ts';
import type { Path } from '../path/path-tree.ts';
import { countArgument } from './arguments.ts';
import type { PathFunction, PathFunctions } from './functions.ts';
import { member } from './members.ts';
import { numericOf, textOf } from './operators.ts';
import { nameTypes, type Scope, toItem, toNumeric, toText } from './scope.ts';
import { familyOfAll } from './static-types.ts';
import type { Value } from './value.ts';

/** The least or greatest value that what is written may mean. */
function boundary(input: Value, precision: Path | undefined, scope: Scope, isHigh: boolean): Value {
  const digits = (otherwise: Clause): Clause => (precision ? countArgument(precision, scope) : otherwise);
  const high = isHigh ? clause`true` : clause`false`;
  if (input.types.length > 0 && input.types.every((type) => type === 'Period')) {
    const end = member(toItem(input, scope), isHigh ? 'end' : 'start');
    return boundary(end, precision, scope, isHigh);
  }
  switch (familyOfAll(input.types)) {
    case 'number':
      return numericOf(
        clause`views.decimal_boundary(${toNumeric(input, scope)}, ${high}, ${digits(clause`null`)})`,
        'decimal',
      );
    case 'moment': {
      const isDay = input.types.every((type) => type === 'date');
      const usual = isDay ? clause`8` : clause`17`;
      const sql = clause`views.moment_boundary(${toText(input, scope)}, ${high}, ${digits(usual)})`;
      return textOf(sql, isDay ? 'date' : 'dateTime');
    }
    case 'time':
      return textOf(clause`views.time_boundary(${toText(input, scope)}, ${high}, ${digits(clause`9`)})`, 'time');
    case 'none':
      return input;
    default:
      throw new PathSyntaxError(`${nameTypes(input.types)} has no boundaries; choose a type with ofType()`);
  }
}

const asFunction = (isHigh: boolean): PathFunction => ({
  least: 0,
  most: 1,
  run: (input, [precision], scope) => boundary(input, precision, scope, isHigh),
});

export const boundaryFunctions: PathFunctions = {
  lowBoundary: asFunction(false),
  highBoundary: asFunction(true),
};
