import { type Actor, flushWrites, reuseBulk, type Sql, type Store } from '#platform/store';
import type { LoadItem, Refusal } from './load-item.ts';
import { type PortionSettings, type PreparedPortion, preparePortion } from './prepare-portion.ts';
import { addCounts, type LoadCounts, storePortion } from './store-portion.ts';

export type LoadOptions = {
  readonly onRefused: (refusal: Refusal) => Promise<void> | void;
  /** Called when a portion is stored and on disk, with the bytes of the source read so far. */
  readonly onProgress?: (counts: Readonly<LoadCounts>, bytesRead: number) => Promise<void> | void;
  /** Runs in the transaction that stores a portion; `items` counts all items decided so far. */
  readonly saveProgress?: (sql: Sql, items: number) => Promise<void>;
  /** Keep version number and time of new resources as they come. */
  readonly keepVersions?: boolean;
};

/** Resources written in one transaction: large enough that commits do not count, small enough to hold no lock long. */
export const portionSize = 1000;

/** A portion that can be stored, and its items should they be needed again. */
export type ReadyPortion = {
  readonly prepared: PreparedPortion;
  readonly itemsAgain: () => Promise<Iterable<LoadItem>>;
  /** Gives its memory back; it is not read afterwards. */
  readonly release: () => void;
};

/** A portion on its way: ready or being made ready. */
export type Portion = {
  readonly ready: Promise<ReadyPortion>;
  /** Bytes of the source that were read for it and all before it. */
  readonly bytesRead: number;
  /** Told once of how many items it is; what it gives runs in the transaction that decides the last of them. */
  readonly note: (items: number) => (sql: Sql) => Promise<void>;
};

/**
 * Puts resources into the record as they come, in constant memory. While PostgreSQL stores one portion, the next is
 * prepared. What is stored already in the same words is left alone; what is not valid is refused by itself.
 */
export async function loadResources(
  store: Store,
  actor: Actor,
  items: AsyncIterable<LoadItem> | Iterable<LoadItem>,
  options: LoadOptions,
): Promise<LoadCounts> {
  let decided = 0;
  const note: Portion['note'] = (count) => {
    decided += count;
    const total = decided;
    return async (sql) => options.saveProgress?.(sql, total);
  };
  const settings = settingsOf(store, actor, options.keepVersions ?? false);
  return loadPortions(store, actor, preparedHere(items, settings, { now: store.now, note }), options);
}

export function settingsOf({ guards, baseUrl }: Store, actor: Actor, keepVersions: boolean): PortionSettings {
  return { actor, keepVersions, guarded: Object.keys(guards ?? {}), baseUrl };
}

type PreparedHere = Pick<Store, 'now'> &
  Pick<Portion, 'note'> & {
    readonly bytesRead?: () => number;
  };

/** Items in portions that this thread prepares. */
export async function* preparedHere(
  items: AsyncIterable<LoadItem> | Iterable<LoadItem>,
  settings: PortionSettings,
  { now, note, bytesRead = () => 0 }: PreparedHere,
): AsyncGenerator<Portion> {
  let gathered: LoadItem[] = [];
  const take = (): Portion => {
    const own = gathered;
    gathered = [];
    const prepared = preparePortion(own, settings, now().getTime());
    return {
      ready: Promise.resolve({ prepared, itemsAgain: async () => own, release: () => reuseBulk(prepared.bulk) }),
      bytesRead: bytesRead(),
      note,
    };
  };
  for await (const item of items) {
    gathered.push(item);
    if (gathered.length >= portionSize) {
      yield take();
    }
  }
  if (gathered.length > 0) {
    yield take();
  }
}

/**
 * Stores portions in their order, each while the next ones are being prepared and the one before is written to disk. A
 * portion is told of, and the whole ends, only when it is there.
 */
export async function loadPortions(
  store: Store,
  actor: Actor,
  portions: AsyncIterable<Portion>,
  options: LoadOptions,
): Promise<LoadCounts> {
  const counts: LoadCounts = { created: 0, updated: 0, unchanged: 0, refused: 0 };
  const tell = async (stored: Readonly<LoadCounts>, bytesRead: number): Promise<void> => {
    await flushWrites(store.sql);
    await options.onProgress?.(stored, bytesRead);
  };
  let telling: Promise<void> = Promise.resolve();
  let refreshing: Promise<void> = Promise.resolve();
  const storeNext = async ({ note, bytesRead }: Portion, ready: ReadyPortion): Promise<void> => {
    const { prepared, itemsAgain, release } = ready;
    const stored = await storePortion(store, actor, prepared, itemsAgain, {
      onRefused: options.onRefused,
      keepVersions: options.keepVersions ?? false,
      before: note(prepared.items),
    });
    release();
    addCounts(counts, stored);
    const { created } = counts;
    refreshing = refreshing.then(async () => refreshStatistics(store.sql, created, stored.created));
    refreshing.catch(() => undefined); // awaited, and so reported, at the end
    await telling;
    telling = tell({ ...counts }, bytesRead);
    telling.catch(() => undefined); // awaited, and so reported, behind the next portion
  };
  let storing: Promise<void> = Promise.resolve();
  for await (const portion of portions) {
    const ready = await portion.ready;
    await storing;
    storing = storeNext(portion, ready);
    storing.catch(() => undefined); // awaited, and so reported, before the next portion
  }
  await storing;
  await Promise.all([telling, refreshing]);
  return counts;
}

/**
 * Tells the planner of the load's size at its first portion and whenever it is four times as large, where most of what is
 * stored came with it: of a record that grows by less the server takes care.
 */
async function refreshStatistics(sql: Store['sql'], created: number, latest: number): Promise<void> {
  const steps = (count: number): number => Math.floor(Math.log(Math.max(count / portionSize, 0.5)) / Math.log(4));
  if (latest === 0 || steps(created) === steps(created - latest)) {
    return;
  }
  const [known] = await sql<{ rows: number }[]>`
    select reltuples::bigint as rows from pg_class where oid = 'record.resource'::regclass`;
  if (created < (known?.rows ?? 0) * 3) {
    return;
  }
  await sql.begin(async (own) => {
    await own`set local statement_timeout = 0`; // of a large record this takes longer than a request may
    await own`select record.refresh_statistics()`;
  });
}
