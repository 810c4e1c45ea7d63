import { isSpread } from '#platform/database';
import { AppError } from '#platform/errors';
import { hash64 } from '#platform/search';
import { arrayLiteral } from './array-literal.ts';
import { byBucket } from './distributed-rows.ts';
import { gone, notFound } from './errors.ts';
import { filesOfRecord } from './files-of-record.ts';
import { findReferrers, type Referrer } from './find-referrers.ts';
import type { Actor } from './prepared-write.ts';
import { lockNewest, type ResourceAddress, type StoredVersion } from './read-rows.ts';
import { retrying } from './retrying.ts';
import type { Sql } from './sql.ts';
import type { Store } from './store.ts';
import { type SupersededVersions, supersededOf } from './superseded-of.ts';
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
  /** How many superseded versions were erased, or would be, of resources that are another's now. */
  readonly versions: number;
  /** What of the same record still refers to what is gone. */
  readonly dangling: readonly Referrer[];
  /** Binaries that the record names and that stay: another's, or not known to be the patient's alone. */
  readonly kept: readonly ResourceAddress[];
};

type Erased = { readonly erased: readonly Placed[]; readonly superseded: readonly SupersededVersions[] };
type WholeRecord = Erased & { readonly kept: readonly ResourceAddress[] };

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
  const late = erasure.wholeRecord && !erasure.dryRun ? await eraseLatecomers(store, actor, erasure) : nothing;
  store.afterWrite?.();
  return {
    ...result,
    resources: result.resources + late.resources,
    versions: result.versions + late.versions,
    kept: withoutRepetition([...result.kept, ...late.kept]),
  };
}

const passesAtMost = 5;
const nothing = { resources: 0, versions: 0, kept: [] };

/** What others wrote to the record while it was being erased, and committed after. */
async function eraseLatecomers(store: Store, actor: Actor, erasure: Erasure): Promise<Omit<ErasureResult, 'dangling'>> {
  let resources = 0;
  let versions = 0;
  const kept: ResourceAddress[] = [];
  for (let pass = 0; pass < passesAtMost; pass += 1) {
    const found = await retrying(() =>
      store.sql.begin(async (sql) => {
        const [subject] = await lockNewest(sql, [erasure.subject]);
        const left = subject ? await wholeRecordOf(sql, store, subject) : { erased: [], superseded: [], kept: [] };
        const late = { ...left, erased: left.erased.filter((each) => each !== subject) };
        if (subject && late.erased.length + late.superseded.length > 0) {
          await erase(sql, actor, erasure, subject, late);
        }
        return late;
      }),
    );
    kept.push(...found.kept);
    if (found.erased.length + found.superseded.length === 0) {
      break;
    }
    resources += found.erased.length;
    versions += countVersions(found);
  }
  return { resources, versions, kept };
}

async function eraseOnce(sql: Sql, store: Store, actor: Actor, erasure: Erasure): Promise<ErasureResult> {
  const subject = await lockSubject(sql, erasure);
  const wanted = erasure.wholeRecord
    ? await wholeRecordOf(sql, store, subject)
    : { erased: [subject], superseded: [], kept: [] };
  const owner = subject.type === 'Patient' ? subject.id : (subject.patient ?? undefined);
  const referrers = await findReferrers(sql, wanted.erased, {
    atMost: referrersAtMost,
    ...(erasure.wholeRecord ? { outsideOf: subject.id } : {}),
  });
  const dangling = referrers.filter(({ patient }) => owner !== undefined && patient === owner);
  const others = referrers.filter((each) => !dangling.includes(each));
  if (others.length > 0) {
    throw wouldDamage(others, 'Resources outside of this record refer to what would be erased; change them first.');
  }
  if (dangling.length > 0 && !erasure.acceptDangling) {
    throw wouldDamage(dangling, 'Resources of the same record refer to what would be erased.');
  }
  if (!erasure.dryRun) {
    await erase(sql, actor, erasure, subject, wanted);
  }
  return { resources: wanted.erased.length, versions: countVersions(wanted), dangling, kept: wanted.kept };
}

function countVersions({ superseded }: Erased): number {
  return superseded.reduce((sum, { versions }) => sum + versions.length, 0);
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

/** Everything stored with the patient, now or in earlier versions, what was deleted of it before, and the files that are the patient's alone. */
async function wholeRecordOf(sql: Sql, store: Store, subject: StoredVersion): Promise<WholeRecord> {
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
        select from record.resource r where r.bucket = c.bucket and r.type = c.type and r.id = c.id)
      and not exists (
        select from record.history h
        where h.bucket = c.bucket and h.type = c.type and h.id = c.id and h.version > c.version)`;
  const erased = [subject, ...present, ...deleted];
  const superseded = await supersededOf(sql, store, erased, subject.id);
  const { own, kept } = await filesOfRecord(sql, store, { erased, superseded }, subject.id);
  return { erased: withoutRepetition([...erased, ...own]), superseded, kept };
}

function withoutRepetition<Address extends ResourceAddress>(addresses: readonly Address[]): Address[] {
  return [...new Map(addresses.map((each) => [`${each.type}/${each.id}`, each])).values()];
}

async function erase(
  sql: Sql,
  actor: Actor,
  { legalBasis, reason }: Erasure,
  subject: StoredVersion,
  { erased, superseded }: Erased,
): Promise<void> {
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
  const about = subject.id; // only the record of a Patient has such versions
  for (const { bucket, type, id, versions } of superseded) {
    await sql.unsafe(
      'select record.erase_versions_here($1, $2, $3, $4, $5, $6, $7)',
      [bucket, type, id, arrayLiteral(versions), about, actor.name, requestId],
      { prepare: false },
    );
  }
  await sql.unsafe(
    'select record.note_erasure($1, $2, $3, $4, $5, $6, $7, $8)',
    [subject.bucket, actor.name, requestId, subject.type, subject.id, erased.length, legalBasis, reason],
    { prepare: false },
  );
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
