/**
 * The form under which a reference is indexed and looked for: `Type/id` for a resource of this record, without version
 * and without our own base address; anything else (absolute, `urn:`) as it is.
 */
export function normalizeReference(address: string, baseUrl?: string): string {
  const own = baseUrl && address.startsWith(`${baseUrl}/`) ? address.slice(baseUrl.length + 1) : address;
  return own.replace(/\/_history\/[A-Za-z0-9\-.]{1,64}$/, '');
}

const relative = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})$/;

/** Splits `Type/id`; undefined for every other form. */
export function parseLocalReference(reference: string): { type: string; id: string } | undefined {
  const match = relative.exec(reference);
  return match?.[1] && match[2] ? { type: match[1], id: match[2] } : undefined;
}
