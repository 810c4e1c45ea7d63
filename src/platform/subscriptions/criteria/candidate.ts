import type { Resource } from '#platform/fhir';
import { type IndexEntries, indexEntriesOf, type ParameterTable } from '#platform/search';

/** One version of a resource, ready to be held against many criteria. */
export type Candidate = {
  readonly type: string;
  readonly id: string;
  readonly resource: Resource;
  /** Time of the version, in milliseconds. */
  readonly updated: number;
  readonly entries: IndexEntries;
  readonly keys: ReadonlySet<bigint>;
};

/** `content` is a stored version: it is read with plain numbers, as when it was indexed. */
export function toCandidate(content: string, updated: string, baseUrl?: string, table?: ParameterTable): Candidate {
  const resource = JSON.parse(content) as Resource; // as: it was validated when it was stored
  const entries = indexEntriesOf(resource, baseUrl, table);
  const { resourceType: type, id = '' } = resource;
  return { type, id, resource, updated: Date.parse(updated), entries, keys: new Set(entries.keys) };
}
