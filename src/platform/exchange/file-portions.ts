import type { Store } from '#platform/store';
import type { FileChunk } from './file-chunk.ts';
import type { ReadProgress } from './file-pieces.ts';
import { finishProgress, saveProgress } from './import-progress.ts';
import type { LoadItem } from './load-item.ts';
import { type Portion, preparedHere } from './load-resources.ts';
import type { PreparePool } from './prepare-pool.ts';
import type { PortionSettings } from './prepare-portion.ts';
import { readDocument, readLineChunks, reuseChunk } from './read-chunks.ts';
import { readFileItems } from './read-file-items.ts';

/** A file to import; under its key stands how far it has been imported. */
export type Source = { readonly path: string; readonly name: string; readonly bytes: number; readonly key: string };

type Context = { readonly store: Store; readonly settings: PortionSettings; readonly pool: PreparePool };

export function isImportable(path: string): boolean {
  return /\.(json|ndjson|jsonl|xml)(\.gz)?$/.test(path);
}

/** A file from an item on, in portions that note how far it is; the last one notes that it is done. */
export async function* portionsOf(source: Source, done: number, context: Context): AsyncGenerator<Portion> {
  const progress = { bytes: 0 };
  const place = new Place(source.key, done);
  const portions = isLines(source.path)
    ? fromLines(source, done, { context, progress, place })
    : fromDocument(source, done, { context, progress, place });
  let held: Portion | undefined;
  for await (const portion of portions) {
    if (held) {
      yield held;
    }
    held = portion;
  }
  if (held) {
    yield { ...held, note: place.finish };
  } else {
    await finishProgress(context.store.sql, source.key);
  }
}

/** How far a file is, moved on by each portion that is stored. */
class Place {
  readonly #key: string;
  #items: number;

  constructor(key: string, done: number) {
    this.#key = key;
    this.#items = done;
  }

  readonly move: Portion['note'] = (items) => {
    this.#items += items;
    const total = this.#items;
    return async (sql) => saveProgress(sql, this.#key, total);
  };

  readonly finish: Portion['note'] = () => async (sql) => finishProgress(sql, this.#key);
}

type Reading = { readonly context: Context; readonly progress: ReadProgress; readonly place: Place };

function isLines(path: string): boolean {
  return /\.(ndjson|jsonl)(\.gz)?$/.test(path);
}

async function* fromLines({ path, name }: Source, done: number, reading: Reading): AsyncGenerator<Portion> {
  let left = done;
  for await (const { chunk, items, bytesRead } of readLineChunks(path, name, reading.progress)) {
    if (left < items) {
      yield portionOf({ ...chunk, skip: left }, bytesRead, reading);
    } else {
      reuseChunk(chunk);
    }
    left = Math.max(left - items, 0);
  }
}

async function* fromDocument({ path, name }: Source, done: number, reading: Reading): AsyncGenerator<Portion> {
  const { progress, place, context } = reading;
  const chunk = path.includes('.xml') ? undefined : await readDocument(path, name, progress);
  if (chunk) {
    yield portionOf({ ...chunk, skip: done }, progress.bytes, reading);
    return;
  }
  const items = skip(readFileItems(path, name, progress), done);
  const { now } = context.store;
  yield* preparedHere(items, context.settings, { now, note: place.move, bytesRead: () => progress.bytes });
}

function portionOf(chunk: FileChunk, bytesRead: number, { context, place }: Reading): Portion {
  return {
    ready: context.pool.prepare(chunk, context.store.now().getTime()),
    bytesRead,
    note: place.move,
  };
}

async function* skip(items: AsyncIterable<LoadItem>, count: number): AsyncGenerator<LoadItem> {
  let left = count;
  for await (const item of items) {
    if (left > 0) {
      left -= 1;
    } else {
      yield item;
    }
  }
}
