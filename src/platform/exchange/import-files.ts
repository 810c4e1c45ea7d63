import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { AppError } from '#platform/errors';
import type { Actor, Store } from '#platform/store';
import { findProgress, finishProgress, saveProgress } from './import-progress.ts';
import type { LoadItem, Refusal } from './load-item.ts';
import { type LoadCounts, loadResources } from './load-resources.ts';
import { isImportable, readFileItems } from './read-file-items.ts';

export type ImportOptions = {
  readonly onRefused: (refusal: Refusal) => Promise<void> | void;
  readonly onProgress?: (state: { doneBytes: number; totalBytes: number; counts: LoadCounts }) => void;
  /** Read files again that an earlier import has finished. */
  readonly again?: boolean;
  readonly keepVersions?: boolean;
};

export type ImportSummary = LoadCounts & { readonly files: number; readonly skippedFiles: number };

type Source = { readonly path: string; readonly name: string; readonly bytes: number; readonly key: string };

/** Imports files and folders, each file going on where an interrupted import left it. */
export async function importFiles(
  store: Store,
  actor: Actor,
  paths: readonly string[],
  options: ImportOptions,
): Promise<ImportSummary> {
  const sources = await listSources(paths);
  const totalBytes = sources.reduce((sum, each) => sum + each.bytes, 0);
  const total: LoadCounts = { created: 0, updated: 0, unchanged: 0, refused: 0 };
  let doneBytes = 0;
  let skippedFiles = 0;
  for (const source of sources) {
    const before = options.again ? undefined : await findProgress(store.sql, source.key);
    if (before?.finished) {
      skippedFiles += 1;
    } else {
      const counts = await importSource(store, actor, source, before?.items ?? 0, options, (state) =>
        options.onProgress?.({
          doneBytes: doneBytes + state.bytes,
          totalBytes,
          counts: addCounts(total, state.counts),
        }),
      );
      Object.assign(total, addCounts(total, counts));
    }
    doneBytes += source.bytes;
  }
  return { ...total, files: sources.length, skippedFiles };
}

async function importSource(
  store: Store,
  actor: Actor,
  source: Source,
  done: number,
  options: ImportOptions,
  onProgress: (state: { bytes: number; counts: LoadCounts }) => void,
): Promise<LoadCounts> {
  const items = skip(readFileItems(source.path, source.name), done);
  const counts = await loadResources(store, actor, items, {
    onRefused: options.onRefused,
    onProgress: (current, last) => onProgress({ bytes: last.bytesRead ?? 0, counts: current }),
    saveProgress: (sql, decided) => saveProgress(sql, source.key, done + decided),
    keepVersions: options.keepVersions ?? false,
  });
  await finishProgress(store.sql, source.key);
  return counts;
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

function addCounts(left: LoadCounts, right: LoadCounts): LoadCounts {
  return {
    created: left.created + right.created,
    updated: left.updated + right.updated,
    unchanged: left.unchanged + right.unchanged,
    refused: left.refused + right.refused,
  };
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
