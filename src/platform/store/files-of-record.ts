import { isJsonObject } from '#platform/fhir';
import { normalizeReference, parseLocalReference, tokenForm, valueKey } from '#platform/search';
import { arrayLiteral } from './array-literal.ts';
import { findReferrers } from './find-referrers.ts';
import { findMany, findNewestOf, findVersion, type ResourceAddress, type StoredVersion } from './read-rows.ts';
import type { Sql } from './sql.ts';
import type { Store } from './store.ts';
import type { SupersededVersions } from './superseded-of.ts';

type Placed = ResourceAddress & { readonly bucket: number };

export type FilesOfRecord = {
  /** Binaries of the patient alone. */
  readonly own: readonly Placed[];
  /** Binaries that the record names as well, and that are another's or cannot be shown to be the patient's alone. */
  readonly kept: readonly ResourceAddress[];
};

/** Whose attachments are looked at: those of whole resources, and of single versions of others. */
type Naming = { readonly erased: readonly Placed[]; readonly superseded: readonly SupersededVersions[] };

/** A Binary with more versions may be named by any of them in too many ways to look for. */
const versionsAtMost = 100;

/**
 * The Binaries that attachments of any version of a patient's resources point to. One is the patient's own where its
 * `securityContext` says so and nothing outside of the record names it, as far as that is indexed: references and
 * DocumentReference.location. Who names it in other attachments cannot be found out, so that one without a context
 * is not known to be anybody's.
 */
export async function filesOfRecord(
  sql: Sql,
  { baseUrl }: Store,
  { erased, superseded }: Naming,
  patient: string,
): Promise<FilesOfRecord> {
  const own: Placed[] = [];
  const kept: ResourceAddress[] = [];
  const isErased = new Set(erased.map(({ type, id }) => `${type}/${id}`));
  // one at a time, since each may hold tens of megabytes
  for (const address of await filesNamedBy(sql, { erased, superseded }, baseUrl)) {
    const [file] = await findNewestOf(sql, [address]);
    if (!file || file.method === 'ERASE') {
      continue;
    }
    const context = await contextOf(sql, file, baseUrl);
    const isOwn =
      context !== undefined &&
      (isErased.has(`${context.type}/${context.id}`) || (await patientBehind(sql, context)) === patient) &&
      !(await isNamedOutside(sql, file, patient, baseUrl));
    if (isOwn) {
      own.push({ type: file.type, id: file.id, bucket: file.bucket });
    } else {
      kept.push({ type: file.type, id: file.id });
    }
  }
  return { own, kept };
}

async function filesNamedBy(
  sql: Sql,
  { erased, superseded }: Naming,
  baseUrl: string | undefined,
): Promise<ResourceAddress[]> {
  const single = superseded.flatMap(({ versions, ...address }) => versions.map((version) => ({ ...address, version })));
  const rows = await sql<{ url: string }[]>`
    with given as materialized (
      select bucket, type, id
      from unnest(${arrayLiteral(erased.map(({ bucket }) => bucket))}::text::smallint[],
          ${arrayLiteral(erased.map(({ type }) => type))}::text::text[],
          ${arrayLiteral(erased.map(({ id }) => id))}::text::text[]) as g(bucket, type, id)
    ),
    single as materialized (
      select bucket, type, id, version
      from unnest(${arrayLiteral(single.map(({ bucket }) => bucket))}::text::smallint[],
          ${arrayLiteral(single.map(({ type }) => type))}::text::text[],
          ${arrayLiteral(single.map(({ id }) => id))}::text::text[],
          ${arrayLiteral(single.map(({ version }) => version))}::text::int[]) as g(bucket, type, id, version)
    ),
    version as (
      select r.content from record.resource r join given g on r.bucket = g.bucket and r.type = g.type and r.id = g.id
      union all
      select h.content from record.history h join given g on h.bucket = g.bucket and h.type = g.type and h.id = g.id
      union all
      select h.content
      from record.history h
        join single s on h.bucket = s.bucket and h.type = s.type and h.id = s.id and h.version = s.version
    )
    select distinct m[1] as url
    from version v cross join lateral regexp_matches(v.content, '"url":"([^"]*Binary/[^"]*)"', 'g') as m`;
  const files = rows
    .map(({ url }) => parseLocalReference(normalizeReference(url, baseUrl)))
    .filter((each) => each !== undefined)
    .filter(({ type }) => type === 'Binary');
  return [...new Map(files.map((each) => [each.id, each])).values()];
}

/** What the file says it belongs to; of a deleted one, what it said last. */
async function contextOf(
  sql: Sql,
  file: StoredVersion,
  baseUrl: string | undefined,
): Promise<ResourceAddress | undefined> {
  const last = file.content === null ? await findVersion(sql, file, file.version - 1) : file;
  const binary: unknown = JSON.parse(last?.content ?? 'null');
  const context = isJsonObject(binary) ? binary['securityContext'] : undefined;
  const reference = isJsonObject(context) ? context['reference'] : undefined;
  return typeof reference === 'string' ? parseLocalReference(normalizeReference(reference, baseUrl)) : undefined;
}

async function patientBehind(sql: Sql, context: ResourceAddress): Promise<string | undefined> {
  if (context.type === 'Patient') {
    return context.id;
  }
  const [resource] = await findMany(sql, [context]);
  return resource?.patient ?? undefined;
}

async function isNamedOutside(
  sql: Sql,
  file: StoredVersion,
  patient: string,
  baseUrl: string | undefined,
): Promise<boolean> {
  if (file.version > versionsAtMost) {
    return true;
  }
  const address = `${file.type}/${file.id}`;
  const versions = Array.from({ length: file.version }, (_, before) => `${address}/_history/${before + 1}`);
  const relative = [address, ...versions];
  const forms = baseUrl === undefined ? relative : [...relative, ...relative.map((each) => `${baseUrl}/${each}`)];
  const keys = forms.map((form) => valueKey('DocumentReference', 'location', tokenForm(undefined, form)));
  const documents = await sql`
    select from record.resource
    where keys && ${arrayLiteral(keys)}::text::bigint[] and type = 'DocumentReference' and patient is distinct from ${patient}
    limit 1`;
  const referrers = documents.length > 0 ? [] : await findReferrers(sql, [file], { outsideOf: patient, atMost: 1 });
  return documents.length > 0 || referrers.length > 0;
}
