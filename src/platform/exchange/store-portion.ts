import { AppError, type Issue } from '#platform/errors';
import { parseJson, type Resource } from '#platform/fhir';
import { type Actor, type Sql, type Store, type WriteResult, writeBulk, writeResources } from '#platform/store';
import type { LoadItem, Refusal } from './load-item.ts';
import { type PortionRefusal, type PreparedPortion, requestOf } from './prepare-portion.ts';

export type LoadCounts = { created: number; updated: number; unchanged: number; refused: number };

export type StoreOptions = {
  readonly onRefused: (refusal: Refusal) => Promise<void> | void;
  /** Runs in the transaction that decides the last item of the portion. */
  readonly before: (sql: Sql) => Promise<void>;
  readonly keepVersions: boolean;
};

/**
 * Stores a portion: what was never there as a whole, what is there one way or another by looking at it. `itemsAgain`
 * gives the portion's items once more, for those that need it.
 */
export async function storePortion(
  store: Store,
  actor: Actor,
  portion: PreparedPortion,
  itemsAgain: () => Promise<Iterable<LoadItem>>,
  options: StoreOptions,
): Promise<LoadCounts> {
  for (const refusal of portion.refusals) {
    await options.onRefused(toRefusal(refusal));
  }
  const counts = { created: 0, updated: 0, unchanged: 0, refused: portion.refusals.length };
  let isDecided = false;
  const known = await writeBulk(store, portion.bulk, async (sql, found) => {
    isDecided = portion.needy.length === 0 && found.every((each) => isLeftAlone(portion, each));
    await (isDecided ? options.before(sql) : undefined);
  });
  const alone = known.filter((each) => isLeftAlone(portion, each));
  counts.created += portion.places.length - known.length;
  counts.unchanged += alone.length;
  if (!isDecided) {
    const others = known.filter((each) => !isLeftAlone(portion, each)).map(({ row }) => portion.places[row] ?? 0);
    const places = [...others, ...portion.needy].sort((a, b) => a - b);
    const items = places.length === 0 ? [] : [...(await itemsAgain())];
    const left = places.flatMap((place) => items[place] ?? []);
    addCounts(counts, await storeLeft(store, actor, left, options));
  }
  return counts;
}

function isLeftAlone(
  { onlyNew }: PreparedPortion,
  { row, isCurrent }: { readonly row: number; readonly isCurrent: boolean },
): boolean {
  return isCurrent && (onlyNew[row] ?? false);
}

function toRefusal({ origin, text, issues }: PortionRefusal): Refusal {
  return { origin, issues, resource: text === undefined ? undefined : (parseJson(text) as Resource) }; // as: it was one
}

export function addCounts(counts: LoadCounts, more: Readonly<LoadCounts>): void {
  counts.created += more.created;
  counts.updated += more.updated;
  counts.unchanged += more.unchanged;
  counts.refused += more.refused;
}

/** Stores what has to look at the record, in one transaction; if that fails, resource by resource. */
async function storeLeft(
  store: Store,
  actor: Actor,
  items: readonly LoadItem[],
  { before, keepVersions, onRefused }: StoreOptions,
): Promise<LoadCounts> {
  const requests = items.flatMap((item) => (item.resource ? [requestOf(item, item.resource)] : []));
  const options = { validated: true, skipUnchanged: true, keepVersions };
  try {
    return countsOf(await writeResources(store, actor, requests, { ...options, before }));
  } catch (error) {
    if (!(error instanceof AppError)) {
      throw error;
    }
  }
  const counts = countsOf([]);
  for (const [at, request] of requests.entries()) {
    try {
      addCounts(counts, countsOf(await writeResources(store, actor, [request], options)));
    } catch (error) {
      const issues = reasonsOf(error);
      await onRefused({ origin: items[at]?.origin ?? '', resource: items[at]?.resource, issues });
      counts.refused += 1;
    }
  }
  await store.sql.begin((sql) => before(sql));
  return counts;
}

/** Why one resource was refused; throws what is no refusal. */
function reasonsOf(error: unknown): readonly Issue[] {
  if (!(error instanceof AppError) || error.kind === 'fault' || error.kind === 'unavailable') {
    throw error;
  }
  return error.issues.length > 0 ? error.issues : [{ severity: 'error', code: 'processing', text: error.message }];
}

function countsOf(results: readonly WriteResult[]): LoadCounts {
  const counts = { created: 0, updated: 0, unchanged: 0, refused: 0 };
  for (const { outcome } of results) {
    if (outcome === 'created' || outcome === 'updated' || outcome === 'unchanged') {
      counts[outcome] += 1;
    }
  }
  return counts;
}
