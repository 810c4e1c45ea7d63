import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, openDatabase } from '#platform/database';
import { type RunningVsis, runVsis } from './run-vsis.ts';
import { makeTempFolder } from './temp-folder.ts';

/** `vsis start` without the invented country, as a process of its own with its own database. */
export type WholeProgram = {
  readonly program: RunningVsis;
  readonly address: string;
  readonly dataDir: string;
  /** The number of the PostgreSQL that runs now. */
  readonly postgresPid: () => Promise<number>;
  /** The database as its owner sees it; the caller closes it. */
  readonly openAsOwner: () => Promise<Database>;
  /** Kills what still runs, and removes the folder where it was made here. */
  readonly end: () => Promise<void>;
};

export type WholeProgramOptions = {
  readonly flags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly dataDir?: string;
};

export async function startWholeProgram(options: WholeProgramOptions = {}): Promise<WholeProgram> {
  const folder = options.dataDir === undefined ? await makeTempFolder() : undefined;
  const dataDir = options.dataDir ?? folder?.path ?? '';
  const flags = ['--data-dir', dataDir, '--port', '0', '--no-demo', '--log-level', 'warn', ...(options.flags ?? [])];
  const program = runVsis('src/main.ts', flags, options.environment);
  const end = async (): Promise<void> => {
    program.signal('SIGKILL');
    await program.ended;
    await folder?.remove();
  };
  try {
    const [, address = ''] = await program.says(/Address +(http:\/\/\S+)\/\n[\s\S]*Stop +Ctrl-C/);
    return {
      program,
      address,
      dataDir,
      postgresPid: async () => {
        const [pid = ''] = (await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n');
        return Number(pid);
      },
      openAsOwner: async () => {
        const text = await readFile(join(dataDir, 'secrets/running-database.json'), 'utf8');
        const { ownerUrl } = JSON.parse(text) as { ownerUrl: string }; // as: the program writes it so
        return openDatabase(ownerUrl, { max: 2 });
      },
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}
