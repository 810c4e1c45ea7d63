import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { importFiles, RefusalFile, startProgress } from '#platform/exchange';
import { openAddedParameters } from '#platform/store';
import type { Command } from './command.ts';

export const importCommand: Command = {
  name: 'import',
  summary: 'bring FHIR resources from files into the record',
  usage: `vsis import <files or folders> [--refused FILE] [--again] [--keep-versions]

Takes Bundles (transaction, batch, collection), single resources (JSON or XML) and NDJSON, plain or gzip. An interrupted import goes
on where it stopped, and importing the same files again changes nothing.

  --refused FILE    where refused resources are written with their reasons (default: in the data folder)
  --again           read files once more that were imported before
  --keep-versions   keep version numbers and times of resources that are new here (for exports of a record)`,
  run: async (args, { openDatabase, settings, print }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        refused: { type: 'string' },
        again: { type: 'boolean', default: false },
        'keep-versions': { type: 'boolean', default: false },
      },
    });
    if (positionals.length === 0) {
      print(importCommand.usage);
      return 2;
    }
    const database = await openDatabase();
    const stamp = new Date().toISOString().replace(/[:.]/g, '-');
    const path = resolve(values.refused ?? join(settings.VSIS_DATA_DIR, 'refused', `${stamp}.ndjson`));
    await using refusals = new RefusalFile(path);
    const bar = startProgress(process.stderr, 'Import', 'resources');
    const startedMs = performance.now();
    await using parameters = await openAddedParameters({ sql: database.sql, onlyFollow: true });
    const store = { sql: database.sql, now: () => new Date(), parameters };
    const summary = await importFiles(store, { name: 'vsis import' }, positionals, {
      again: values.again,
      keepVersions: values['keep-versions'],
      onRefused: (refusal) => refusals.add(refusal),
      onProgress: ({ doneBytes, totalBytes, counts }) =>
        bar.show({ done: doneBytes, total: totalBytes, items: counts.created + counts.updated + counts.unchanged }),
    });
    bar.finish();
    const { created, updated, unchanged, refused, files, skippedFiles } = summary;
    const seconds = (performance.now() - startedMs) / 1000;
    const rate = Math.round((created + updated + unchanged) / Math.max(seconds, 0.001));
    print(`${files} files, ${skippedFiles} of them imported before.`);
    print(`${created} created, ${updated} updated, ${unchanged} unchanged, ${refused} refused.`);
    print(`${seconds.toFixed(1)} s, ${rate} resources/s.`);
    if (refused > 0) {
      print(`The refused ones and why: ${path}`);
    }
    return 0;
  },
};
