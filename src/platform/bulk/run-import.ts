import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImportSummary, importFiles, type Refusal, SharedThreads } from '#platform/exchange';
import type { Store } from '#platform/store';
import { fetchInput } from './fetch-input.ts';
import type { ImportInput, ImportPlan } from './import-plan.ts';
import { OutcomeFile } from './outcome-file.ts';
import type { PartFile } from './part-files.ts';
import type { RunningJob } from './run-jobs.ts';
import { uploadPath } from './upload-route.ts';

type Counts = Pick<ImportSummary, 'created' | 'updated' | 'unchanged' | 'refused'>;

/** What an import came to. */
export type ImportOutcome = {
  readonly finished: string;
  readonly counts: Counts;
  readonly skippedFiles: number;
  /** Refusals that are counted and not told of in the files; undefined in an outcome of an earlier version. */
  readonly untold?: number;
  readonly files: readonly PartFile[];
};

/** `counts` are those of the portions that were stored, but for one that was on its way when a process was killed. */
type ImportProgress = { readonly counts: Counts; readonly skippedFiles: number; readonly next: number };

/** Refusals of one job that are told one by one; those beyond are counted. */
const refusalsAtMost = 10_000;

const begun: ImportProgress = {
  counts: { created: 0, updated: 0, unchanged: 0, refused: 0 },
  skippedFiles: 0,
  next: 0,
};

/**
 * Imports the files of a job one after the other. A file that was interrupted goes on where it stopped: how far it is, is
 * stored with its resources (`exchange`). Each version names the job in the audit trail.
 */
export async function runImport(
  store: Store,
  job: RunningJob,
  { folder, bytesAtMost }: { readonly folder: string; readonly bytesAtMost: number },
): Promise<ImportOutcome> {
  const { inputs } = job.plan as ImportPlan; // as: readImport wrote it
  let progress = (job.progress as ImportProgress | null) ?? begun; // as: written below
  await using shared = new SharedThreads();
  const left = refusalsAtMost - linesOf(await refusalFiles(job.folder));
  await using refusals = new OutcomeFile(join(job.folder, `refused-${job.attempt}.ndjson`), left);
  while (progress.next < inputs.length) {
    const input = inputs[progress.next];
    if (!input) {
      break;
    }
    const path = await fetched(input, job, { folder, place: progress.next, bytesAtMost });
    const before = progress;
    const summary = await importFiles(store, { name: job.actor, requestId: job.id }, [path], {
      onRefused: (refusal: Refusal) => refusals.add(refusal),
      onProgress: ({ counts }) => job.save({ ...before, counts: sum(before.counts, counts) }),
      signal: job.signal,
      shared,
    });
    progress = {
      counts: sum(progress.counts, summary),
      skippedFiles: progress.skippedFiles + summary.skippedFiles,
      next: progress.next + 1,
    };
    await job.save(progress);
  }
  const { counts, skippedFiles } = progress;
  const files = await refusalFiles(job.folder);
  const untold = Math.max(counts.refused - linesOf(files), 0);
  return { finished: store.now().toISOString(), counts, skippedFiles, untold, files };
}

function linesOf(files: readonly PartFile[]): number {
  return files.reduce((lines, { count }) => lines + count, 0);
}

export function describeImport(progress: unknown): string {
  const { counts, next } = (progress ?? begun) as ImportProgress; // as: runImport wrote it
  return `${next} files, ${counts.created + counts.updated + counts.unchanged} resources, ${counts.refused} refused`;
}

async function fetched(
  input: ImportInput,
  { folder: own, signal }: RunningJob,
  { folder, place, bytesAtMost }: { readonly folder: string; readonly place: number; readonly bytesAtMost: number },
): Promise<string> {
  switch (input.kind) {
    case 'upload':
      return uploadPath(folder, input.id);
    case 'folder':
      return input.path;
    case 'web': {
      const path = join(own, `input-${place}.ndjson`);
      await fetchInput(input.url, path, { signal, bytesAtMost });
      return path;
    }
  }
}

function sum(left: Counts, right: Counts): Counts {
  return {
    created: left.created + right.created,
    updated: left.updated + right.updated,
    unchanged: left.unchanged + right.unchanged,
    refused: left.refused + right.refused,
  };
}

/** The files in which attempts have told what they refused. */
async function refusalFiles(folder: string): Promise<PartFile[]> {
  const names = (await readdir(folder)).filter((name) => /^refused-\d+\.ndjson$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const { size } = await stat(path);
      return { name, kind: 'error' as const, type: 'OperationOutcome', bytes: size, count: await countLines(path) };
    }),
  );
}

async function countLines(path: string): Promise<number> {
  let lines = 0;
  for await (const each of createReadStream(path)) {
    const piece = each as Buffer; // as: streams of bytes give Buffers
    for (let at = piece.indexOf(newline); at >= 0; at = piece.indexOf(newline, at + 1)) {
      lines += 1;
    }
  }
  return lines;
}

const newline = 0x0a;
