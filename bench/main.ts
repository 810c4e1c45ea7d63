import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Cell, medianCell } from './cell.ts';
import { type Child, startChild } from './child-process.ts';
import type { DriverReply, DriverRequest, Prepared } from './driver.ts';
import type { FloorServer, StartFloorServer } from './floor-server.ts';
import { currentCommit, loadAverage, machineFacts } from './machine.ts';
import { type BenchOptions, OptionError, readOptions, usage } from './options.ts';
import { type OwnServer, startOwnServer } from './own-server.ts';
import { patientMeasure } from './patient-measure.ts';
import { peakMemoryMegabytes, type Watched } from './process-cpu.ts';
import { profileReport } from './profile-report.ts';
import { type Progress, showProgress } from './progress.ts';
import { comparisonTable, describeResult, mainTable, targetTable } from './report.ts';
import { type BenchResult, findEarlierResult, type Measured, readResult, resultFile, writeResult } from './result.ts';
import { type FloorName, floorNames, floorOf, type WorkloadName, workloadNames } from './workload-names.ts';

const interruptedExitCode = 130;

type Driver = Child<DriverRequest, DriverReply>;
type Stop = () => Promise<void>;

/** What the bench runs against and beside. */
type Stage = {
  readonly base: string;
  readonly watched: Watched;
  readonly floor: (FloorServer & { readonly watched: Watched }) | undefined;
  readonly driver: Driver;
  readonly dataDir: string | undefined;
};

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(usage);
    return;
  }
  if (options.show !== undefined) {
    print(options, readResult(options.show));
    return;
  }
  const stops: Stop[] = [];
  const stopAll = async (): Promise<void> => {
    for (let stop = stops.pop(); stop; stop = stops.pop()) await stop();
  };
  const isAsked = stopWhenAsked(stopAll);
  const progress = showProgress(process.stderr);
  try {
    const result = await bench(options, stops, progress);
    progress.end();
    report(options, result);
  } catch (error) {
    if (!isAsked()) throw error; // what is stopped on the way fails, and that is no news
  } finally {
    progress.end();
    await stopAll();
  }
  // Node writes the profile when the server ends.
  if (options.profile !== undefined && !options.target) console.log(`\n${profileReport(resolve(options.profile))}`);
}

/** Ctrl-C, or the script that started the bench is gone: everything is stopped and removed before the process ends. */
function stopWhenAsked(stopAll: Stop): () => boolean {
  let asked = false;
  const onAsk = (): void => {
    if (asked) return; // one Ctrl-C arrives several times: from the terminal and from npm
    asked = true;
    stopAll().then(
      () => process.exit(interruptedExitCode),
      () => process.exit(interruptedExitCode),
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onAsk);
  process.on('disconnect', onAsk);
  process.channel?.unref();
  return () => asked;
}

async function bench(options: BenchOptions, stops: Stop[], progress: Progress): Promise<BenchResult> {
  const startedAt = new Date();
  const loadBefore = loadAverage();
  const stage = await setUp(options, stops, progress);
  const prepared = await prepare(options, stage, progress);
  const measured = await measureAll(options, stage, progress);
  const { serverPid } = stage.watched;
  return {
    format: 1,
    startedAt: startedAt.toISOString(),
    commit: currentCommit(),
    target: options.target?.href ?? 'own',
    software: prepared.software,
    everythingBy: prepared.everythingBy,
    machine: machineFacts(stage.dataDir, stage.floor?.postgresVersion),
    loadBefore,
    loadAfter: loadAverage(),
    windowSeconds: options.windowSeconds,
    warmUpSeconds: options.warmUpSeconds,
    runs: options.runs,
    storedResources: prepared.resources,
    serverPeakMemoryMegabytes: serverPid === undefined ? undefined : peakMemoryMegabytes(serverPid),
    tookSeconds: Math.round((Date.now() - startedAt.getTime()) / 1000),
    measured,
  };
}

async function setUp(options: BenchOptions, stops: Stop[], progress: Progress): Promise<Stage> {
  const dataDir = options.target && !options.floors ? undefined : await makeDataDir(stops);
  progress.step(options.target ? `measuring ${options.target.href}` : 'starting our own server and its PostgreSQL');
  const own = options.target ? undefined : await startOwn(options, dataDir ?? '', stops);
  const serverPid = own?.pid ?? options.serverPid;
  const watched = {
    ...(serverPid === undefined ? {} : { serverPid }),
    ...(options.postgresPid === undefined ? {} : { postgresPid: options.postgresPid }),
  };
  const base = options.target?.href ?? own?.base ?? '';
  const floor = options.floors ? await startFloor(own, dataDir ?? '', stops) : undefined;
  const driver: Driver = startChild('./driver.ts');
  stops.push(driver.stop);
  return { base, watched, floor, driver, dataDir };
}

async function makeDataDir(stops: Stop[]): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'vsis-bench-'));
  await chmod(dataDir, 0o711); // the account PostgreSQL runs as must be able to enter
  stops.push(() => rm(dataDir, { recursive: true, force: true }));
  return dataDir;
}

async function startOwn({ profile }: BenchOptions, dataDir: string, stops: Stop[]): Promise<OwnServer> {
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(profile)}`];
  return startOwnServer(dataDir, profiling, stops);
}

/** The floors use the same PostgreSQL as our own server; beside a foreign one they bring their own. */
async function startFloor(
  own: OwnServer | undefined,
  dataDir: string,
  stops: Stop[],
): Promise<FloorServer & { readonly watched: Watched }> {
  const child = startChild<StartFloorServer, FloorServer>('./floor-server.ts');
  stops.push(child.stop);
  const server = await child.ask(own ? { ownerUrl: own.ownerUrl } : { dataDir });
  return { ...server, watched: { serverPid: child.pid, postgresBelow: own?.pid ?? child.pid } };
}

async function prepare(options: BenchOptions, { base, driver }: Stage, progress: Progress): Promise<Prepared> {
  progress.step('storing the data to work on');
  // A server that is measured again still has the people of last time: these get names of their own.
  const tag = options.target ? lettersOf(Date.now() / 1000) : 'aa';
  const reply = await driver.ask(
    { kind: 'prepare', base, token: options.token, charts: options.charts, tag },
    (done, total) => progress.update(`storing the data to work on: ${done} of ${total} resources`),
  );
  if (!('prepared' in reply)) throw new Error('The driver gave another answer than was asked for.');
  return reply.prepared;
}

/** The whole part of a number in letters, least significant first. */
function lettersOf(number: number): string {
  let letters = '';
  for (let rest = Math.floor(number); rest > 0; rest = Math.floor(rest / 26)) {
    letters += String.fromCodePoint(97 + (rest % 26));
  }
  return letters;
}

type Task = { readonly name: WorkloadName | FloorName; readonly clients: number; readonly run: () => Promise<Cell> };

/** Run after run, each through everything, so that a disturbance of a minute spoils at most one run of a cell. */
async function measureAll(options: BenchOptions, stage: Stage, progress: Progress): Promise<Measured[]> {
  const tasks = listTasks(options, stage);
  const cells = tasks.map((): Cell[] => []);
  const measure = patientMeasure(options.patienceSeconds);
  for (let run = 1; run <= options.runs; run += 1) {
    for (const [at, task] of tasks.entries()) {
      progress.step(
        `run ${run} of ${options.runs}, ${at + 1} of ${tasks.length}: ${task.name}, ${task.clients} client(s)`,
      );
      cells[at]?.push(await measure(task));
    }
  }
  return tasks.map(({ name, clients }, at) => {
    const runs = cells[at] ?? [];
    return { name, clients, runs, median: medianCell(runs) };
  });
}

function listTasks(options: BenchOptions, { watched, floor, driver }: Stage): Task[] {
  const plan = (clients: number, seen: Watched) => {
    const { windowSeconds, warmUpSeconds } = options;
    return { clients, windowSeconds, warmUpSeconds, watched: seen };
  };
  const run = async (request: DriverRequest): Promise<Cell> => {
    const reply = await driver.ask(request);
    if (!('cell' in reply)) throw new Error('The driver gave another answer than was asked for.');
    return reply.cell;
  };
  const workloads = options.only.flatMap((name) =>
    options.clients.map((clients) => ({
      name,
      clients,
      run: () => run({ kind: 'workload', name, plan: plan(clients, watched) }),
    })),
  );
  if (!floor) return workloads;
  const needed = new Set(options.only.map((name) => floorOf[name]));
  const isWhole = options.only.length === workloadNames.length;
  const floors = floorNames
    .filter((name) => isWhole || needed.has(name))
    .flatMap((name) =>
      options.clients.map((clients) => ({
        name,
        clients,
        run: () => run({ kind: 'floor', name, addresses: floor, plan: plan(clients, floor.watched) }),
      })),
    );
  return [...floors, ...workloads];
}

function report(options: BenchOptions, result: BenchResult): void {
  const isComplete = !options.quick && options.only.length === workloadNames.length && options.profile === undefined;
  const file = options.out ?? resultFile(result, isComplete);
  writeResult(file, result);
  print(options, result);
  console.log(`\nWritten to ${file}`);
}

function print(options: BenchOptions, result: BenchResult): void {
  const earlier = options.compare === undefined ? findEarlierResult(result) : readResult(options.compare);
  const comparison = earlier && comparisonTable(result, earlier);
  const errors = result.measured.flatMap((each) =>
    each.median.errorTexts.map((text) => `  ${each.name}, ${each.clients}: ${text}`),
  );
  const parts = [
    describeResult(result),
    mainTable(result),
    targetTable(result),
    comparison && `Against ${earlier.commit} of ${earlier.startedAt.slice(0, 10)}:\n\n${comparison}`,
    errors.length > 0 ? `Errors:\n${errors.join('\n')}` : undefined,
  ];
  console.log(parts.filter((part) => part !== undefined).join('\n\n'));
}

try {
  await main();
} catch (error) {
  console.error(
    error instanceof OptionError ? `${error.message}\n\n${usage}` : error instanceof Error ? error.message : error,
  );
  process.exitCode = 1;
}
