import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import { AppError } from '#platform/errors';
import { quoteKeywords } from './quote-keywords.ts';

/** Where the engine found a value: its parent, its JSON name there and its place in a list. */
export type PathNode = {
  readonly parentResNode: PathNode | null;
  readonly propName?: string | null;
  readonly index?: number | null;
  readonly data: unknown;
};

/**
 * The elements of a resource that an expression selects; computed values are left out.
 * Throws `AppError` `fhir.fhirpath-failed` when the expression cannot be read or evaluated.
 */
export function findNodes(expression: string, resource: unknown): PathNode[] {
  let found: unknown[];
  try {
    const options = { async: false, resolveInternalTypes: false, traceFn: () => undefined } as const;
    found = fhirpath.evaluate(
      resource,
      quoteKeywords(expression),
      { resource, rootResource: resource },
      r4,
      options,
    ) as unknown[]; // as: typed any[]
  } catch (cause) {
    throw new AppError(
      'invalid',
      'fhir.fhirpath-failed',
      `The FHIRPath expression cannot be evaluated: ${expression}`,
      { cause },
    );
  }
  return found.filter(isPathNode);
}

function isPathNode(value: unknown): value is PathNode {
  return typeof value === 'object' && value !== null && 'parentResNode' in value && 'data' in value;
}
