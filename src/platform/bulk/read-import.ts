import { realpath, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import type { Sql } from '#platform/database';
import { AppError } from '#platform/errors';
import { isImportable } from '#platform/exchange';
import type { OperationCall } from '#platform/rest';
import type { ImportInput, ImportPlan, ImportSources } from './import-plan.ts';
import { findJob } from './job.ts';
import { statusPath } from './job-routes.ts';
import { uploadKind } from './upload-route.ts';

const inputsAtMost = 1000;

type Place = { readonly sql: Sql; readonly sources: ImportSources };

/** Reads and checks a call of `$import`: every file it names must be there, or be one that may be fetched. */
export async function readImport(call: OperationCall, place: Place): Promise<ImportPlan> {
  const { parameters, service, request, baseUrl } = call;
  const format = parameters.text('inputFormat') ?? 'application/fhir+ndjson';
  if (!/^(?:application\/(?:fhir\+)?)?ndjson$/.test(format)) {
    throw refusal('inputFormat', 'inputFormat: application/fhir+ndjson is taken.', 'not-supported');
  }
  const given = parameters.parts('input').map((part) => part.text('url') ?? '');
  if (given.length > inputsAtMost) {
    throw new AppError('tooLarge', 'bulk.too-many-inputs', `input: ${inputsAtMost} files are taken at once.`);
  }
  const { name: actor } = await service.actorOf(request);
  const inputs: ImportInput[] = [];
  for (const [at, url] of given.entries()) {
    const expression = `Parameters.parameter.where(name='input')[${at}]`;
    inputs.push(await readInput(url, { ...place, baseUrl, actor, expression }));
  }
  return { inputs };
}

type InputPlace = Place & { readonly baseUrl: string; readonly actor: string; readonly expression: string };

async function readInput(url: string, place: InputPlace): Promise<ImportInput> {
  const { baseUrl, expression, sources } = place;
  const uploads = `${baseUrl}/${statusPath}/`;
  if (url.startsWith(uploads)) {
    return readUpload(url.slice(uploads.length), place);
  }
  if (url.startsWith('file:')) {
    return readFolderFile(url.slice('file:'.length), place);
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'https:' || !sources.hosts.includes(parsed.host)) {
    const known = 'an upload of this server, file:path below the import folder, or https from an allowed host';
    throw refusal(expression, `input.url: ${known} is taken.`, 'forbidden');
  }
  return { kind: 'web', name: basename(parsed.pathname) || 'input.ndjson', url };
}

async function readUpload(id: string, { sql, actor, expression }: InputPlace): Promise<ImportInput> {
  const job = await findJob(sql, id);
  if (job?.kind !== uploadKind || job.actor !== actor || job.state !== 'done') {
    throw refusal(expression, 'input.url: there is no such upload; it is unknown, unfinished or expired.', 'not-found');
  }
  return { kind: 'upload', name: 'upload.ndjson', id };
}

async function readFolderFile(path: string, { sources, expression }: InputPlace): Promise<ImportInput> {
  const folder = sources.folder === undefined ? undefined : await realpath(sources.folder).catch(() => undefined);
  const found = folder === undefined ? undefined : await realpath(join(folder, path)).catch(() => undefined);
  const isInside = found !== undefined && folder !== undefined && found.startsWith(`${folder}${sep}`);
  if (!isInside || !isImportable(found) || !(await stat(found)).isFile()) {
    throw refusal(expression, 'input.url: there is no such file below the import folder of this server.', 'not-found');
  }
  return { kind: 'folder', name: basename(found), path: found };
}

function refusal(expression: string, text: string, code: string): AppError {
  return new AppError('invalid', 'bulk.import-parameter', text, {
    issues: [{ severity: 'error', code, text, expression }],
  });
}
