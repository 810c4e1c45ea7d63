import { createWriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { isJsonObject, parseJson, stringifyJson } from '#platform/fhir';
import { storedTypes } from '#platform/search';
import type { Sql, Store } from '#platform/store';

export type ExportOptions = {
  readonly types?: readonly string[];
  readonly gzip?: boolean;
  /** Leave out meta.versionId and meta.lastUpdated, so that records of different history compare equal. */
  readonly withoutVersions?: boolean;
  readonly onProgress?: (state: { type: string; resources: number; total: number }) => void;
};

export type ExportSummary = { readonly resources: number; readonly files: readonly string[] };

const pageSize = 1000;

/** Writes the current version of every resource as NDJSON, a file per type. A file appears when it is whole. */
export async function exportRecord(store: Store, folder: string, options: ExportOptions = {}): Promise<ExportSummary> {
  await mkdir(folder, { recursive: true });
  const present = await countTypes(store.sql, options.types ?? storedTypes);
  const total = [...present.values()].reduce((sum, each) => sum + each, 0);
  const files: string[] = [];
  let resources = 0;
  for (const type of present.keys()) {
    const name = `${type}.ndjson${options.gzip ? '.gz' : ''}`;
    const path = join(folder, name);
    const lines = contentsOf(store.sql, type, options.withoutVersions ?? false, (count) => {
      resources += count;
      options.onProgress?.({ type, resources, total });
    });
    const partial = `${path}.part`;
    const target = createWriteStream(partial);
    await (options.gzip
      ? pipeline(Readable.from(lines), createGzip(), target)
      : pipeline(Readable.from(lines), target));
    await rename(partial, path);
    files.push(name);
  }
  return { resources, files };
}

async function countTypes(sql: Sql, types: readonly string[]): Promise<Map<string, number>> {
  const rows = await sql<{ type: string; count: number }[]>`
    select type, count(*)::float8 as count from record.resource group by type order by type`;
  return new Map(rows.filter((row) => types.includes(row.type)).map((row) => [row.type, row.count]));
}

/** Pages of NDJSON in the order the resources were first written. */
async function* contentsOf(
  sql: Sql,
  type: string,
  withoutVersions: boolean,
  onPage: (count: number) => void,
): AsyncGenerator<string> {
  let after = '0';
  for (;;) {
    const rows: { position: string; content: string }[] = await sql<{ position: string; content: string }[]>`
      select rid::text as position, content
      from record.resource
      where type = ${type} and rid > ${after}::text::bigint
      order by rid
      limit ${pageSize}`;
    const last = rows.at(-1);
    if (!last) {
      return;
    }
    after = last.position;
    onPage(rows.length);
    yield rows.map((row) => `${withoutVersions ? stripVersions(row.content) : row.content}\n`).join('');
  }
}

function stripVersions(content: string): string {
  const resource = parseJson(content);
  if (!isJsonObject(resource) || !isJsonObject(resource['meta'])) {
    return content;
  }
  delete resource['meta']['versionId'];
  delete resource['meta']['lastUpdated'];
  if (Object.keys(resource['meta']).length === 0) {
    delete resource['meta'];
  }
  return stringifyJson(resource);
}
