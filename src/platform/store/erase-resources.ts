import { isSpread } from '#platform/database';
import { AppError } from '#platform/errors';
import { hash64, normalizeReference, parseLocalReference } from '#platform/search';
import { arrayLiteral } from './array-literal.ts';
import { byBucket } from './distributed-rows.ts';
import { gone, notFound } from './errors.ts';
import { findReferrers, type Referrer } from './find-referrers.ts';
import type { Actor } from './prepared-write.ts';
import { findMany, lockNewest, type ResourceAddress, type StoredVersion } from './read-rows.ts';
import { retrying } from './retrying.ts';
import type { Sql } from './sql.ts';
import type { Store } from './store.ts';
import { drawNumbers } from './write-distributed.ts';

export type Erasure = {
  readonly subject: ResourceAddress;
  /** Not the resource alone, but the whole record of the patient it is. */
  readonly wholeRecord: boolean;
  readonly legalBasis: string;
  readonly reason: string;
  /** Resources of the same record may be left with references to what is gone. */
  readonly acceptDangling: boolean;
  /** Only tell what would be erased. */
  readonly dryRun: boolean;
};

export type ErasureResult = {
  /** How many resources were erased, or would be. */
  readonly resources: number;
  /** What of the same record still refers to what is gone. */
  readonly dangling: readonly Referrer[];
};

type Placed = ResourceAddress & { readonly bucket: number };

/** More than a person could go through; the first of them say where to begin. */
const referrersAtMost = 100;

/**
 * Erases a resource, or all that is stored of a patient, for good: versions, history, index entries and changes.
 * All or nothing. Refused when a resource of another's record refers to what would go: it would be damaged.
 * A version without content stays (`ERASE`), with its change, which subscribers hear of, and its audit record.
 */
export async function eraseResources(store: Store, actor: Actor, erasure: Erasure): Promise<ErasureResult> {
  const result = await retrying(() => store.sql.begin((sql) => eraseOnce(sql, store, actor, erasure)));
  const late = erasure.wholeRecord && !erasure.dryRun ? await eraseLatecomers(store, actor, erasure) : 0;
  store.afterWrite?.();
  return { ...result, resources: result.resources + late };
}

const passesAtMost = 5;

/** What others wrote to the record while it was being erased, and committed after. */
async function eraseLatecomers(store: Store, actor: Actor, erasure: Erasure): Promise<number> {
  let resources = 0;
  for (let pass = 0; pass < passesAtMost; pass += 1) {
    const found = await retrying(() =>
      store.sql.begin(async (sql) => {
        const [subject] = await lockNewest(sql, [erasure.subject]);
        const left = subject ? await wholeRecordOf(sql, store, subject) : [];
        const erased = left.filter((each) => each !== subject);
        return subject && erased.length > 0 ? erase(sql, actor, erasure, subject, erased) : 0;
      }),
    );
    if (found === 0) {
      break;
    }
    resources += found;
  }
  return resources;
}

async function eraseOnce(sql: Sql, store: Store, actor: Actor, erasure: Erasure): Promise<ErasureResult> {
  const subject = await lockSubject(sql, erasure);
  const erased = erasure.wholeRecord ? await wholeRecordOf(sql, store, subject) : [subject];
  const owner = subject.type === 'Patient' ? subject.id : (subject.patient ?? undefined);
  const wanted = { atMost: referrersAtMost, ...(erasure.wholeRecord ? { outsideOf: subject.id } : {}) };
  const referrers = await findReferrers(sql, erased, wanted);
  const dangling = referrers.filter(({ patient }) => owner !== undefined && patient === owner);
  const others = referrers.filter((each) => !dangling.includes(each));
  if (others.length > 0) {
    throw wouldDamage(others, 'Resources outside of this record refer to what would be erased; change them first.');
  }
  if (dangling.length > 0 && !erasure.acceptDangling) {
    throw wouldDamage(dangling, 'Resources of the same record refer to what would be erased.');
  }
  const resources = erasure.dryRun ? erased.length : await erase(sql, actor, erasure, subject, erased);
  return { resources, dangling };
}

async function lockSubject(sql: Sql, { subject, wholeRecord }: Erasure): Promise<StoredVersion> {
  if (wholeRecord && subject.type !== 'Patient') {
    const text = 'Only a Patient has a record that can be erased as a whole.';
    throw new AppError('invalid', 'store.no-whole-record', text);
  }
  const [newest] = await lockNewest(sql, [subject]);
  if (!newest) {
    throw notFound(subject);
  }
  if (newest.method === 'ERASE') {
    throw gone(subject);
  }
  return newest;
}

/** Everything stored with the patient, what was deleted of it before, and the files that its documents point to. */
async function wholeRecordOf(sql: Sql, { baseUrl }: Store, subject: StoredVersion): Promise<Placed[]> {
  const key = String(hash64(`Patient/${subject.id}`));
  const present = await sql<Placed[]>`
    select bucket, type, id
    from record.resource
    where patient_key = ${key}::bigint and patient = ${subject.id}
    order by bucket, type, id
    ${isSpread(sql) ? sql`` : sql`for update`}`;
  if (isSpread(sql)) {
    await lockNewest(sql, present); // bucket by bucket
  }
  const deleted = await sql<Placed[]>`
    select distinct c.bucket, c.type, c.id
    from record.change c
    where c.method = 'DELETE' and c.patient = ${subject.id}
      and not exists (
        select from record.resource r where r.bucket = c.bucket and r.type = c.type and r.id = c.id)`;
  const files = await filesOf(sql, [subject, ...present, ...deleted], subject.id, baseUrl);
  const all = [subject, ...present, ...deleted, ...files];
  return [...new Map(all.map((each) => [`${each.type}/${each.id}`, each])).values()];
}

/** The Binaries that attachments of any version point to, unless they are said to be another's. */
async function filesOf(
  sql: Sql,
  erased: readonly Placed[],
  patient: string,
  baseUrl: string | undefined,
): Promise<Placed[]> {
  const rows = await sql<{ url: string }[]>`
    with given as materialized (
      select bucket, type, id
      from unnest(${arrayLiteral(erased.map(({ bucket }) => bucket))}::text::smallint[],
          ${arrayLiteral(erased.map(({ type }) => type))}::text::text[],
          ${arrayLiteral(erased.map(({ id }) => id))}::text::text[]) as g(bucket, type, id)
    ),
    version as (
      select r.content from record.resource r join given g on r.bucket = g.bucket and r.type = g.type and r.id = g.id
      union all
      select h.content from record.history h join given g on h.bucket = g.bucket and h.type = g.type and h.id = g.id
    )
    select distinct m[1] as url
    from version v cross join lateral regexp_matches(v.content, '"url":"([^"]*Binary/[^"]*)"', 'g') as m`;
  const addresses = rows
    .map(({ url }) => parseLocalReference(normalizeReference(url, baseUrl)))
    .filter((each) => each?.type === 'Binary');
  const files = await findMany(
    sql,
    addresses.filter((each) => each !== undefined),
  );
  return files.filter(({ content }) => {
    const [, owner] = /"securityContext":\{"reference":"Patient\/([^"/]*)/.exec(content ?? '') ?? [];
    return owner === undefined || owner === patient;
  });
}

async function erase(
  sql: Sql,
  actor: Actor,
  { legalBasis, reason }: Erasure,
  subject: StoredVersion,
  erased: readonly Placed[],
): Promise<number> {
  const requestId = actor.requestId ?? null;
  for (const [bucket, group] of byBucket(erased, (each) => each.bucket)) {
    const seqs = (await drawNumbers(sql, group.length)).map(({ seq }) => seq);
    const types = arrayLiteral(group.map(({ type }) => type));
    const ids = arrayLiteral(group.map(({ id }) => id));
    await sql.unsafe(
      'select record.erase_here($1, $2, $3, $4, $5, $6)',
      [bucket, types, ids, arrayLiteral(seqs), actor.name, requestId],
      { prepare: false }, // see write-distributed.ts
    );
  }
  await sql.unsafe(
    'select record.note_erasure($1, $2, $3, $4, $5, $6, $7, $8)',
    [subject.bucket, actor.name, requestId, subject.type, subject.id, erased.length, legalBasis, reason],
    { prepare: false },
  );
  return erased.length;
}

function wouldDamage(referrers: readonly Referrer[], text: string): AppError {
  return new AppError('conflict', 'store.would-dangle', text, {
    issues: referrers.map(({ type, id }) => ({
      severity: 'error',
      code: 'conflict',
      text: `${type}/${id} refers to it.`,
      expression: `${type}/${id}`,
    })),
  });
}
