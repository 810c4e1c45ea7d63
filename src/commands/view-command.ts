import { createWriteStream } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { StartError } from '#platform/errors';
import { startProgress } from '#platform/exchange';
import { parseJson } from '#platform/fhir';
import {
  type Format,
  formats,
  noteRun,
  parseView,
  positionsOf,
  recordSource,
  runView,
  type ViewBatch,
  writeRows,
} from '#platform/views';
import type { Command } from './command.ts';

const usageExitCode = 2;

export const viewCommand: Command = {
  name: 'view',
  summary: 'write the rows of a view (SQL on FHIR) over the record',
  usage: `vsis view <file> [--format csv|ndjson|json] [--output FILE] [--limit N]

  <file>           a ViewDefinition as JSON
  --format FORMAT  csv where nothing is said
  --output FILE    where to write; the file appears when it is whole. Standard output where nothing is said
  --limit N        most rows`,
  run: async (args, { openDatabase, print, signal }) => {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        format: { type: 'string', default: 'csv' },
        output: { type: 'string' },
        limit: { type: 'string' },
      },
    });
    const [file, ...others] = positionals;
    const format = formats.find((each) => each === values.format);
    const isLimit = values.limit === undefined || /^\d{1,9}$/.test(values.limit);
    if (file === undefined || others.length > 0 || !format || !isLimit) {
      print(viewCommand.usage);
      return usageExitCode;
    }
    const definition = parseJson(await readDefinition(file));
    const view = parseView(definition);
    const limit = values.limit === undefined ? {} : { limit: Number(values.limit) };
    const { sql } = await openDatabase();
    const { columns, batches } = runView(sql, view, recordSource(view.resource), limit);
    const actor = { name: `vsis view (${userInfo().username})` };
    await noteRun(sql, { actor, view, definition, filters: limit, format });
    const { first, last } = await positionsOf(sql, view.resource);
    const bar = startProgress(process.stderr, 'View', 'rows');
    const startedMs = performance.now();
    let rows = 0;
    const shown = tellProgress(batches, (batch) => {
      rows += batch.rows.length;
      bar.show({ done: batch.position - first, total: last - first, items: rows });
    });
    await write({ format, columns, batches: shown }, values.output, signal);
    bar.finish();
    if (values.output !== undefined) {
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      print(`${rows} rows in ${seconds} s, in ${values.output}.`);
    }
    return 0;
  },
};

async function readDefinition(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new StartError('view.no-file', usageExitCode, `The file ${file} cannot be read.`, { cause: error });
  }
}

async function* tellProgress(
  batches: AsyncIterable<ViewBatch>,
  tell: (batch: ViewBatch) => void,
): AsyncGenerator<ViewBatch> {
  for await (const batch of batches) {
    tell(batch);
    yield batch;
  }
}

type Rows = {
  readonly format: Format;
  readonly columns: readonly string[];
  readonly batches: AsyncIterable<ViewBatch>;
};

/** A file that cannot be finished leaves nothing behind. */
async function write({ format, columns, batches }: Rows, output: string | undefined, signal: AbortSignal) {
  const text = Readable.from(writeRows(format, columns, batches));
  if (output === undefined) {
    await pipeline(text, process.stdout, { signal, end: false });
    return;
  }
  const partial = `${output}.part`;
  try {
    await pipeline(text, createWriteStream(partial), { signal });
    await rename(partial, output);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
