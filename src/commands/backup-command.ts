import { parseArgs } from 'node:util';
import { takeBackup } from '#platform/database';
import { startProgress } from '#platform/exchange';
import type { Command } from './command.ts';
import { refuseOutsideDatabase } from './outside-database.ts';

const usageExitCode = 2;
const megabyte = 1_000_000;

export const backupCommand: Command = {
  name: 'backup',
  summary: 'copy the embedded database into a folder while it is used',
  usage: `vsis backup --to FOLDER

Copies the database with what it takes to open it again, beside a running program or without one. The folder appears
when it is whole and holds the passwords of the database: keep it as closed as the database itself.
Not for a database of DATABASE_URL, whose server has tools of its own (docs/guides/scale.md).

  --to FOLDER   where to write: a new folder, or an empty one`,
  run: async (args, { settings, print, signal }) => {
    const { values } = parseArgs({ args: [...args], options: { to: { type: 'string' } } });
    if (values.to === undefined) {
      print(backupCommand.usage);
      return usageExitCode;
    }
    refuseOutsideDatabase(settings);
    const bar = startProgress(process.stderr, 'Backup', 'MB');
    const { files, finishedAt } = await takeBackup({
      dataDir: settings.VSIS_DATA_DIR,
      to: values.to,
      archiveDir: settings.VSIS_ARCHIVE_DIR,
      signal,
      onProgress: ({ done, total }) => bar.show({ done, total, items: Math.round(done / megabyte) }),
    });
    bar.finish();
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    print(`${files.length} files, ${(bytes / megabyte).toFixed(1)} MB in ${values.to}.`);
    print(`It holds every change acknowledged before ${finishedAt}.`);
    return 0;
  },
};
