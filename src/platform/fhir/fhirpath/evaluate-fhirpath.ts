import { AppError } from '#platform/errors';
import { compileFhirPath, type FhirPath, type FhirPathVariables } from './compile-fhirpath.ts';

/** Expressions kept ready; the oldest gives way, so that requests cannot fill memory. */
const maxCached = 2_000;
const cache = new Map<string, FhirPath>();

/**
 * Evaluates FHIRPath over a resource with the R4 model.
 * Throws `AppError` `fhir.fhirpath-failed` when the expression cannot be read or evaluated.
 */
export function evaluateFhirPath(expression: string, resource: unknown, variables?: FhirPathVariables): unknown[] {
  try {
    return prepared(expression)(resource, { resource, rootResource: resource, ...variables });
  } catch (cause) {
    throw new AppError(
      'invalid',
      'fhir.fhirpath-failed',
      `The FHIRPath expression cannot be evaluated: ${expression}`,
      { cause },
    );
  }
}

function prepared(expression: string): FhirPath {
  const known = cache.get(expression);
  if (known) return known;
  const fresh = compileFhirPath(expression);
  const oldest = cache.size >= maxCached ? cache.keys().next().value : undefined;
  if (oldest !== undefined) cache.delete(oldest);
  cache.set(expression, fresh);
  return fresh;
}
