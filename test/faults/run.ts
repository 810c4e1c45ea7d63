import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { currentCommit, loadAverage, machineFacts } from '../../bench/machine.ts';
import { buildPortal } from '../../tools/build-portal.ts';
import { runTool } from '../../tools/run-tool.ts';

const root = join(import.meta.dirname, '../..');
const piecesFolder = join(root, '.cache/faults');
const resultsFolder = join(root, 'bench/results');
const countsFile = join(root, '.cache/faults-counts.json');

/** Tests of faults that stand beside what they test. */
const elsewhere = [
  'src/platform/database/embedded-postgres',
  'src/platform/database/lost-connections',
  'src/platform/http/unsent-answers',
  'src/platform/subscriptions/down-for-a-day',
  'src/workers.test',
  'src/serve.test',
];

const usage = `npm run faults -- [--minutes N] [--only name,…]

  --minutes N   how long writers are killed, after which each other fault has its large form (3)
  --only a,b    only the files of test/faults whose names begin so; writes no result file
`;

type Counts = { readonly passed: number; readonly failed: number };

async function readPieces(): Promise<Record<string, unknown>> {
  const files = (await readdir(piecesFolder)).filter((name) => name.endsWith('.json')).sort();
  const pieces = files.map(async (name) => [
    name.slice(0, -'.json'.length),
    JSON.parse(await readFile(join(piecesFolder, name), 'utf8')) as unknown,
  ]);
  return Object.fromEntries(await Promise.all(pieces)) as Record<string, unknown>;
}

/** Runs the tests of faults in their large form and keeps what they counted. Exit code 2 on wrong use. */
async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { minutes: { type: 'string', default: '3' }, only: { type: 'string' }, help: { type: 'boolean' } },
  });
  const minutes = Number(values.minutes);
  if (values.help || !(minutes > 0)) {
    process.stdout.write(usage);
    return values.help ? 0 : 2;
  }
  if (!(await buildPortal())) return 1; // whole programs serve it
  await rm(piecesFolder, { recursive: true, force: true });
  await mkdir(piecesFolder, { recursive: true });
  await rm(countsFile, { force: true });
  const chosen = values.only?.split(',').map((name) => `test/faults/${name}`);
  const startedAt = new Date();
  const { code, durationMs } = await runTool(
    ['vitest', 'vitest'],
    ['run', '--max-workers=2', ...(chosen ?? ['test/faults', ...elsewhere])],
    {
      show: true,
      env: { VSIS_FAULT_MINUTES: String(minutes), VSIS_FAULT_RESULTS: piecesFolder, VSIS_TEST_RESULT: countsFile },
    },
  );
  const counts = JSON.parse(await readFile(countsFile, 'utf8')) as Counts; // as: the reporter of tools/ writes it so
  const result = {
    date: startedAt.toISOString(),
    commit: currentCommit(),
    machine: machineFacts(undefined, undefined),
    loadAverage: loadAverage(),
    minutes,
    seconds: Math.round(durationMs / 1000),
    tests: counts,
    faults: await readPieces(),
  };
  process.stdout.write(`${JSON.stringify(result.faults, null, 2)}\n`);
  if (chosen === undefined) {
    const file = join(resultsFolder, `faults-${result.date.slice(0, 10)}.json`);
    await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
    process.stdout.write(`${file}\n`);
  }
  return code;
}

process.exitCode = await main(process.argv.slice(2));
