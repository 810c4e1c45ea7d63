import { hash64 } from '#platform/search';
import { type Clause, clause, type Store } from '#platform/store';
import type { Source } from './compile/compile-view.ts';

/** What the resources of the record are narrowed to. */
export type RecordFilter = {
  /** Ids of the patients in whose compartments they lie. */
  readonly patients?: readonly string[];
  /** Instant after which they were last changed. */
  readonly since?: string;
};

/** Resources of a type in the record, in the order they were first written. */
export function recordSource(type: string, { patients, since }: RecordFilter = {}): Source {
  const ofPatients = patients === undefined ? clause`` : clause` and ${isOfPatients(patients)}`;
  const changed = since === undefined ? clause`` : clause` and r.updated > ${since}::text::timestamptz`;
  return {
    from: clause`record.resource r cross join lateral (select r.content::jsonb as v offset 0) as root`,
    where: clause`r.type = ${type}${ofPatients}${changed}`,
    position: clause`r.rid`,
    content: clause`r.content`,
  };
}

/** The hash finds the patient's rows, the id itself decides. */
function isOfPatients(patients: readonly string[]): Clause {
  const keys = JSON.stringify(patients.map((id) => String(hash64(`Patient/${id}`))));
  return clause`r.patient_key = any(array(select jsonb_array_elements_text(${keys}::text::jsonb)::bigint))
    and r.patient = any(array(select jsonb_array_elements_text(${JSON.stringify(patients)}::text::jsonb)))`;
}

/** Resources that came with the request, as the text of a JSON array. */
export function givenSource(type: string, resources: string): Source {
  return {
    from: clause`jsonb_array_elements(${resources}::text::jsonb) with ordinality as root(v, n)`,
    where: clause`root.v->>'resourceType' = ${type}`,
    position: clause`root.n`,
  };
}

/** First and last position of a type in the record, for showing how far a run has come. */
export async function positionsOf(
  sql: Store['sql'],
  type: string,
): Promise<{ readonly first: number; readonly last: number }> {
  const [row] = await sql<{ first: number | null; last: number | null }[]>`
    select min(rid) as first, max(rid) as last from record.resource where type = ${type}`;
  return { first: row?.first ?? 0, last: row?.last ?? 0 };
}
