import { isJsonObject, type JsonObject } from '#platform/fhir';
import { normalizeReference, parseLocalReference } from '#platform/search';
import {
  type ExportedRow,
  type ExportScope,
  findInScope,
  findReferring,
  type ResourceAddress,
  type Store,
} from '#platform/store';
import type { ExportPlan, ProvenanceRule } from './export-plan.ts';

export type ProvenanceChoice = {
  /** What the targets must be in. */
  readonly scope: ExportScope;
  readonly patients: ExportPlan['patients'];
  readonly rule: ProvenanceRule;
};

/** Of some Provenances those that speak of what is exported, by the rule. */
export async function chooseProvenances(
  store: Store,
  page: readonly ExportedRow[],
  { scope, patients, rule }: ProvenanceChoice,
): Promise<ExportedRow[]> {
  const targets = new Map(page.map((row) => [row, targetsOf(row.content, store.baseUrl)]));
  const all = new Map([...targets.values()].flat().map((each) => [toKey(each), each]));
  const found = await findInScope(store.sql, scope, [...all.values()]);
  const listed = typeof patients === 'string' ? undefined : new Set(patients);
  const isIncluded = ({ type, patient }: { type: string; patient: string | null }): boolean => {
    const isOfPatients = listed ? listed.has(patient ?? '') : patients === 'everything' || patient !== null;
    return isOfPatients && (type !== 'Provenance' || rule === 'compartment');
  };
  const included = new Set(found.filter(isIncluded).map(toKey));
  const relevant = page.filter((row) => targets.get(row)?.some((each) => included.has(toKey(each))));
  return rule === 'latest' ? onlyLatest(store, relevant, included, targets) : relevant;
}

/** Those that are the latest of at least one of their targets. */
async function onlyLatest(
  store: Store,
  rows: readonly ExportedRow[],
  included: ReadonlySet<string>,
  targets: ReadonlyMap<ExportedRow, readonly ResourceAddress[]>,
): Promise<ExportedRow[]> {
  const wanted = rows.flatMap((row) => targets.get(row) ?? []).filter((each) => included.has(toKey(each)));
  const latest = new Map<string, { id: string; recorded: number }>();
  for (const { id, content } of await findReferring(store.sql, { type: 'Provenance', parameter: 'target' }, wanted)) {
    const recorded = recordedAt(content);
    for (const key of targetsOf(content, store.baseUrl).map(toKey)) {
      const best = latest.get(key);
      if (!best || recorded > best.recorded || (recorded === best.recorded && id > best.id)) {
        latest.set(key, { id, recorded });
      }
    }
  }
  return rows.filter((row) => targets.get(row)?.some((each) => latest.get(toKey(each))?.id === row.id));
}

function targetsOf(content: string, baseUrl: string | undefined): ResourceAddress[] {
  const { target = [] } = JSON.parse(content) as { target?: JsonObject[] }; // as: a Provenance, valid when it was stored
  return target.filter(isJsonObject).flatMap(({ reference }) => {
    const local = parseLocalReference(normalizeReference(String(reference ?? ''), baseUrl));
    return local ? [local] : [];
  });
}

function recordedAt(content: string): number {
  return Date.parse(String((JSON.parse(content) as JsonObject)['recorded'])); // as: likewise
}

function toKey({ type, id }: ResourceAddress): string {
  return `${type}/${id}`;
}
