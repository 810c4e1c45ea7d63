import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Cell } from './cell.ts';
import type { MachineFacts } from './machine.ts';
import type { FloorName, WorkloadName } from './workload-names.ts';

/** A workload or floor at a number of clients: every run, and the middle of them. */
export type Measured = {
  readonly name: WorkloadName | FloorName;
  readonly clients: number;
  readonly runs: readonly Cell[];
  readonly median: Cell;
};

/** What a bench writes to its result file. */
export type BenchResult = {
  readonly format: 1;
  readonly startedAt: string;
  readonly commit: string;
  /** `own`, or the address that was given. */
  readonly target: string;
  readonly software: string;
  readonly everythingBy: string;
  readonly machine: MachineFacts;
  readonly loadBefore: number;
  readonly loadAfter: number;
  readonly windowSeconds: number;
  readonly warmUpSeconds: number;
  readonly runs: number;
  readonly storedResources: number;
  readonly serverPeakMemoryMegabytes: number | undefined;
  readonly tookSeconds: number;
  readonly measured: readonly Measured[];
};

const resultsFolder = join(import.meta.dirname, 'results');
const passingFolder = join(import.meta.dirname, '..', '.cache', 'bench');

/** Complete runs are kept in the repository; short and partial ones are not. */
export function resultFile(result: BenchResult, isComplete: boolean): string {
  const day = result.startedAt.slice(0, 10);
  const suffix =
    result.target === 'own'
      ? ''
      : `-${result.software
          .normalize('NFD')
          .replace(/\p{M}/gu, '')
          .toLowerCase()
          .replace(/[^a-z0-9.]+/g, '-')}`;
  return join(isComplete ? resultsFolder : passingFolder, `${day}-${result.commit}${suffix}.json`);
}

export function writeResult(file: string, result: BenchResult): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(result, undefined, 1)}\n`);
}

/** Reads a result file. Throws where it is none. */
export function readResult(file: string): BenchResult {
  const result: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof result !== 'object' || result === null || !('format' in result) || result.format !== 1) {
    throw new Error(`${file} is no result of this bench.`);
  }
  return result as BenchResult; // as: this bench wrote it, the format says so
}

/** The newest kept result of the same target, on a machine like this. */
export function findEarlierResult(
  like: Pick<BenchResult, 'target' | 'machine' | 'startedAt'>,
): BenchResult | undefined {
  return listResults()
    .filter(
      (each) =>
        each.target === like.target &&
        each.startedAt < like.startedAt &&
        each.machine.cpu === like.machine.cpu &&
        each.machine.cores === like.machine.cores,
    )
    .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))[0];
}

function listResults(): BenchResult[] {
  try {
    const files = readdirSync(resultsFolder).filter((file) => /^\d{4}-(?!.*-bulk-).*\.json$/.test(file)); // beside other benches' own
    return files.map((file) => readResult(join(resultsFolder, file)));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
