import { mkdirSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openProgramDatabase } from '#platform/database';
import { exportRecord, importFiles } from '#platform/exchange';
import type { Store } from '#platform/store';
import { migrationParts } from '../src/migration-parts.ts';
import { currentCommit, loadAverage, machineFacts } from './machine.ts';
import { peakMemoryMegabytes, sampleCpu } from './process-cpu.ts';

const usage = `node bench/bulk.ts [files or folders] [--keep FOLDER] [--out FILE]

Imports files into an empty record on an embedded database (validated, indexed, searchable when it ends), exports all of
it again, and prints for each the rate, the processor time of Node and of PostgreSQL per resource, and the most memory
this process held. Default: the Synthea records of the data folder.

  --keep FOLDER   use this data folder and leave it
  --out FILE      where the figures go (default: .cache/bench/bulk.json)`;

type Figure = {
  readonly name: string;
  readonly resources: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Processor time per resource, in microseconds. */
  readonly nodeCpuUs: number;
  readonly postgresCpuUs: number;
  readonly strangers: number;
  readonly peakMemoryMegabytes: number | undefined;
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { keep: { type: 'string' }, out: { type: 'string' }, help: { type: 'boolean' } },
});
if (values.help) {
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}
const data = process.env['VSIS_TEST_DATA'] ?? resolve(import.meta.dirname, '../../shared/data');
const sources = positionals.length > 0 ? positionals : [join(data, 'synthea')];
const folder = values.keep ?? (await mkdtemp(join(tmpdir(), 'vsis-bulk-')));
await chmod(folder, 0o755); // PostgreSQL does not run as root and must enter it
const loadBefore = loadAverage();
const database = await openProgramDatabase({ dataDir: join(folder, 'data'), migrationParts, program: 'vsis bench' });
const store: Store = { sql: database.sql, now: () => new Date() };
try {
  const figures = [
    await measure('import', async () => {
      const { created, updated, unchanged } = await importFiles(store, { name: 'vsis bench' }, sources, {
        onRefused: () => undefined,
        again: true,
      });
      return created + updated + unchanged;
    }),
    await measure('export', async () => (await exportRecord(store, join(folder, 'exported'))).resources),
  ];
  const out = values.out ?? join(import.meta.dirname, '..', '.cache', 'bench', 'bulk.json');
  mkdirSync(resolve(out, '..'), { recursive: true });
  const result = {
    startedAt: new Date().toISOString(),
    commit: currentCommit(),
    machine: machineFacts(folder, undefined),
    loadBefore,
    figures,
  };
  writeFileSync(out, `${JSON.stringify(result, undefined, 1)}\n`);
  process.stdout.write(`${out}\n`);
} finally {
  await database.close();
  await (values.keep === undefined ? rm(folder, { recursive: true, force: true }) : undefined);
}

async function measure(name: string, run: () => Promise<number>): Promise<Figure> {
  const before = sampleCpu({ serverPid: process.pid });
  const startedMs = performance.now();
  const resources = await run();
  const seconds = (performance.now() - startedMs) / 1000;
  const after = sampleCpu({ serverPid: process.pid });
  const perResource = (pick: 'serverMs' | 'postgresMs'): number =>
    Math.round((((after?.[pick] ?? 0) - (before?.[pick] ?? 0)) * 1000) / Math.max(resources, 1));
  const machine = (after?.machine.busyMs ?? 0) - (before?.machine.busyMs ?? 0);
  const own = (after?.serverMs ?? 0) - (before?.serverMs ?? 0) + (after?.postgresMs ?? 0) - (before?.postgresMs ?? 0);
  const total = (after?.machine.totalMs ?? 0) - (before?.machine.totalMs ?? 0);
  const figure: Figure = {
    name,
    resources,
    seconds: Math.round(seconds * 10) / 10,
    perSecond: Math.round(resources / seconds),
    nodeCpuUs: perResource('serverMs'),
    postgresCpuUs: perResource('postgresMs'),
    strangers: Math.round(((machine - own) / Math.max(total, 1)) * 100) / 100,
    peakMemoryMegabytes: peakMemoryMegabytes(process.pid),
  };
  process.stdout.write(
    `${name}: ${figure.resources} resources in ${figure.seconds} s, ${figure.perSecond}/s; ` +
      `Node ${figure.nodeCpuUs} µs, PostgreSQL ${figure.postgresCpuUs} µs a resource; ` +
      `others ${figure.strangers * 100} % of the machine; at most ${figure.peakMemoryMegabytes} MB\n`,
  );
  return figure;
}
