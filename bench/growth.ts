import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { bulkClient } from './bulk-client.ts';
import { writeBulkFiles } from './bulk-files.ts';
import { chartSize } from './chart-bundle.ts';
import { currentCommit, loadAverage, machineFacts } from './machine.ts';
import { type OwnServer, startOwnServer } from './own-server.ts';
import { peakMemoryMegabytes, sampleCpu } from './process-cpu.ts';
import { type BenchResult, readResult } from './result.ts';
import { inScratchFolder, type ScratchFolder } from './scratch-folder.ts';

const usage = `node bench/growth.ts [--sizes 1000000,5000000] [options]

How the record slows down as it grows: starts the program on an empty folder, imports up to each size and measures the same
workloads there, with the floors of that moment. Prints how p50 and processor time grew. About 8 kB of disk a resource.

  --sizes N,N      numbers of resources, growing (1000000,5000000)
  --folder FOLDER  where files and database lie while it runs (the system's folder for temporary files)
  --out FILE       where the figures go (bench/results/growth-<date>-<commit>.json)`;

const workloads =
  'read-patient,search-patient-identifier,search-observation,everything,create-observation,create-patient';
/** More would wait long for the last of an import. */
const importedAtOnce = 500_000;

const run = promisify(execFile);
const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000000,5000000' },
    folder: { type: 'string', default: tmpdir() },
    out: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}
const sizes = values.sizes.split(',').map(Number);
if (sizes.length === 0 || sizes.some((size, at) => !(size > (sizes[at - 1] ?? 0)))) {
  process.stderr.write(`--sizes ${values.sizes}: growing whole numbers are wanted.\n`);
  process.exit(2);
}

type Step = {
  readonly resources: number;
  readonly importedPerSecond: number;
  readonly importedBytes: number;
  readonly serverCpuUs: number;
  readonly postgresCpuUs: number;
  readonly exportedPerSecond: number;
  /** Of the program's process, from its start to the end of the export. */
  readonly peakMemoryMegabytes: number | undefined;
  readonly bench: BenchResult;
};

await inScratchFolder(join(values.folder, 'vsis-growth-'), main);

async function main({ folder, stops }: ScratchFolder): Promise<void> {
  const startedAt = new Date().toISOString();
  const input = join(folder, 'input');
  mkdirSync(input);
  const own = await startOwnServer(folder, [], stops, { VSIS_DEMO: 'off', VSIS_IMPORT_DIR: input });
  const steps: Step[] = [];
  let charts = 0;
  for (const size of sizes) {
    const load = await importUpTo(size, own, { input, charts });
    charts = Math.ceil(size / chartSize);
    const exportedPerSecond = await exportAll(own, size);
    steps.push({
      resources: size,
      ...load,
      exportedPerSecond,
      peakMemoryMegabytes: peakMemoryMegabytes(own.pid),
      bench: await bench(own, folder),
    });
  }
  const growth = steps.slice(1).map((step) => growthOf(steps[0] ?? step, step));
  const machine = machineFacts(folder, undefined);
  const result = { startedAt, commit: currentCommit(), machine, loadAfter: loadAverage(), steps, growth };
  const name = `growth-${startedAt.slice(0, 10)}-${result.commit}.json`;
  const out = values.out ?? join(import.meta.dirname, 'results', name);
  mkdirSync(resolve(out, '..'), { recursive: true });
  writeFileSync(out, `${JSON.stringify(result, undefined, 1)}\n`);
  process.stdout.write(`${out}\n`);
}

async function importUpTo(
  size: number,
  { base, pid }: OwnServer,
  { input, charts }: { readonly input: string; readonly charts: number },
): Promise<Pick<Step, 'importedPerSecond' | 'importedBytes' | 'serverCpuUs' | 'postgresCpuUs'>> {
  const before = sampleCpu({ serverPid: pid });
  const client = bulkClient(base);
  let [seconds, bytes, imported] = [0, 0, 0];
  for (let chart = charts; chart < Math.ceil(size / chartSize); chart += importedAtOnce / chartSize) {
    const wanted = Math.min(importedAtOnce, size - chart * chartSize);
    const written = writeBulkFiles(input, wanted, chart);
    const names = readdirSync(input).filter((name) => name.endsWith('.ndjson'));
    bytes += names.reduce((sum, name) => sum + statSync(join(input, name)).size, 0);
    const startedMs = Date.now();
    const { refused, finishedMs } = await client.importFiles(names);
    const found = await client.count(written.observationsOfOne.search);
    if (refused > 0 || found !== written.observationsOfOne.total) {
      throw new Error(`${refused} refused, ${found} observations of one patient`);
    }
    seconds += (finishedMs - startedMs) / 1000;
    imported += written.resources;
    names.forEach((name) => rmSync(join(input, name)));
    const perSecond = Math.round(written.resources / ((finishedMs - startedMs) / 1000));
    process.stdout.write(`${chart * chartSize + wanted} resources, ${perSecond}/s\n`);
  }
  const after = sampleCpu({ serverPid: pid });
  const used = (kind: 'serverMs' | 'postgresMs'): number =>
    before && after ? Math.round(((after[kind] - before[kind]) * 1000) / imported) : 0;
  return {
    importedPerSecond: Math.round(imported / seconds),
    importedBytes: bytes,
    serverCpuUs: used('serverMs'),
    postgresCpuUs: used('postgresMs'),
  };
}

/** Exports everything and fetches the files; resources a second. */
async function exportAll({ base }: OwnServer, size: number): Promise<number> {
  const startedMs = Date.now();
  const { resources } = await bulkClient(base).exportAll();
  const perSecond = Math.round(resources / ((Date.now() - startedMs) / 1000));
  process.stdout.write(`${resources} of ${size} resources exported, ${perSecond}/s\n`);
  return perSecond;
}

async function bench({ base, pid }: OwnServer, folder: string): Promise<BenchResult> {
  const out = join(folder, 'bench.json');
  const asked = ['--target', base, '--server-pid', String(pid), '--only', workloads, '--floors', 'yes'];
  const { stdout } = await run(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'bench/main.ts', ...asked, '--concurrency', '1,64', '--out', out],
    { cwd: join(import.meta.dirname, '..'), maxBuffer: 1 << 24 },
  );
  process.stdout.write(stdout);
  return readResult(out);
}

function growthOf(from: Step, to: Step) {
  const cells = to.bench.measured.flatMap(({ name, clients, median }) => {
    const before = from.bench.measured.find((each) => each.name === name && each.clients === clients)?.median;
    const cpuOf = (cell: typeof median) => (cell.serverCpuMs ?? 0) + (cell.postgresCpuMs ?? 0);
    return before
      ? [{ name, clients, p50: ratio(median.p50Ms, before.p50Ms), cpu: ratio(cpuOf(median), cpuOf(before)) }]
      : [];
  });
  process.stdout.write(`\n${from.resources} to ${to.resources} resources: p50 and processor time times\n`);
  cells.forEach(({ name, clients, p50, cpu }) => {
    process.stdout.write(`${name.padEnd(28)} ${String(clients).padStart(3)} client(s)  ${p50}  ${cpu}\n`);
  });
  return { from: from.resources, to: to.resources, cells };
}

function ratio(after: number, before: number): number {
  return before === 0 ? 0 : Math.round((after / before) * 100) / 100;
}
