import { parseArgs } from 'node:util';
import type { Command } from './command.ts';

export const migrateCommand: Command = {
  name: 'migrate',
  summary: 'bring the schema of the database up to date',
  usage:
    'vsis migrate\n\nApplies the migrations that are missing, each at most once. `vsis start` does the same by itself.',
  run: async (args, { openDatabase, progress }) => {
    parseArgs({ args: [...args] });
    const database = await openDatabase();
    progress.end(`The schema is up to date: ${database.description}`);
  },
};
