import { isJsonObject } from '#platform/fhir';

/** A reference found in a resource, with the FHIRPath of its element. */
export type FoundReference = { readonly address: string; readonly path: string };

/** Elements whose text is a name or a key, never an address of another entry. */
const neverAddresses = new Set(['system', 'value', 'div', 'fullUrl']);

/**
 * Replaces, in place, every address that `replacement` knows: `Reference.reference`, other elements whose whole text
 * is an address, and links within narrative. FHIR R4, http.html#trules.
 */
export function rewriteReferences(node: unknown, replacement: (address: string) => string | undefined): void {
  if (Array.isArray(node)) {
    node.forEach((item: unknown, at) => {
      if (typeof item === 'string') {
        node[at] = (isEntryAddress(item) ? replacement(item) : undefined) ?? item;
      } else {
        rewriteReferences(item, replacement);
      }
    });
    return;
  }
  if (!isJsonObject(node)) {
    return;
  }
  for (const [name, value] of Object.entries(node)) {
    if (typeof value !== 'string') {
      rewriteReferences(value, replacement);
    } else if (name === 'div') {
      node[name] = value.replace(/((?:href|src)=")([^"]+)"/g, (whole, start: string, address: string) => {
        const known = replacement(address);
        return known === undefined ? whole : `${start}${known}"`;
      });
    } else if (name === 'reference' || (isEntryAddress(value) && !neverAddresses.has(name))) {
      node[name] = replacement(value) ?? value;
    }
  }
}

function isEntryAddress(text: string): boolean {
  return text.startsWith('urn:uuid:') || text.startsWith('urn:oid:');
}

/** Every `Reference.reference` of a resource. */
export function findReferences(node: unknown, path: string): FoundReference[] {
  if (Array.isArray(node)) {
    return node.flatMap((item, at) => findReferences(item, `${path}[${at}]`));
  }
  if (!isJsonObject(node)) {
    return [];
  }
  return Object.entries(node).flatMap(([name, value]) =>
    name === 'reference' && typeof value === 'string'
      ? [{ address: value, path }]
      : findReferences(value, `${path}.${name}`),
  );
}
