import { parseArgs } from 'node:util';
import { restoreBackup } from '#platform/database';
import { StartError } from '#platform/errors';
import { startProgress } from '#platform/exchange';
import type { Command } from './command.ts';
import { refuseOutsideDatabase } from './outside-database.ts';

const usageExitCode = 2;
const megabyte = 1_000_000;

export const restoreCommand: Command = {
  name: 'restore',
  summary: 'make a new data folder from a backup, as it was then or at a later moment',
  usage: `vsis restore --from FOLDER [--archive FOLDER] [--until TIME]

Makes the data folder (VSIS_DATA_DIR, which must be empty or not there) from what vsis backup wrote. With the archive that
VSIS_ARCHIVE_DIR kept, every change since the backup comes back too, or those up to a moment.

  --from FOLDER      the backup
  --archive FOLDER   the log of changes since the backup; VSIS_ARCHIVE_DIR where nothing is said
  --until TIME       restore the state of this moment, with its zone: 2026-11-25T14:30:00Z`,
  run: async (args, { settings, print, progress }) => {
    const { values } = parseArgs({
      args: [...args],
      options: { from: { type: 'string' }, archive: { type: 'string' }, until: { type: 'string' } },
    });
    if (values.from === undefined) {
      print(restoreCommand.usage);
      return usageExitCode;
    }
    refuseOutsideDatabase(settings);
    const archive = values.archive ?? settings.VSIS_ARCHIVE_DIR;
    refuseUnfit(values.until, archive);
    const bar = startProgress(process.stderr, 'Restore', 'MB');
    const { manifest, lastChangeAt } = await restoreBackup({
      from: values.from,
      dataDir: settings.VSIS_DATA_DIR,
      archive,
      until: values.until,
      archiveDir: settings.VSIS_ARCHIVE_DIR,
      onProgress: ({ done, total }) => bar.show({ done, total, items: Math.round(done / megabyte) }),
      onRecovery: () => {
        bar.finish();
        progress.tell('Going through the log of changes …');
      },
    });
    progress.end();
    print(`The backup of ${manifest.finishedAt} is restored in ${settings.VSIS_DATA_DIR}.`);
    if (archive !== undefined) print(`The last change taken from the log: ${lastChangeAt ?? 'none'}.`);
    print('Take a new backup once the program runs on it.');
    return 0;
  },
};

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

function refuseUnfit(until: string | undefined, archive: string | undefined): void {
  if (until === undefined) return;
  if (!instant.test(until) || Number.isNaN(Date.parse(until))) {
    const text = `--until ${until} is no moment. Write it with its zone, such as 2026-11-25T14:30:00Z.`;
    throw new StartError('restore.wrong-time', usageExitCode, text);
  }
  if (archive === undefined) {
    const text = '--until needs the log of changes since the backup. Name its folder with --archive.';
    throw new StartError('restore.no-archive', usageExitCode, text);
  }
}
