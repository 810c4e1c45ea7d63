import { randomUUID } from 'node:crypto';

/** One entry of a document: the address of a resource, and its text. */
export type DocumentEntry = { readonly fullUrl: string; readonly content: string };

export type DocumentFrame = {
  /** When it was put together. */
  readonly timestamp: string;
  readonly language?: string;
  readonly profile?: string;
};

/** A document as text: the Composition first, stored texts as they are. FHIR R4, documents.html. */
export function writeDocument(
  entries: readonly DocumentEntry[],
  { timestamp, language, profile }: DocumentFrame,
): string {
  const id = randomUUID();
  const meta = { lastUpdated: timestamp, ...(profile === undefined ? {} : { profile: [profile] }) };
  const head = {
    resourceType: 'Bundle',
    id,
    meta,
    ...(language === undefined ? {} : { language }),
    identifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${id}` },
    type: 'document',
    timestamp,
  };
  const list = entries.map(({ fullUrl, content }) => `{"fullUrl":${JSON.stringify(fullUrl)},"resource":${content}}`);
  return `${JSON.stringify(head).slice(0, -1)},"entry":[${list.join(',')}]}`;
}
