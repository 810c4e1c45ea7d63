import type { Issue } from '#platform/errors';
import { isJsonObject } from '../definitions/resource.ts';
import { checkResource } from './check-structure.ts';
import { startRun, type ValidationOptions } from './run.ts';

/**
 * All errors of a resource against FHIR R4; an empty list means that it is valid.
 * Each finding names its element by FHIRPath.
 */
export function validateResource(resource: unknown, options: ValidationOptions = {}): Issue[] {
  if (!isJsonObject(resource)) {
    return [{ severity: 'fatal', code: 'structure', text: 'A resource must be a JSON object.' }];
  }
  const run = startRun(resource, options);
  checkResource(run, resource);
  return run.issues;
}
