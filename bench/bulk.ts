import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bulkClient } from './bulk-client.ts';
import { writeBulkFiles } from './bulk-files.ts';
import { currentCommit, loadAverage, machineFacts } from './machine.ts';
import { startOwnServer } from './own-server.ts';
import { type CpuSample, peakMemoryMegabytes, sampleCpu } from './process-cpu.ts';
import { inScratchFolder, type ScratchFolder } from './scratch-folder.ts';

const usage = `node bench/bulk.ts [--resources N] [--input FOLDER] [options]

Starts the program on an empty folder, imports NDJSON files by $import (validated, indexed, searchable when it ends), exports
all of it by $export and fetches the files. Prints for each the rate, the processor time of the program and of PostgreSQL per
resource, and the most memory the program's process has held. 1,500,000 resources are 1.6 GB, and 2,000,000 are 2.1 GB.

  --resources N     so many invented resources (100,000), rounded up to whole charts of 100
  --input FOLDER    the NDJSON files of this folder instead
  --no-export       only import
  --folder FOLDER   where files and database lie while it runs (the system's folder for temporary files); about 8 kB a resource
  --profile FOLDER  write CPU profiles of the program and its threads
  --out FILE        where the figures go (100,000 resources or more: bench/results/bulk-<date>-<commit>.json)`;

type Figure = {
  readonly name: 'import' | 'export';
  readonly resources: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Processor time per resource, in microseconds. */
  readonly serverCpuUs: number;
  readonly postgresCpuUs: number;
  /** Share of the machine that other processes used, of what the driver itself used apart. */
  readonly others: number;
  /** Of the program's process, from its start on. */
  readonly peakMemoryMegabytes: number | undefined;
};

const { values } = parseArgs({
  options: {
    resources: { type: 'string', default: '100000' },
    input: { type: 'string' },
    'no-export': { type: 'boolean', default: false },
    folder: { type: 'string', default: tmpdir() },
    profile: { type: 'string' },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}
if (!/^[1-9]\d{0,8}$/.test(values.resources)) {
  process.stderr.write(`--resources ${values.resources}: a whole number from 1 on is wanted.\n`);
  process.exit(2);
}

await inScratchFolder(join(values.folder, 'vsis-bulk-'), main);

async function main({ folder, stops }: ScratchFolder): Promise<void> {
  const input = resolve(values.input ?? join(folder, 'input'));
  const written = values.input === undefined ? writeBulkFiles(input, Number(values.resources)) : undefined;
  const names = readdirSync(input).filter((name) => name.endsWith('.ndjson'));
  const bytes = names.reduce((sum, name) => sum + statSync(join(input, name)).size, 0);
  process.stdout.write(`${names.length} files, ${Math.round(bytes / 1e6)} MB\n`);
  const before = { startedAt: new Date().toISOString(), commit: currentCommit(), loadBefore: loadAverage() };
  const profiling = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(values.profile)}`];
  const settings = { VSIS_DEMO: 'off', VSIS_IMPORT_DIR: input };
  const { base, pid } = await startOwnServer(folder, profiling, stops, settings);
  const client = bulkClient(base);
  const figures = [
    await measure('import', pid, async () => {
      const { created, refused, finishedMs } = await client.importFiles(names);
      expectEqual('refused resources', refused, 0);
      return { resources: created, bytes, finishedMs };
    }),
  ];
  if (written) {
    expectEqual('imported resources', figures[0]?.resources, written.resources);
    expectEqual('patients', await client.count('Patient?gender=male,female'), written.patients);
    expectEqual(
      'observations of a patient',
      await client.count(written.observationsOfOne.search),
      written.observationsOfOne.total,
    );
  }
  if (!values['no-export']) {
    figures.push(await measure('export', pid, () => client.exportAll()));
    expectEqual('exported resources', figures[1]?.resources, figures[0]?.resources);
  }
  const result = {
    ...before,
    machine: machineFacts(folder, undefined),
    input: values.input === undefined ? 'invented' : 'given',
    figures,
  };
  const out = values.out ?? resultFile(result.startedAt, result.commit, figures[0]?.resources ?? 0);
  mkdirSync(resolve(out, '..'), { recursive: true });
  writeFileSync(out, `${JSON.stringify(result, undefined, 1)}\n`);
  process.stdout.write(`${out}\n`);
}

function expectEqual(what: string, found: number | undefined, expected: number | undefined): void {
  if (found !== expected) throw new Error(`${what}: ${found} instead of ${expected}`);
}

type Work = { readonly resources: number; readonly bytes: number; readonly finishedMs?: number };

async function measure(name: Figure['name'], serverPid: number, run: () => Promise<Work>): Promise<Figure> {
  const before = sampleCpu({ serverPid });
  const driverBefore = process.cpuUsage();
  const startedMs = Date.now();
  const { resources, bytes, finishedMs = Date.now() } = await run();
  const seconds = (finishedMs - startedMs) / 1000;
  const after = sampleCpu({ serverPid });
  const { user, system } = process.cpuUsage(driverBefore);
  const used = (pick: (sample: CpuSample) => number): number => (before && after ? pick(after) - pick(before) : 0);
  const own = used(({ serverMs }) => serverMs) + used(({ postgresMs }) => postgresMs) + (user + system) / 1000;
  const busyShare =
    (used(({ machine }) => machine.busyMs) - own) /
    Math.max(
      used(({ machine }) => machine.totalMs),
      1,
    );
  const perResource = (ms: number): number => Math.round((ms * 1000) / Math.max(resources, 1));
  const figure: Figure = {
    name,
    resources,
    bytes,
    seconds: Math.round(seconds * 10) / 10,
    perSecond: Math.round(resources / seconds),
    serverCpuUs: perResource(used(({ serverMs }) => serverMs)),
    postgresCpuUs: perResource(used(({ postgresMs }) => postgresMs)),
    others: Math.max(Math.round(busyShare * 100) / 100, 0),
    peakMemoryMegabytes: peakMemoryMegabytes(serverPid),
  };
  process.stdout.write(
    `${name}: ${figure.resources} resources in ${figure.seconds} s, ${figure.perSecond}/s; program ${figure.serverCpuUs} µs, ` +
      `PostgreSQL ${figure.postgresCpuUs} µs a resource; others ${Math.round(figure.others * 100)} % of the machine; ` +
      `at most ${figure.peakMemoryMegabytes} MB\n`,
  );
  return figure;
}

function resultFile(startedAt: string, commit: string, resources: number): string {
  const root = join(import.meta.dirname, '..');
  const name = `bulk-${startedAt.slice(0, 10)}-${commit}.json`;
  return join(root, ...(resources >= 100_000 ? ['bench', 'results'] : ['.cache', 'bench']), name);
}
