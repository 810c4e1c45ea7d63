import { normalizeReference, parseLocalReference } from '#platform/search';
import type { ResourceAddress } from '#platform/store';

/**
 * The form in which a stored text holds a reference. Texts are not parsed: stored JSON has no white space, and a quote
 * within a value is escaped, so this can only be the element.
 */
const reference = /"reference":"([^"]*)"/g;

/** Gathers what stored JSON texts refer to within the record, each address once. */
export function createReferenceScan(baseUrl: string) {
  const found = new Map<string, ResourceAddress>();
  const read = new Set<string>();
  return {
    /** Reads one text more. Addresses are ASCII, so a text in Latin-1 does. */
    add: (text: string): void => {
      for (const [, address = ''] of text.matchAll(reference)) {
        if (!read.has(address)) {
          read.add(address);
          const local = parseLocalReference(normalizeReference(address, baseUrl));
          if (local) {
            found.set(`${local.type}/${local.id}`, local);
          }
        }
      }
    },
    /** The addresses found since this was asked last. */
    take: (): ReadonlyMap<string, ResourceAddress> => {
      const taken = new Map(found);
      found.clear();
      return taken;
    },
  };
}

export type ReferenceScan = ReturnType<typeof createReferenceScan>;
