import { type DatabaseAddresses, joinDatabase } from '#platform/database';
import { AppError, StartError } from '#platform/errors';
import { createProgress, logOf } from '#platform/log';
import { joinPrimary, type Primary } from '#platform/processes';
import { keepSlowLog, measureProcess } from '#platform/telemetry';
import { type Health, readinessChecks } from './health.ts';
import { openContext, openDisk, openLog, openTelemetry } from './open-program.ts';
import { type RunningProgram, runProgram, type StopCause } from './run-program.ts';
import { serve } from './serve.ts';
import type { ProgramSettings } from './settings.ts';

/** What the first process gives to each that serves. */
export type Welcome = {
  readonly number: string;
  readonly database: DatabaseAddresses;
  readonly connections: number;
};

/** Only the first process says when to stop: what a terminal or a supervisor sends to all is for it alone. */
const shared = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const ignore = (): void => undefined;

async function work(program: RunningProgram, settings: ProgramSettings, primary: Primary<Welcome>): Promise<void> {
  const { number, database: addresses, connections } = await primary.welcome;
  const log = openLog(settings).child({ process: number });
  const health: Health = { phase: 'starting', checks: [] };
  measureProcess();
  await openTelemetry(program, settings, { process: number });
  keepSlowLog(logOf(log, 'slow'), settings.VSIS_SLOW_LOG_MS);
  const statementTimeoutMs = settings.VSIS_STATEMENT_SECONDS * 1000;
  const database = joinDatabase(addresses, { max: connections, statementTimeoutMs });
  program.opened.defer(() => database.close());
  health.checks = await readinessChecks(database.sql, settings);
  const progress = createProgress({ write: ignore });
  const disk = await openDisk(program, settings, { keeps: false, health });
  const context = await openContext(program, { settings, database, log, progress, health, disk });
  const { app, drain } = await serve(program, context);
  primary.tellServing(app.listeningOrigin);
  await drain(await program.stopped);
}

/** Serves as one of several processes until the first one asks it to end. Returns the exit code. */
export async function workAsWorker(settings: ProgramSettings): Promise<number> {
  let primary: Primary<Welcome> | undefined;
  const exitCode = await runProgram(
    async (program) => {
      try {
        await (primary && work(program, settings, primary));
      } catch (error) {
        if (error instanceof StartError) primary?.tellFailure(error);
        else if (error instanceof AppError) primary?.tellFailure(new StartError(error.code, 1, error.message));
        throw error;
      }
    },
    { write: ignore }, // the first process tells of it
    (stop) => {
      for (const signal of shared) process.on(signal, ignore);
      primary = joinPrimary<Welcome>((cause) => stop(cause as StopCause)); // as: main.ts hands on what stopped it
      return () => undefined; // until the process ends
    },
  );
  primary?.leave();
  return exitCode;
}
