import { compartmentKey, compartmentParameters, hash64, referenceKey, storedTypes } from '#platform/search';
import { arrayLiteral } from './array-literal.ts';
import { bucketsOfPatient } from './elsewhere.ts';
import type { Sql, SqlFragment } from './sql.ts';
import { timestampLiteral } from './timestamp-literal.ts';

/** What of a record is asked for. */
export type RecordFilter = {
  /** Only resources of these types. */
  readonly types?: readonly string[];
  /** Only resources changed at or after this moment, in milliseconds since 1970. */
  readonly since?: number;
  /** Only resources whose care took place at some time in this span, or that have no such date. */
  readonly care?: { readonly lo: number; readonly hi: number };
  /** Continue behind this position of an earlier piece. */
  readonly after?: string;
};

/** How much of it at once: a piece ends with the resource that passes either measure. */
export type PieceSize = { readonly count: number; readonly bytes: number };

/** Consecutive resources as entries of a Bundle, ready to be sent. */
export type RecordPiece = {
  /** UTF-8 text of the entries, with commas between. */
  readonly entries: Buffer;
  readonly count: number;
  /** `Type/id` of each. */
  readonly addresses: readonly string[];
  /** Where the next piece goes on; absent behind the last. */
  readonly next: string | undefined;
};

/**
 * A piece of all that is stored of a patient, in the order of first writing: what lies in the patient's record, and what
 * lies in that of another but names this one. Stored texts are put together by the database and pass through unread.
 */
export async function findPatientRecord(
  sql: Sql,
  patient: string,
  filter: RecordFilter,
  size: PieceSize,
  baseUrl: string,
): Promise<RecordPiece> {
  const own = sql`patient_key = ${String(hash64(`Patient/${patient}`))}::bigint and patient = ${patient}`;
  const others = sql`keys @> ${arrayLiteral([compartmentKey(patient)])}::text::bigint[]`;
  const buckets = await bucketsOfPatient(sql, patient);
  return findPiece(sql, [own, others], { filter, size, baseUrl, ...(buckets ? { buckets } : {}) });
}

/** The same of an encounter: itself, and what its compartment holds. */
export async function findEncounterRecord(
  sql: Sql,
  encounter: string,
  filter: RecordFilter,
  size: PieceSize,
  baseUrl: string,
): Promise<RecordPiece> {
  const address = `Encounter/${encounter}`;
  const keys = storedTypes.flatMap((type) =>
    compartmentParameters('Encounter', type).map((code) => referenceKey(type, code, address)),
  );
  const isNamed = sql`type = 'Encounter' and id = ${encounter}`;
  const named = sql`self = ${String(hash64(address))}::bigint and ${isNamed}`;
  const members = sql`keys && ${arrayLiteral(keys)}::text::bigint[] and not (${isNamed})`;
  return findPiece(sql, [named, members], { filter, size, baseUrl });
}

type Piece = {
  readonly filter: RecordFilter;
  readonly size: PieceSize;
  readonly baseUrl: string;
  /** Where all of it lies, if that is known. */
  readonly buckets?: readonly number[];
};

/** `ways` are conditions on `record.resource` that no row meets two of. */
async function findPiece(
  sql: Sql,
  ways: readonly SqlFragment[],
  { filter, size, baseUrl, buckets }: Piece,
): Promise<RecordPiece> {
  const where = sql`${isIn(sql, buckets)} ${matches(sql, filter)}`;
  const [first, ...rest] = ways.map(
    (way) => sql`select type, id, rid, content from record.resource where ${way} and ${where}`,
  );
  const head = `{"fullUrl":${JSON.stringify(`${baseUrl}/`).slice(0, -1)}`;
  const [row] = await sql<RawPiece[]>`
    with found as materialized (
      select type, id, rid, content
      from (${first ?? sql``} ${rest.map((each) => sql`union all ${each}`)}) as ways
      order by rid
      limit ${size.count + 1}
    ),
    measured as (
      select type, id, rid, content, row_number() over by_rid as place,
        coalesce(sum(octet_length(content)) over (by_rid rows between unbounded preceding and 1 preceding), 0) as before
      from found
      window by_rid as (order by rid)
    )
    select string_agg(${head}::text || type || '/' || id || '","resource":' || content
          || ',"search":{"mode":"match"}}', ',' order by rid) as entries,
      string_agg(type || '/' || id, ' ' order by rid) as addresses, max(rid) as last,
      count(*) < (select count(*) from found) as goes_on
    from measured
    where place <= ${size.count} and before < ${size.bytes}`.raw();
  return toPiece(row);
}

/** Columns as the database sends them: the entries are not made into text and back again. */
type RawPiece = readonly (Buffer | null)[];

function toPiece([entries, addresses, last, goesOn]: RawPiece = []): RecordPiece {
  const list = addresses?.toString('latin1').split(' ') ?? [];
  return {
    entries: entries ?? Buffer.alloc(0),
    count: list.length,
    addresses: list,
    next: goesOn?.toString('latin1') === 't' ? last?.toString('latin1') : undefined,
  };
}

function isIn(sql: Sql, buckets: readonly number[] | undefined): SqlFragment {
  const [home, ...others] = buckets ?? [];
  if (home === undefined) {
    return sql``;
  }
  return others.length === 0
    ? sql`bucket = ${home} and`
    : sql`bucket = any(${arrayLiteral([home, ...others])}::text::smallint[]) and`;
}

function matches(sql: Sql, { types, since, care, after }: RecordFilter): SqlFragment {
  return sql`rid > ${after ?? '0'}::text::bigint
    and ${types ? sql`type = any(${arrayLiteral(types)}::text::text[])` : sql`true`}
    and ${since === undefined ? sql`true` : sql`updated >= ${timestampLiteral(since)}::text::timestamptz`}
    and ${care ? isCaredFor(sql, care) : sql`true`}`;
}

/** The leading date of a person is that of birth, which no care has. */
function isCaredFor(sql: Sql, { lo, hi }: { readonly lo: number; readonly hi: number }): SqlFragment {
  return sql`(date_lo is null or type = 'Patient' or (date_lo <= ${timestampLiteral(hi)}::text::timestamptz
    and coalesce(date_hi, 'infinity') >= ${timestampLiteral(lo)}::text::timestamptz))`;
}
