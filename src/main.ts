import { readFileSync } from 'node:fs';
import { readSettings } from '#platform/config';
import { openProgramDatabase, type ProgramDatabase } from '#platform/database';
import { createEvents } from '#platform/events';
import { createLog, createProgress, type Log, logOf, type Progress, readableLines } from '#platform/log';
import type { Store } from '#platform/store';
import { collectMetrics, keepSlowLog, measureProcess, mergeMetrics } from '#platform/telemetry';
import { type Health, measureDisk, readinessChecks } from './health.ts';
import { checkPort } from './listen.ts';
import { migrationParts } from './migration-parts.ts';
import { openOperations } from './operations-server.ts';
import { type PartContext, parts } from './parts.ts';
import { type RunningProgram, runProgram } from './run-program.ts';
import { serve } from './serve.ts';
import { type ProgramSettings, specification } from './settings.ts';

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

/** What a person wants to know once everything stands. */
async function describeStart(address: string, context: PartContext, operations: string | undefined): Promise<string> {
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
  await checkPort({ host: settings.VSIS_HOST, port: settings.VSIS_PORT, setting: 'VSIS_PORT' });
  const port = settings.VSIS_OPERATIONS_PORT;
  const collect = async () => mergeMetrics([{ process: '0', metrics: collectMetrics() }]);
  const operations = port === undefined ? undefined : await openOperations(program, { port, log, health, collect });
  const database = await openDatabase(program, settings, { log, progress });
  health.checks = await readinessChecks(database.sql, settings);
  measureDisk(settings.VSIS_DATA_DIR);
  const { sql, applicationUrl: databaseUrl } = database;
  const events = createEvents({ sql, databaseUrl, log: logOf(log, 'events') });
  program.opened.defer(() => events.close());
  const store: Store = { sql, now: () => new Date(), afterWrite: events.wake };
  const { signal } = program;
  const context: PartContext = { settings, database, store, events, log, progress, signal, version, health };
  for (const part of parts) await part.prepare?.(context);
  if (program.signal.aborted) return;
  keepSlowLog(logOf(log, 'slow'), settings.VSIS_SLOW_LOG_MS);
  const served = await serve(program, context);
  progress.end(await describeStart(served.app.listeningOrigin, context, operations));
  const cause = await program.stopped.finally(() => process.stdout.write('\nStopping …\n'));
  await served.drain(cause);
}

const [, , ...given] = process.argv;
process.exitCode = await runProgram((program) => start(program, given[0] === 'start' ? given.slice(1) : given));
if (process.exitCode === 0) process.stdout.write('Stopped.\n');
