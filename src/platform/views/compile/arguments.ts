import { type Clause, clause, verbatim } from '#platform/store';
import { PathSyntaxError } from '../path/path-syntax-error.ts';
import type { Path } from '../path/path-tree.ts';
import { requireFamily, type Scope, toNumeric, toText } from './scope.ts';
import { resolveType } from './static-types.ts';
import type { Value } from './value.ts';

/** The FHIR type an argument names: `Quantity`, `FHIR.Quantity`, `System.String`. */
export function typeArgument(path: Path | undefined): string {
  const isQualified = path?.kind === 'member' && path.of?.kind === 'member' && path.of.of === undefined;
  const namespace = isQualified && path.of?.kind === 'member' ? path.of.name : undefined;
  const isName = path?.kind === 'member' && (path.of === undefined || isQualified);
  const type = isName ? resolveType(namespace, path.name) : undefined;
  if (type === undefined) {
    throw new PathSyntaxError(isName ? `${path.name} is no type of FHIR R4` : 'a name of a type is expected');
  }
  return type;
}

export function textArgument(path: Path, scope: Scope): Clause {
  const value = scope.compile(path, scope);
  requireFamily(value, ['string'], 'the argument');
  return toText(value, scope);
}

/** An argument that counts. One that is no whole number is cut off; what is out of reach is brought within. */
export function countArgument(path: Path, scope: Scope): Clause {
  const value = scope.compile(path, scope);
  requireFamily(value, ['number'], 'the argument');
  return clause`least(greatest(trunc(${toNumeric(value, scope)}), -1), 2147483647)::integer`;
}

/** The scope of a criteria or projection: `$this` is the row of that name, counted from 1 in its column `n`. */
export function within(scope: Scope, name: string, types: Value['types']): Scope {
  return {
    ...scope,
    focus: { form: 'item', sql: verbatim(`${name}.v`), types },
    index: verbatim(`(${name}.n - 1)`),
  };
}
