import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { MachineFacts } from '../machine.ts';
import type { CandidateResult } from './measure-candidate.ts';

type Kept = CandidateResult & { readonly note: string; readonly machine: MachineFacts };

/** Adds a result to the file, which holds a list of them. */
export async function addResult(file: string, result: Kept): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => '[]');
  const earlier = JSON.parse(text) as Kept[]; // as: this function wrote it
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify([...earlier, result], undefined, 1)}\n`);
}

/** The result as lines of a table for people. */
export function describe({ candidate, rows, sizes, lines }: CandidateResult): string {
  const head = `${candidate}, ${rows} resources, ${sizes.total} bytes per resource`;
  const body = lines.map((each) =>
    [
      each.workload.padEnd(28),
      String(each.clients).padStart(3),
      String(each.perSecond).padStart(8),
      each.p50Ms.toFixed(2).padStart(9),
      each.p95Ms.toFixed(2).padStart(9),
      each.cpuMs.toFixed(3).padStart(9),
      String(each.walBytes ?? '').padStart(7),
    ].join(' '),
  );
  return [head, 'workload, clients, per second, p50 ms, p95 ms, CPU ms, WAL bytes', ...body].join('\n');
}
