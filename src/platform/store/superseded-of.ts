import { isJsonObject } from '#platform/fhir';
import { patientOf } from '#platform/search';
import { arrayLiteral } from './array-literal.ts';
import { everyBucketOfPatient } from './elsewhere.ts';
import type { ResourceAddress } from './read-rows.ts';
import type { Sql } from './sql.ts';
import type { Store } from './store.ts';

/** Versions of one resource that were a patient's, while the resource is another's now. */
export type SupersededVersions = ResourceAddress & {
  readonly bucket: number;
  readonly versions: readonly number[];
};

/**
 * The versions that were stored as the patient's in resources that are not among the given ones: corrected to be another's
 * since, or made again under the id of a deleted one. Reads the history in the buckets of the patient, a small part of all.
 */
export async function supersededOf(
  sql: Sql,
  { baseUrl }: Store,
  given: readonly ResourceAddress[],
  patient: string,
): Promise<SupersededVersions[]> {
  const isGiven = new Set(given.map(({ type, id }) => `${type}/${id}`));
  const buckets = await everyBucketOfPatient(sql, patient);
  const named = `Patient/${patient}`;
  const addresses = await sql<(ResourceAddress & { bucket: number })[]>`
    select distinct bucket, type, id
    from record.history
    where bucket = any(${arrayLiteral(buckets)}::text::smallint[]) and strpos(content, ${named}) > 0
    order by bucket, type, id`;
  const found: SupersededVersions[] = [];
  for (const { bucket, type, id } of addresses.filter((each) => !isGiven.has(`${each.type}/${each.id}`))) {
    const rows = await sql<{ version: number; content: string }[]>`
      select version, content
      from record.history
      where bucket = ${bucket} and type = ${type} and id = ${id} and strpos(content, ${named}) > 0
      order by version`;
    const versions = rows
      .filter(({ content }) => {
        const resource: unknown = JSON.parse(content);
        return isJsonObject(resource) && patientOf({ ...resource, resourceType: type, id }, baseUrl) === patient;
      })
      .map(({ version }) => version);
    if (versions.length > 0) {
      found.push({ bucket, type, id, versions });
    }
  }
  return found;
}
