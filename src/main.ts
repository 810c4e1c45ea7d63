import { readFileSync } from 'node:fs';
import { createServer as createProbe } from 'node:net';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { readSettings } from '#platform/config';
import { openProgramDatabase, type ProgramDatabase } from '#platform/database';
import { StartError } from '#platform/errors';
import { createEvents } from '#platform/events';
import { createServer } from '#platform/http';
import { createLog, createProgress, type Log, logOf, logRequests, type Progress, readableLines } from '#platform/log';
import type { Store } from '#platform/store';
import { collectMetrics, keepSlowLog, measureProcess, measureRequests, mergeMetrics } from '#platform/telemetry';
import { type Health, measureDisk, readinessChecks } from './health.ts';
import { migrationParts } from './migration-parts.ts';
import { createOperationsServer } from './operations-server.ts';
import { type PartContext, parts } from './parts.ts';
import { type RunningProgram, runProgram } from './run-program.ts';
import { type ProgramSettings, specification } from './settings.ts';

export const httpPortExitCode = 10;

/** Metrics and health are for programs on this machine; who wants them elsewhere puts a proxy before them. */
const operationsHost = '127.0.0.1';

const portInUse = (host: string, port: number, setting = 'VSIS_PORT'): StartError =>
  new StartError(
    'http.port-in-use',
    httpPortExitCode,
    `Port ${port} of ${host} is taken, perhaps by a VSİS that already runs. Choose another: ${setting}=${port + 1} npm start`,
  );

/** Listens, or ends the start with the reason that the port is taken. */
async function listen(app: FastifyInstance, host: string, port: number, setting?: string): Promise<void> {
  await app.listen({ host, port }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? portInUse(host, port, setting) : error;
  });
}

/** Fails before the database is started when the port is taken anyway. */
async function checkPort(host: string, port: number): Promise<void> {
  const probe = createProbe();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? portInUse(host, port) : error),
    );
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

async function openDatabase(
  program: RunningProgram,
  settings: ProgramSettings,
  { log, progress }: { log: Log; progress: Progress },
): Promise<ProgramDatabase> {
  const databaseLog = logOf(log, 'database');
  const database = await openProgramDatabase({
    dataDir: settings.VSIS_DATA_DIR,
    databaseUrl: settings.DATABASE_URL,
    databasePort: settings.VSIS_DATABASE_PORT,
    migrationParts,
    program: 'vsis start',
    onProgress: progress.tell,
    onRestart: (text) => databaseLog.error(text),
    onGiveUp: program.fail,
  });
  program.opened.defer(() => database.close());
  return database;
}

/** Serves metrics and health on a port of their own, from the first moment of the start. */
async function openOperations(program: RunningProgram, settings: ProgramSettings, log: Log, health: Health) {
  const port = settings.VSIS_OPERATIONS_PORT;
  if (port === undefined) return undefined;
  const app = createOperationsServer({
    logger: logOf(log, 'operations').child({}, { level: 'warn' }),
    health,
    collect: async () => mergeMetrics([{ process: '0', metrics: collectMetrics() }]),
  });
  await listen(app, operationsHost, port, 'VSIS_OPERATIONS_PORT');
  program.opened.defer(() => app.close());
  return app.listeningOrigin;
}

async function serve(program: RunningProgram, context: PartContext): Promise<FastifyInstance> {
  const { settings, log } = context;
  // What the HTTP library would say for information is said by the request log and the end of the start.
  const quiet = settings.VSIS_LOG_LEVEL === 'info' ? { level: 'warn' } : {};
  const logger: FastifyBaseLogger = logOf(log, 'http').child({}, quiet);
  const app = createServer({ logger, hostNames: [settings.VSIS_HOST] });
  program.opened.defer(() => app.close());
  logRequests(app, logOf(log, 'http'));
  measureRequests(app);
  for (const part of parts) await part.mount?.(app, context);
  await listen(app, settings.VSIS_HOST, settings.VSIS_PORT);
  return app;
}

/** What a person wants to know once everything stands. */
async function describeStart(
  app: FastifyInstance,
  context: PartContext,
  operations: string | undefined,
): Promise<string> {
  const address = app.listeningOrigin;
  const lines: (readonly [string, string])[] = [
    ['Address', `${address}/`],
    ['FHIR R4', `${address}/fhir`],
  ];
  for (const part of parts) lines.push(...((await part.tell?.(context)) ?? []));
  if (operations !== undefined) lines.push(['Metrics', `${operations}/metrics`]);
  lines.push(['Data', context.database.description], ['Stop', 'Ctrl-C']);
  const block = lines.map(([label, text]) => `  ${label.padEnd(10)} ${text}`).join('\n');
  return `\nVSİS ${context.version} is running, for this machine alone.\n\n${block}\n`;
}

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

async function start(program: RunningProgram, flags: readonly string[]): Promise<void> {
  const settings = readSettings(specification, { environment: process.env, flags });
  const progress = createProgress(process.stdout);
  const destination = process.stderr.isTTY ? readableLines(process.stderr) : process.stderr;
  const log = createLog({ level: settings.VSIS_LOG_LEVEL, destination });
  const health: Health = { phase: 'starting', checks: [] };
  measureProcess();
  await checkPort(settings.VSIS_HOST, settings.VSIS_PORT);
  const operations = await openOperations(program, settings, log, health);
  const database = await openDatabase(program, settings, { log, progress });
  health.checks = await readinessChecks(database.sql, settings);
  measureDisk(settings.VSIS_DATA_DIR);
  const { sql, applicationUrl: databaseUrl } = database;
  const events = createEvents({ sql, databaseUrl, log: logOf(log, 'events') });
  program.opened.defer(() => events.close());
  const store: Store = { sql, now: () => new Date(), afterWrite: events.wake };
  const context: PartContext = {
    settings,
    database,
    store,
    events,
    log,
    progress,
    signal: program.signal,
    version,
    health,
  };
  for (const part of parts) await part.prepare?.(context);
  if (program.signal.aborted) return;
  keepSlowLog(logOf(log, 'slow'), settings.VSIS_SLOW_LOG_MS);
  const app = await serve(program, context);
  health.phase = 'serving';
  progress.end(await describeStart(app, context, operations));
  await program.stopped.finally(() => process.stdout.write('\nStopping …\n'));
}

const [, , ...given] = process.argv;
process.exitCode = await runProgram((program) => start(program, given[0] === 'start' ? given.slice(1) : given));
if (process.exitCode === 0) process.stdout.write('Stopped.\n');
