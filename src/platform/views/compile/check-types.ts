import { invalidView } from '../errors.ts';
import { type Column, columnsOf, type Selection, siblingOf } from '../view-tree.ts';
import { nameTypes } from './scope.ts';
import { familyOfAll, isOfType } from './static-types.ts';
import type { Value } from './value.ts';

/**
 * Holds what a column says it is against what its path comes to. Primitives of one family may stand for one another (a
 * code is a string); a column of a complex type must name it.
 */
export function checkColumnType({ type, place }: Column, { types }: Value): void {
  const family = familyOfAll(types);
  if (types.length === 0 || family === 'mixed') {
    return;
  }
  if (type === undefined) {
    if (family === 'complex') {
      throw invalidView(place, `comes to ${nameTypes(types)}, which the column must name as its type.`);
    }
    return;
  }
  const fits = family === 'complex' ? types.some((each) => isOfType(each, type)) : family === familyOfAll([type]);
  if (!fits) {
    throw invalidView(place, `comes to ${nameTypes(types)}, which is no ${type}.`);
  }
}

/** The branches of a union have columns of the same types, as far as they say which. */
export function checkUnion([first, ...others]: readonly Selection[]): void {
  const wanted = first ? columnsOf(first) : [];
  for (const other of others) {
    for (const [at, column] of columnsOf(other).entries()) {
      const [one, another] = [wanted[at]?.type, column.type];
      const differ = one !== undefined && another !== undefined && familyOfAll([one]) !== familyOfAll([another]);
      if (differ) {
        throw invalidView(siblingOf(column.place, 'type'), 'is another than in the first of the union.');
      }
    }
  }
}
