import { type IndexedResource, patientOf, patientsOf } from '#platform/search';
import { bucketOfId, type ExportedRow } from '#platform/store';
import type { ExportPlan } from './export-plan.ts';

/** Whether a row that was found by its buckets belongs to the export: of a superseded version only the content tells. */
export function isHomeRow(patients: ExportPlan['patients'], row: ExportedRow, baseUrl?: string): boolean {
  if (patients === 'everything') {
    return true;
  }
  const patient = leaderOf(row, baseUrl);
  const isListed = (id: string): boolean => patients === 'anyPatient' || isAtHome(placesOf(patients), row.bucket, id);
  return patient !== undefined && isListed(patient);
}

type Listed = { readonly patients: readonly string[]; readonly some: readonly string[] };

/**
 * Of the rows linked to some of the patients those that no other step takes: they are not where a listed patient leads
 * and lives, and these are the first of the listed patients that they are linked to.
 */
export function linkedRowsOf(
  { patients, some }: Listed,
  page: readonly ExportedRow[],
  baseUrl: string | undefined,
): ExportedRow[] {
  const order = placesOf(patients);
  const present = new Set(some);
  return page.filter((row) => {
    const patient = leaderOf(row, baseUrl);
    if (patient !== undefined && isAtHome(order, row.bucket, patient)) {
      return false;
    }
    const linked = patientsOf(parse(row), baseUrl).filter((each) => order.has(each));
    const [first] = linked.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
    return first !== undefined && present.has(first);
  });
}

const places = new WeakMap<readonly string[], ReadonlyMap<string, number>>();

function placesOf(patients: readonly string[]): ReadonlyMap<string, number> {
  let found = places.get(patients);
  if (!found) {
    found = new Map(patients.map((patient, at) => [patient, at]));
    places.set(patients, found);
  }
  return found;
}

function isAtHome(patients: ReadonlyMap<string, number>, bucket: number, patient: string): boolean {
  return patients.has(patient) && bucketOfId(patient) === bucket;
}

function leaderOf(row: ExportedRow, baseUrl?: string): string | undefined {
  return row.patient ?? patientOf(parse(row), baseUrl);
}

function parse({ content }: ExportedRow): IndexedResource {
  return JSON.parse(content) as IndexedResource; // as: a resource that was valid when it was stored
}
