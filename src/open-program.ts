import { readFileSync } from 'node:fs';
import { type DiskReserve, keepDiskReserve, type ProgramDatabase, watchDiskReserve } from '#platform/database';
import { createEvents } from '#platform/events';
import { createLog, type Log, logOf, type Progress, readableLines } from '#platform/log';
import { diskFull, openAddedParameters, type Store } from '#platform/store';
import { type Metric, openExport } from '#platform/telemetry';
import type { Health } from './health.ts';
import type { PartContext } from './parts.ts';
import type { RunningProgram } from './run-program.ts';
import type { ProgramSettings } from './settings.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string; // as: the file of this repository
};

/** The log of a process: readable in a terminal, JSON lines elsewhere. */
export function openLog(settings: ProgramSettings): Log {
  const destination = process.stderr.isTTY ? readableLines(process.stderr) : process.stderr;
  return createLog({ level: settings.VSIS_LOG_LEVEL, destination });
}

/** Sends traces, and with `collect` metrics, where the settings say so. */
export async function openTelemetry(
  program: RunningProgram,
  settings: ProgramSettings,
  { process: number, collect }: { process: string; collect?: () => Promise<readonly Metric[]> },
): Promise<void> {
  const url = settings.VSIS_OTLP_URL;
  if (url === undefined) return;
  const share = settings.VSIS_TRACE_PERCENT / 100;
  program.opened.defer(await openExport({ url, share, version, process: number, ...(collect ? { collect } : {}) }));
}

export type Opened = {
  readonly settings: ProgramSettings;
  readonly database: ProgramDatabase;
  readonly log: Log;
  readonly progress: Progress;
  readonly health: Health;
  /** Where the database lies on a disk of ours. */
  readonly disk?: DiskReserve | undefined;
};

/** Watches the disk of our own database and lets `/health` tell of it; the first process of the program also keeps the reserve on it. */
export async function openDisk(
  program: RunningProgram,
  settings: ProgramSettings,
  { keeps, health }: { readonly keeps: boolean; readonly health: Health },
): Promise<DiskReserve | undefined> {
  const { DATABASE_URL: elsewhere, VSIS_DATA_DIR: folder, VSIS_DISK_RESERVE_MB: megabytes } = settings;
  if (elsewhere !== undefined || megabytes === 0) return undefined;
  if (keeps) program.opened.defer((await keepDiskReserve(folder, megabytes)).close);
  const disk = await watchDiskReserve(folder);
  program.opened.defer(disk.close);
  const problem = async () => (disk.isShort() ? 'the disk of the data is full: no room for writes' : undefined);
  health.checks = [...health.checks, { name: 'writes', problem }];
  return disk;
}

/** What every part works with, over a database that is open. */
export async function openContext(program: RunningProgram, opened: Opened): Promise<PartContext> {
  const { sql, applicationUrl: databaseUrl } = opened.database;
  const events = createEvents({ sql, databaseUrl, log: logOf(opened.log, 'events') });
  program.opened.defer(() => events.close());
  const parameters = await openAddedParameters({ sql, log: logOf(opened.log, 'search') });
  program.opened.use(parameters);
  const beforeWrite = (): void => {
    if (opened.disk?.isShort()) throw diskFull();
  };
  const store: Store = { sql, now: () => new Date(), parameters, beforeWrite, afterWrite: events.wake };
  return { ...opened, store, events, signal: program.signal, version };
}
