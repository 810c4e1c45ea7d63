import { isJsonObject, type JsonObject } from '../../definitions/resource.ts';
import { indexBundle, resolveInBundle } from '../bundle-index.ts';
import { objectsOf } from '../questionnaire-items.ts';
import type { Run } from '../run.ts';

/** What a reference (object, or its text) points to, when the document itself holds it. */
export function resolveReference(run: Run, value: unknown): JsonObject | undefined {
  const reference = isJsonObject(value) ? value['reference'] : value;
  if (typeof reference !== 'string') return undefined;
  if (reference === '#') return run.rootResource;
  if (reference.startsWith('#'))
    return objectsOf(run.rootResource, 'contained').find((resource) => `#${String(resource['id'])}` === reference);
  if (run.document['resourceType'] !== 'Bundle') return undefined;
  run.bundle ??= indexBundle(run.document);
  return resolveInBundle(run.bundle, reference, run.bundle.urlOf.get(run.rootResource) ?? '')[0]?.resource;
}
