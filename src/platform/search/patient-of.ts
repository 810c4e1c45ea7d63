import type { CompiledPath } from './compiled-search.ts';
import { normalizeReference, parseLocalReference } from './references.ts';
import { patientParametersOf, searchParametersOf } from './search-parameters.ts';
import { isJson, walkPath } from './walk-path.ts';

export type IndexedResource = { readonly resourceType: string; readonly id?: string; readonly [name: string]: unknown };

/**
 * The patient whose compartment a resource belongs to: itself, or the first patient its leading parameters name.
 * `resolve` turns addresses that hold within a Bundle into those of the record.
 */
export function patientOf(
  resource: IndexedResource,
  baseUrl?: string,
  resolve: (address: string) => string | undefined = () => undefined,
): string | undefined {
  if (resource.resourceType === 'Patient') {
    return resource.id;
  }
  const parameters = searchParametersOf(resource.resourceType);
  for (const code of patientParametersOf(resource.resourceType)) {
    const paths = parameters.find((each) => each.code === code)?.paths ?? [];
    for (const { value } of paths.flatMap((path) => walkPath({ value: resource, type: '' }, anyTarget(path)))) {
      const address = isJson(value) ? value['reference'] : undefined;
      if (typeof address !== 'string') {
        continue;
      }
      const local = parseLocalReference(resolve(address) ?? normalizeReference(address, baseUrl));
      if (local?.type === 'Patient') {
        return local.id;
      }
    }
  }
  return undefined;
}

/** The path without its test of the target's type, which an address within a Bundle does not tell. */
function anyTarget(path: CompiledPath): CompiledPath {
  return { ...path, steps: path.steps.filter((step) => !('target' in step)) };
}
