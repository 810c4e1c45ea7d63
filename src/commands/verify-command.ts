import { parseArgs } from 'node:util';
import { checkBackup } from '#platform/database';
import { startProgress } from '#platform/exchange';
import { verifyRecord } from '#platform/store';
import type { Command, CommandContext } from './command.ts';

const usageExitCode = 2;
const faultsExitCode = 33;
const megabyte = 1_000_000;

export const verifyCommand: Command = {
  name: 'verify',
  summary: 'check a backup, or the record itself',
  usage: `vsis verify --backup FOLDER
vsis verify [--sample PERCENT]

The first form compares every file of a backup with the list that was written with it. The second checks the record:
versions without gaps, each with its change and its audit record, entries that belong to something, resources that can be
read and are found by what they say. Ends with 33 where something is wrong, which is listed without what resources hold.

  --backup FOLDER    what vsis backup wrote
  --sample PERCENT   check this share of the patients only (0.1 to 100)`,
  run: async (args, context) => {
    const { values } = parseArgs({
      args: [...args],
      options: { backup: { type: 'string' }, sample: { type: 'string', default: '100' } },
    });
    const sample = Number(values.sample);
    if (!(sample >= 0.1 && sample <= 100)) {
      context.print(verifyCommand.usage);
      return usageExitCode;
    }
    return values.backup === undefined ? verifyWhole(context, sample) : verifyBackup(context, values.backup);
  },
};

async function verifyBackup({ print }: CommandContext, folder: string): Promise<number> {
  const bar = startProgress(process.stderr, 'Verify', 'MB');
  const { manifest, faults } = await checkBackup(folder, ({ done, total }) =>
    bar.show({ done, total, items: Math.round(done / megabyte) }),
  );
  bar.finish();
  faults.forEach(print);
  print(
    faults.length === 0
      ? `The backup of ${manifest.finishedAt} is whole: ${manifest.files.length} files.`
      : `${faults.length} faults in the backup of ${manifest.finishedAt}.`,
  );
  return faults.length === 0 ? 0 : faultsExitCode;
}

async function verifyWhole({ openDatabase, print, signal }: CommandContext, sample: number): Promise<number> {
  const database = await openDatabase();
  const bar = startProgress(process.stderr, 'Verify', 'resources');
  let faults = 0;
  const resources = await verifyRecord(database.sql, {
    sample: sample / 100,
    signal,
    onFault: (fault) => {
      faults += 1;
      print(fault);
    },
    onProgress: ({ done, total, resources: items }) => bar.show({ done, total, items }),
  });
  bar.finish();
  print(
    faults === 0
      ? `The record is as it should be: ${resources} resources checked.`
      : `${faults} faults in ${resources} resources.`,
  );
  return faults === 0 ? 0 : faultsExitCode;
}
