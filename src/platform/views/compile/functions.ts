import { PathSyntaxError } from '../path/path-syntax-error.ts';
import type { Path } from '../path/path-tree.ts';
import { boundaryFunctions } from './boundary-functions.ts';
import { collectionFunctions } from './collection-functions.ts';
import { keyFunctions } from './key-functions.ts';
import type { Scope } from './scope.ts';
import { textFunctions } from './text-functions.ts';
import type { Value } from './value.ts';

/** A function of FHIRPath: how many arguments it takes, and what it makes of its input. */
export type PathFunction = {
  readonly least: number;
  readonly most: number;
  readonly run: (input: Value, args: readonly Path[], scope: Scope) => Value;
};

export type PathFunctions = Readonly<Record<string, PathFunction>>;

const functions: ReadonlyMap<string, PathFunction> = new Map(
  Object.entries({ ...collectionFunctions, ...textFunctions, ...boundaryFunctions, ...keyFunctions }),
);

export function callFunction(name: string, input: Value, args: readonly Path[], scope: Scope): Value {
  const found = functions.get(name);
  if (!found) {
    throw new PathSyntaxError(`views do not know the function ${name}()`);
  }
  if (args.length < found.least || args.length > found.most) {
    const wanted = found.least === found.most ? found.least : `${found.least} to ${found.most}`;
    throw new PathSyntaxError(`${name}() takes ${wanted} arguments`);
  }
  return found.run(input, args, scope);
}
