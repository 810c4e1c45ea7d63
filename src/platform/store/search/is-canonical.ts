import type { SearchParameter } from '#platform/search';

/** Whether all that the parameter refers to is named by canonical url; that has versions, not a hierarchy. */
export function isCanonical({ paths }: SearchParameter): boolean {
  return paths.every((path) => path.types.every((type) => type === 'canonical' || type === 'uri'));
}
