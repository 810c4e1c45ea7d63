import { normalizeReference, parseLocalReference, type SearchParameter, walkPath } from '#platform/search';

/** Resources of this record that a resource refers to in the elements of a reference parameter. */
export function referencesIn(
  resource: unknown,
  parameter: SearchParameter,
  baseUrl: string | undefined,
): { readonly type: string; readonly id: string }[] {
  return parameter.paths
    .flatMap((path) => walkPath({ value: resource, type: '' }, path))
    .flatMap(({ value }) => {
      const address = typeof value === 'object' && value !== null && 'reference' in value ? value.reference : undefined;
      const local = typeof address === 'string' ? parseLocalReference(normalizeReference(address, baseUrl)) : undefined;
      return local ? [local] : [];
    });
}
