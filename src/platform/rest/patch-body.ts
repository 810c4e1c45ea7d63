import type { FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors';
import { applyFhirPathPatch, applyJsonPatch, isJsonObject, parseJson, type Resource } from '#platform/fhir';
import { readBody } from './read-resource-body.ts';
import { bodyOf, mediaTypeOf } from './request-headers.ts';

/** The function a PATCH body stands for: JSON Patch by its media type, else FHIRPath Patch as Parameters. */
export async function readPatch(request: FastifyRequest): Promise<(resource: Resource) => Resource> {
  if (mediaTypeOf(request) === 'application/json-patch+json') {
    return patchOf(parseJson(bodyOf(request)), true);
  }
  return patchOf(await readBody(request), false);
}

/** A patch within a Bundle: Parameters, or a Binary that carries a JSON Patch. FHIR R4, http.html#patch. */
export function readBundledPatch(resource: Resource): (resource: Resource) => Resource {
  if (resource.resourceType === 'Binary' && resource['contentType'] === 'application/json-patch+json') {
    const data = typeof resource['data'] === 'string' ? resource['data'] : '';
    return patchOf(parseJson(Buffer.from(data, 'base64').toString()), true);
  }
  return patchOf(resource, false);
}

function patchOf(patch: unknown, isJsonPatch: boolean): (resource: Resource) => Resource {
  if (isJsonPatch) {
    return (resource) => applyJsonPatch(resource, patch);
  }
  if (!isJsonObject(patch) || patch['resourceType'] !== 'Parameters') {
    throw new AppError('invalid', 'rest.patch-form', 'A FHIRPath Patch is a Parameters resource.');
  }
  return (resource) => applyFhirPathPatch(resource, patch);
}
