import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { AppError } from '#platform/errors';
import type { Actor, Store } from '#platform/store';
import { isImportable, portionsOf, type Source } from './file-portions.ts';
import { findProgress } from './import-progress.ts';
import type { Refusal } from './load-item.ts';
import { loadPortions, type Portion, settingsOf } from './load-resources.ts';
import { openPreparePool, type PreparePool, type SharedThreads, usualThreads } from './prepare-pool.ts';
import type { PortionSettings } from './prepare-portion.ts';
import type { LoadCounts } from './store-portion.ts';

export type ImportOptions = {
  readonly onRefused: (refusal: Refusal) => Promise<void> | void;
  /** Called after each stored portion, and waited for. */
  readonly onProgress?: (state: {
    readonly doneBytes: number;
    readonly totalBytes: number;
    readonly counts: Readonly<LoadCounts>;
  }) => Promise<void> | void;
  /** Read files again that an earlier import has finished. */
  readonly again?: boolean;
  readonly keepVersions?: boolean;
  /** Threads that prepare resources; by the size of the files and the cores of the machine where nothing is said. */
  readonly threads?: number;
  /** Threads that large files share with those of other calls by the same actor. */
  readonly shared?: SharedThreads;
  /** Breaks the import off between two portions; it can be gone on with. */
  readonly signal?: AbortSignal;
};

export type ImportSummary = LoadCounts & { readonly files: number; readonly skippedFiles: number };

/** Threads take a second to be ready; this much is imported in that time. */
const worthThreadsBytes = 4 * 1024 * 1024;

/** Imports files and folders, each file going on where an interrupted import left it. */
export async function importFiles(
  store: Store,
  actor: Actor,
  paths: readonly string[],
  options: ImportOptions,
): Promise<ImportSummary> {
  const sources = await listSources(paths);
  const totalBytes = sources.reduce((sum, each) => sum + each.bytes, 0);
  const settings = settingsOf(store, actor, options.keepVersions ?? false);
  await using pool = poolFor(sources, settings, options);
  const run = new ImportRun({ store, settings, pool, options });
  const { onProgress, onRefused } = options;
  const counts = await loadPortions(store, actor, run.portions(sources), {
    onRefused,
    keepVersions: settings.keepVersions,
    onProgress: (current, doneBytes) => onProgress?.({ doneBytes, totalBytes, counts: current }),
  });
  return { ...counts, files: sources.length, skippedFiles: run.skippedFiles };
}

function poolFor(
  sources: readonly Source[],
  settings: PortionSettings,
  { threads, shared }: Pick<ImportOptions, 'threads' | 'shared'>,
): PreparePool {
  const isWorthThreads = shared?.areReady === true || unpackedBytes(sources) >= worthThreadsBytes;
  if (threads === undefined && isWorthThreads) {
    return shared?.open(settings) ?? openPreparePool(settings, usualThreads());
  }
  return openPreparePool(settings, threads ?? 0);
}

/** About; FHIR packs to a tenth. */
function unpackedBytes(sources: readonly Source[]): number {
  return sources.reduce((sum, { path, bytes }) => sum + bytes * (path.endsWith('.gz') ? 10 : 1), 0);
}

type ImportContext = {
  readonly store: Store;
  readonly settings: PortionSettings;
  readonly pool: PreparePool;
  readonly options: ImportOptions;
};

/** The portions of all files one after the other, so that threads have work while a file ends. */
class ImportRun {
  readonly #context: ImportContext;
  skippedFiles = 0;

  constructor(context: ImportContext) {
    this.#context = context;
  }

  /** Some portions are begun before they are asked for: as many as keep every thread at work. */
  async *portions(sources: readonly Source[]): AsyncGenerator<Portion> {
    const begun: Portion[] = [];
    for await (const portion of this.#all(sources)) {
      portion.ready.catch(() => undefined); // reported when its turn comes
      begun.push(portion);
      if (begun.length > this.#context.pool.ahead) {
        yield* begun.splice(0, 1);
      }
    }
    yield* begun;
  }

  async *#all(sources: readonly Source[]): AsyncGenerator<Portion> {
    const { store, options } = this.#context;
    let earlierBytes = 0;
    for (const source of sources) {
      const before = options.again ? undefined : await findProgress(store.sql, source.key);
      if (before?.finished) {
        this.skippedFiles += 1;
      } else {
        for await (const portion of portionsOf(source, before?.items ?? 0, this.#context)) {
          options.signal?.throwIfAborted();
          yield { ...portion, bytesRead: earlierBytes + portion.bytesRead };
        }
      }
      earlierBytes += source.bytes;
    }
  }
}

/** Synthea writes its registries to files of these names; patients' files repeat parts of them in fewer words. */
const registryFile = /^(hospital|practitioner)Information/;

/** All importable files below the paths: registries first, then in the order of their names. */
async function listSources(paths: readonly string[]): Promise<Source[]> {
  const sources: Source[] = [];
  for (const given of paths) {
    const info = await stat(given).catch(() => undefined);
    if (!info) {
      throw new AppError('invalid', 'exchange.no-such-file', `There is no file or folder ${given}.`);
    }
    const names = info.isDirectory() ? await readdir(given, { recursive: true }) : [basename(given)];
    for (const name of names.filter(isImportable).sort(byRegistryAndName)) {
      const path = info.isDirectory() ? join(given, name) : given;
      const file = info.isDirectory() ? await stat(path) : info;
      if (file.isFile()) {
        const shown = info.isDirectory() ? join(basename(resolve(given)), relative(given, path)) : name;
        sources.push({ path, name: shown, bytes: file.size, key: keyOf(path, file.size, file.mtimeMs) });
      }
    }
  }
  return sources;
}

function byRegistryAndName(left: string, right: string): number {
  const registries = Number(registryFile.test(basename(right))) - Number(registryFile.test(basename(left)));
  return registries === 0 ? (left < right ? -1 : 1) : registries;
}

function keyOf(path: string, size: number, modifiedMs: number): string {
  return createHash('sha256')
    .update(`${resolve(path)} ${size} ${modifiedMs}`)
    .digest('hex');
}
