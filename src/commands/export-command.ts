import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { exportRecord, startProgress } from '#platform/exchange';
import { createReadAudit } from '#platform/store';
import type { Command } from './command.ts';

export const exportCommand: Command = {
  name: 'export',
  summary: 'write the record as NDJSON, a file per resource type',
  usage: `vsis export <folder> [--types Patient,Observation] [--gzip] [--without-versions]

  --types LIST         only these resource types
  --gzip               compress the files
  --without-versions   leave out meta.versionId and meta.lastUpdated, so that records can be compared`,
  run: async (args, { openDatabase, print }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        types: { type: 'string' },
        gzip: { type: 'boolean', default: false },
        'without-versions': { type: 'boolean', default: false },
      },
    });
    const [folder, ...others] = positionals;
    if (folder === undefined || others.length > 0) {
      print(exportCommand.usage);
      return 2;
    }
    const database = await openDatabase();
    const bar = startProgress(process.stderr, 'Export', 'resources');
    const store = { sql: database.sql, now: () => new Date() };
    const actor = { name: `vsis export (${userInfo().username})` };
    await createReadAudit(database.sql).record({ actor, action: '$export' });
    const { resources, files } = await exportRecord(store, folder, {
      ...(values.types === undefined ? {} : { types: values.types.split(',') }),
      gzip: values.gzip,
      withoutVersions: values['without-versions'],
      onProgress: (state) => bar.show({ done: state.resources, total: state.total, items: state.resources }),
    });
    bar.finish();
    print(`${resources} resources in ${files.length} files in ${folder}.`);
    return 0;
  },
};
