import { setFlagsFromString } from 'node:v8';
import { readSettings } from '#platform/config';
import { openProgramDatabase, type ProgramDatabase } from '#platform/database';
import { createProgress, type Log, logOf, type Progress } from '#platform/log';
import { connectionsEach, isWorker, processCount, startWorkers, type Workers } from '#platform/processes';
import { collectMetrics, keepSlowLog, measureProcess, mergeMetrics } from '#platform/telemetry';
import { type Health, measureDisk, readinessChecks } from './health.ts';
import { checkPort } from './listen.ts';
import { migrationParts } from './migration-parts.ts';
import { openContext, openDisk, openLog, openTelemetry } from './open-program.ts';
import { openOperations } from './operations-server.ts';
import { type PartContext, parts } from './parts.ts';
import { type RunningProgram, runProgram, type StopCause } from './run-program.ts';
import { serve } from './serve.ts';
import { type ProgramSettings, specification } from './settings.ts';
import { type Welcome, workAsWorker } from './work-as-worker.ts';

// Left to itself the heap grows to several times what is in use before it is looked through: 670 MB under transactions of a
// hundred entries, where 410 do with this, for no processor time that could be measured.
setFlagsFromString('--heap-growing-percent=150');

/** What answers requests: this process, or several that it watches over. */
type Serving = {
  readonly address: string;
  readonly drain: (cause: StopCause) => Promise<void>;
  readonly workers?: Workers;
};

async function openDatabase(
  program: RunningProgram,
  settings: ProgramSettings,
  { log, progress }: { log: Log; progress: Progress },
): Promise<ProgramDatabase> {
  const databaseLog = logOf(log, 'database');
  const processes = processCount(settings.VSIS_PROCESSES);
  const database = await openProgramDatabase({
    dataDir: settings.VSIS_DATA_DIR,
    databaseUrl: settings.DATABASE_URL,
    databasePort: settings.VSIS_DATABASE_PORT,
    archiveDir: settings.VSIS_ARCHIVE_DIR,
    max: connectionsEach(settings.VSIS_DATABASE_CONNECTIONS, processes),
    statementTimeoutMs: settings.VSIS_STATEMENT_SECONDS * 1000,
    migrationParts,
    program: 'vsis start',
    onProgress: progress.tell,
    onRestart: (text) => databaseLog.error(text),
    onGiveUp: program.fail,
  });
  program.opened.defer(() => database.close());
  return database;
}

async function serveAlone(program: RunningProgram, context: PartContext): Promise<Serving> {
  const { app, drain } = await serve(program, context);
  return { address: app.listeningOrigin, drain };
}

/** A process that stops has its pause and its limit, and a moment to close what it opened. */
const closingMs = 10_000;

async function serveByWorkers(program: RunningProgram, context: PartContext, count: number): Promise<Serving> {
  const { settings, health, log, progress } = context;
  progress.tell(`Starting ${count} processes …`);
  const { applicationUrl, ownerUrl, description, distributed } = context.database;
  const connections = connectionsEach(settings.VSIS_DATABASE_CONNECTIONS, count);
  const workers = await startWorkers<Welcome>({
    count,
    welcome: (number) => ({ number, database: { applicationUrl, ownerUrl, description, distributed }, connections }),
    log: logOf(log, 'processes'),
    stopLimitMs: settings.VSIS_DRAIN_PAUSE_MS + settings.VSIS_DRAIN_SECONDS * 1000 + closingMs,
    onGiveUp: program.fail,
  });
  program.opened.defer(() => workers.stop('SIGINT'));
  const problem = async () => (workers.serving() > 0 ? undefined : 'no process serves');
  health.checks = [...health.checks, { name: 'processes', problem }];
  health.phase = 'serving';
  // A terminal that is closed sends SIGHUP too, and then the program is to end.
  if (!process.stdin.isTTY && !process.stdout.isTTY) program.onHangup(() => void workers.renew());
  const drain = async (cause: StopCause): Promise<void> => {
    health.phase = 'draining';
    await workers.stop(cause);
  };
  return { address: workers.address, drain, workers };
}

/** What a person wants to know once everything stands. */
async function describeStart(
  { address }: Serving,
  context: PartContext,
  more: readonly (readonly [string, string])[],
): Promise<string> {
  const lines: (readonly [string, string])[] = [
    ['Address', `${address}/`],
    ['FHIR R4', `${address}/fhir`],
  ];
  for (const part of parts) lines.push(...((await part.tell?.(context)) ?? []));
  lines.push(...more, ['Data', context.database.description], ['Stop', 'Ctrl-C']);
  const block = lines.map(([label, text]) => `  ${label.padEnd(10)} ${text}`).join('\n');
  return `\nVSİS ${context.version} is running, for this machine alone.\n\n${block}\n`;
}

async function start(program: RunningProgram, settings: ProgramSettings): Promise<void> {
  const progress = createProgress(process.stdout);
  const log = openLog(settings);
  const health: Health = { phase: 'starting', checks: [] };
  const watched: { workers?: Workers } = {};
  const collect = async () => watched.workers?.collect() ?? mergeMetrics([{ process: '0', metrics: collectMetrics() }]);
  measureProcess();
  await openTelemetry(program, settings, { process: '0', collect });
  await checkPort({ host: settings.VSIS_HOST, port: settings.VSIS_PORT, setting: 'VSIS_PORT' });
  const port = settings.VSIS_OPERATIONS_PORT;
  const operations = port === undefined ? undefined : await openOperations(program, { port, log, health, collect });
  const database = await openDatabase(program, settings, { log, progress });
  health.checks = await readinessChecks(database.sql, settings);
  measureDisk(settings.VSIS_DATA_DIR);
  const disk = await openDisk(program, settings, { keeps: true, health });
  const context = await openContext(program, { settings, database, log, progress, health, disk });
  for (const part of parts) await part.prepare?.(context);
  if (program.signal.aborted) return;
  keepSlowLog(logOf(log, 'slow'), settings.VSIS_SLOW_LOG_MS);
  const count = processCount(settings.VSIS_PROCESSES);
  const serving = count === 1 ? await serveAlone(program, context) : await serveByWorkers(program, context, count);
  if (serving.workers) watched.workers = serving.workers;
  const more: [string, string][] = [
    ...(operations === undefined ? [] : [['Metrics', `${operations}/metrics`] satisfies [string, string]]),
    ...(count === 1 ? [] : [['Processes', String(count)] satisfies [string, string]]),
  ];
  progress.end(await describeStart(serving, context, more));
  const cause = await program.stopped.finally(() => process.stdout.write('\nStopping …\n'));
  await serving.drain(cause);
}

const [, , ...given] = process.argv;
const flags = given[0] === 'start' ? given.slice(1) : given;
const read = (): ProgramSettings => readSettings(specification, { environment: process.env, flags });

if (isWorker) {
  process.exitCode = await workAsWorker(read());
} else {
  process.exitCode = await runProgram((program) => start(program, read()));
  if (process.exitCode === 0) process.stdout.write('Stopped.\n');
}
