import { readSettings, splitFlags } from '#platform/config';
import { openProgramDatabase } from '#platform/database';
import { StartError } from '#platform/errors';
import { createLog, createProgress, readableLines } from '#platform/log';
import { backupCommand } from './commands/backup-command.ts';
import type { Command } from './commands/command.ts';
import { configCommand } from './commands/config-command.ts';
import { explainCommand } from './commands/explain-command.ts';
import { exportCommand } from './commands/export-command.ts';
import { importCommand } from './commands/import-command.ts';
import { migrateCommand } from './commands/migrate-command.ts';
import { restoreCommand } from './commands/restore-command.ts';
import { seedCommand } from './commands/seed-command.ts';
import { tokenCommand } from './commands/token-command.ts';
import { verifyCommand } from './commands/verify-command.ts';
import { viewCommand } from './commands/view-command.ts';
import { migrationParts } from './migration-parts.ts';
import { type RunningProgram, runProgram } from './run-program.ts';
import { specification } from './settings.ts';

/** Every `vsis <command>` but `start`, which is src/main.ts. */
const commands: readonly Command[] = [
  importCommand,
  exportCommand,
  viewCommand,
  backupCommand,
  restoreCommand,
  verifyCommand,
  seedCommand,
  tokenCommand,
  migrateCommand,
  explainCommand,
  configCommand,
];

const usageExitCode = 2;

const overview = (): string => {
  const list = [{ name: 'start', summary: 'run the program (as npm start does)' }, ...commands];
  const width = Math.max(...list.map(({ name }) => name.length));
  const lines = list.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'vsis <command> [settings] [arguments]',
    '',
    ...lines,
    '',
    'vsis <command> --help tells more. Settings such as --data-dir are listed in docs/generated/config.md.',
  ].join('\n');
};

const wrongUsage = (text: string, cause?: unknown): StartError =>
  new StartError('cli.wrong-usage', usageExitCode, text, cause === undefined ? undefined : { cause });

/** What node:util parseArgs says about an argument it does not know is fit to be shown. */
function explainArguments(error: unknown, command: Command): unknown {
  const isParseError = error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  return isParseError ? wrongUsage(`${error.message}\n\n${command.usage}`, error) : error;
}

async function runCommand(command: Command, args: readonly string[], program: RunningProgram): Promise<number | void> {
  const { flags, rest } = splitFlags(specification, args);
  const settings = readSettings(specification, { environment: process.env, flags });
  const progress = createProgress(process.stderr);
  const destination = process.stderr.isTTY ? readableLines(process.stderr) : process.stderr;
  const openDatabase = async () => {
    const database = await openProgramDatabase({
      dataDir: settings.VSIS_DATA_DIR,
      databaseUrl: settings.DATABASE_URL,
      databasePort: settings.VSIS_DATABASE_PORT,
      archiveDir: settings.VSIS_ARCHIVE_DIR,
      migrationParts,
      program: `vsis ${command.name}`,
      joinRunning: true,
      onProgress: progress.tell,
      onGiveUp: program.fail,
    });
    program.opened.defer(() => database.close());
    progress.end();
    return database;
  };
  const context = {
    settings,
    log: createLog({ level: settings.VSIS_LOG_LEVEL, destination }),
    progress,
    print: (line: string): void => console.log(line),
    signal: program.signal,
    openDatabase,
  };
  try {
    return await command.run(rest, context);
  } catch (error) {
    throw explainArguments(error, command);
  } finally {
    progress.end();
  }
}

async function main(program: RunningProgram, [name, ...args]: readonly string[]): Promise<number | void> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    console.log(overview());
    return name === undefined ? usageExitCode : 0;
  }
  const command = commands.find((known) => known.name === name);
  if (!command) throw wrongUsage(`There is no command ${name}.\n\n${overview()}`);
  if (args.includes('--help') || args.includes('-h')) {
    console.log(command.usage);
    return 0;
  }
  return runCommand(command, args, program);
}

if (process.argv[2] === 'start') {
  await import('./main.ts');
} else {
  process.exitCode = await runProgram((program) => main(program, process.argv.slice(2)));
}
