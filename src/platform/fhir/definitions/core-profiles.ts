import { readGenerated } from './read-generated.ts';
import type { JsonObject } from './resource.ts';

let profiles: Record<string, JsonObject> | undefined;

/** A profile that R4 itself publishes, by URL; the table is read when the first is asked for. */
export function findCoreProfile(url: string): JsonObject | undefined {
  if (!url.startsWith('http://hl7.org/fhir/StructureDefinition/')) return undefined;
  profiles ??= readGenerated('profiles.json') as Record<string, JsonObject>; // as: generated file
  return Object.hasOwn(profiles, url) ? profiles[url] : undefined;
}
