import { isSpread } from '#platform/database';
import { arrayLiteral } from './array-literal.ts';
import { bucketOfId } from './bucket.ts';
import type { PreparedWrite } from './prepared-write.ts';
import type { Sql } from './sql.ts';

/**
 * A bucket in which resources of a patient's compartment lie, or lay, beside the patient's own (`home`): they were first
 * stored with another patient or with none, or another patient leads them.
 */
export type Elsewhere = { readonly home: number; readonly patient: string; readonly bucket: number };

/** What must be known of a write before it is stored, so that a search by patient looks where it lies. */
export function elsewhereOf({ bucket, entries }: PreparedWrite): Elsewhere[] {
  const patients = entries ? [entries.patient ?? [], entries.otherPatients].flat() : [];
  return patients
    .map((patient) => ({ home: bucketOfId(patient), patient, bucket }))
    .filter(({ home }) => home !== bucket);
}

/** Keeps where resources lie beside the buckets of their patients, before they are stored or with them. */
export async function rememberElsewhere(sql: Sql, all: readonly Elsewhere[]): Promise<void> {
  if (all.length === 0) {
    return;
  }
  const unique = new Map(all.map((each) => [`${each.patient}/${each.bucket}`, each]));
  const rows = [...unique].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, each]) => each);
  await sql`
    insert into record.elsewhere (home, patient, bucket)
    select *
    from unnest(${arrayLiteral(rows.map(({ home }) => home))}::text::smallint[],
      ${arrayLiteral(rows.map(({ patient }) => patient))}::text::text[],
      ${arrayLiteral(rows.map(({ bucket }) => bucket))}::text::smallint[]) as g
    on conflict do nothing`;
}

/**
 * The buckets in which a patient's compartment lies, where the record is spread over several servers: nearly always one, so
 * that one server is asked. Undefined on a single server, where it makes no difference.
 */
export async function bucketsOfPatient(sql: Sql, patient: string): Promise<readonly number[] | undefined> {
  return isSpread(sql) ? everyBucketOfPatient(sql, patient) : undefined;
}

/** The buckets in which resources of a patient's compartment lie, or lay. */
export async function everyBucketOfPatient(sql: Sql, patient: string): Promise<readonly number[]> {
  const home = bucketOfId(patient);
  const others = await sql<{ bucket: number }[]>`
    select bucket from record.elsewhere where home = ${home} and patient = ${patient}`;
  return [home, ...others.map(({ bucket }) => bucket)];
}
