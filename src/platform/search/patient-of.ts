import type { CompiledPath } from './compiled-search.ts';
import { normalizeReference, parseLocalReference } from './references.ts';
import { findSearchParameter, patientParametersOf } from './search-parameters.ts';
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
  const [first] = patientsIn(resource, baseUrl, resolve);
  return first;
}

/** All patients whose compartments a resource belongs to, the one whose record it lies in first. */
export function patientsOf(resource: IndexedResource, baseUrl?: string): string[] {
  return [...new Set(patientsIn(resource, baseUrl, () => undefined))];
}

/** The patients a Patient says it is linked to: each lies in a record of its own. */
export function linkedPatientsOf(resource: IndexedResource, baseUrl?: string): string[] {
  const paths = resource.resourceType === 'Patient' ? (findSearchParameter('Patient', 'link')?.paths ?? []) : [];
  return paths
    .flatMap((path) => [...walkPath({ value: resource, type: '' }, path)])
    .flatMap(({ value }) => {
      const address = isJson(value) ? value['reference'] : undefined;
      const local = typeof address === 'string' ? parseLocalReference(normalizeReference(address, baseUrl)) : undefined;
      return local?.type === 'Patient' ? [local.id] : [];
    });
}

function* patientsIn(
  resource: IndexedResource,
  baseUrl: string | undefined,
  resolve: (address: string) => string | undefined,
): Generator<string> {
  if (resource.resourceType === 'Patient' && resource.id !== undefined) {
    yield resource.id;
  }
  for (const path of patientPathsOf(resource.resourceType)) {
    for (const { value } of walkPath({ value: resource, type: '' }, path)) {
      const address = isJson(value) ? value['reference'] : undefined;
      if (typeof address !== 'string') {
        continue;
      }
      const local = parseLocalReference(resolve(address) ?? normalizeReference(address, baseUrl));
      if (local?.type === 'Patient') {
        yield local.id;
      }
    }
  }
}

const pathsByType = new Map<string, readonly CompiledPath[]>();

/** Where the type names its patients, the leading parameter first. */
function patientPathsOf(type: string): readonly CompiledPath[] {
  let paths = pathsByType.get(type);
  if (!paths) {
    paths = patientParametersOf(type).flatMap((code) => findSearchParameter(type, code)?.paths.map(anyTarget) ?? []);
    pathsByType.set(type, paths);
  }
  return paths;
}

/** The path without its test of the target's type, which an address within a Bundle does not tell. */
function anyTarget(path: CompiledPath): CompiledPath {
  return { ...path, steps: path.steps.filter((step) => !('target' in step)) };
}
