import { AppError, type Issue } from '#platform/errors';
import { type Resource, validateResource } from '#platform/fhir';
import { isStoredType } from '#platform/search';
import {
  type Actor,
  newId,
  type Sql,
  type Store,
  type WriteRequest,
  type WriteResult,
  writeResources,
} from '#platform/store';
import type { LoadItem, Refusal } from './load-item.ts';

export type LoadCounts = { created: number; updated: number; unchanged: number; refused: number };

export type LoadOptions = {
  readonly onRefused: (refusal: Refusal) => Promise<void> | void;
  /** Called after each stored portion, with the last item it holds. */
  readonly onProgress?: (counts: Readonly<LoadCounts>, last: LoadItem) => void;
  /** Runs in the transaction that stores a portion; `items` counts all items decided so far. */
  readonly saveProgress?: (sql: Sql, items: number) => Promise<void>;
  /** Keep version number and time of new resources as they come. */
  readonly keepVersions?: boolean;
};

/** Resources written in one transaction: large enough that commits do not count, small enough to hold no lock long. */
const portionSize = 500;

type Portion = {
  requests: WriteRequest[] /** Place of each request. */;
  origins: string[];
  refusals: Refusal[];
  last: LoadItem | undefined;
  items: number;
};

/**
 * Puts resources into the record as they come, in constant memory. While PostgreSQL stores one portion, the next is
 * validated. What is stored already in the same words is left alone; what is not valid is refused by itself.
 */
export async function loadResources(
  store: Store,
  actor: Actor,
  items: AsyncIterable<LoadItem> | Iterable<LoadItem>,
  options: LoadOptions,
): Promise<LoadCounts> {
  const counts: LoadCounts = { created: 0, updated: 0, unchanged: 0, refused: 0 };
  let decided = 0;
  let storing: Promise<void> = Promise.resolve();
  const flush = async (portion: Portion): Promise<void> => {
    await storing;
    storing = storePortion(store, actor, portion, counts, options, (decided += portion.items));
    storing.catch(() => undefined); // awaited, and so reported, before the next portion
  };
  let portion = emptyPortion();
  let seen = new Set<string>();
  for await (const item of items) {
    const address = addressOf(item);
    if (portion.requests.length >= portionSize || (address !== undefined && seen.has(address))) {
      await flush(portion);
      portion = emptyPortion();
      seen = new Set();
    }
    addItem(portion, item);
    if (address !== undefined) {
      seen.add(address);
    }
  }
  await flush(portion);
  await storing;
  return counts;
}

/** Tells the planner of the load's size at its first portion and whenever it has doubled since. */
async function refreshStatistics(sql: Store['sql'], created: number, latest: number): Promise<void> {
  const doublings = (count: number): number => Math.floor(Math.log2(Math.max(count / portionSize, 0.5)));
  if (created > 0 && doublings(created) > doublings(created - latest)) {
    await sql.begin(async (own) => {
      await own`set local statement_timeout = 0`; // of a large record this takes longer than a request may
      await own`select record.refresh_statistics()`;
    });
  }
}

function emptyPortion(): Portion {
  return { requests: [], origins: [], refusals: [], last: undefined, items: 0 };
}

function addressOf({ resource, id }: LoadItem): string | undefined {
  const own = id ?? resource?.id;
  return resource && own !== undefined ? `${resource.resourceType}/${own}` : undefined;
}

function addItem(portion: Portion, item: LoadItem): void {
  portion.items += 1;
  portion.last = item;
  const { origin, resource } = item;
  const issues = item.issues ?? (resource ? issuesOf(resource) : []);
  if (issues.length > 0 || !resource) {
    portion.refusals.push({ origin, resource, issues });
    return;
  }
  const type = resource.resourceType;
  const id = item.id ?? resource.id ?? newId();
  portion.origins.push(origin);
  portion.requests.push(
    item.onlyNew ? { kind: 'create', type, wantedId: id, resource } : { kind: 'update', type, target: id, resource },
  );
}

function issuesOf(resource: Resource): Issue[] {
  if (!isStoredType(resource.resourceType)) {
    const text = `${String(resource.resourceType)} is no resource that can be stored.`;
    return [{ severity: 'error', code: 'not-supported', text, expression: 'resourceType' }];
  }
  return validateResource(resource).filter((each) => each.severity === 'error' || each.severity === 'fatal');
}

async function storePortion(
  store: Store,
  actor: Actor,
  portion: Portion,
  counts: LoadCounts,
  options: LoadOptions,
  decided: number,
): Promise<void> {
  for (const refusal of portion.refusals) {
    await options.onRefused(refusal);
  }
  const { saveProgress } = options;
  const results = await writePortion(store, actor, portion, options, async (sql) => saveProgress?.(sql, decided));
  for (const { outcome } of results) {
    if (outcome === 'created' || outcome === 'updated' || outcome === 'unchanged') {
      counts[outcome] += 1;
    }
  }
  counts.refused += portion.refusals.length;
  await refreshStatistics(store.sql, counts.created, portion.requests.length);
  if (portion.last) {
    options.onProgress?.(counts, portion.last);
  }
}

async function writePortion(
  store: Store,
  actor: Actor,
  portion: Portion,
  options: LoadOptions,
  before: (sql: Sql) => Promise<void>,
): Promise<WriteResult[]> {
  try {
    return await writeResources(store, actor, portion.requests, {
      validated: true,
      skipUnchanged: true,
      keepVersions: options.keepVersions ?? false,
      before,
    });
  } catch (error) {
    if (!(error instanceof AppError) || portion.requests.length <= 1) {
      throw error;
    }
    return writeOneByOne(store, actor, portion, options, before);
  }
}

/** A portion that fails as a whole is stored resource by resource, so that only the one at fault is refused. */
async function writeOneByOne(
  store: Store,
  actor: Actor,
  portion: Portion,
  options: LoadOptions,
  before: (sql: Sql) => Promise<void>,
): Promise<WriteResult[]> {
  const results: WriteResult[] = [];
  for (const [at, request] of portion.requests.entries()) {
    try {
      const single = { validated: true, skipUnchanged: true, keepVersions: options.keepVersions ?? false };
      results.push(...(await writeResources(store, actor, [request], single)));
    } catch (error) {
      if (!(error instanceof AppError) || error.kind === 'fault' || error.kind === 'unavailable') {
        throw error;
      }
      const issues: readonly Issue[] =
        error.issues.length > 0 ? error.issues : [{ severity: 'error', code: 'processing', text: error.message }];
      const resource = 'resource' in request ? request.resource : undefined;
      const refusal = { origin: portion.origins[at] ?? '', resource, issues };
      portion.refusals.push(refusal);
      await options.onRefused(refusal);
    }
  }
  await store.sql.begin((sql) => before(sql));
  return results;
}
