import type { ProgramDatabase } from '#platform/database';
import type { Log, Progress } from '#platform/log';
import type { ProgramSettings } from '../settings.ts';

/** What a command works with. */
export type CommandContext = {
  readonly settings: ProgramSettings;
  readonly log: Log;
  readonly progress: Progress;
  /** Writes a line of the command's result on standard output. */
  readonly print: (line: string) => void;
  /** Aborted when the person asks to stop. */
  readonly signal: AbortSignal;
  /**
   * The migrated database: that of the program that runs on the same data folder, else one opened for this command.
   * It is closed when the command has ended.
   */
  readonly openDatabase: () => Promise<ProgramDatabase>;
};

/** One `vsis <name>`. */
export type Command = {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `vsis <name> --help` shows: the line of usage first, then its own options. */
  readonly usage: string;
  /** Gets the arguments that are no settings. Returns the exit code, 0 when it returns none. */
  readonly run: (args: readonly string[], context: CommandContext) => Promise<number | void>;
};
