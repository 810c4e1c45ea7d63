import { createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors';
import type { Actor, Store } from '#platform/store';
import { finishUpload, insertUpload, removeJob } from './job.ts';
import { removeJobFolder } from './job-folder.ts';
import { statusPath } from './job-routes.ts';
import { limitBytes } from './limit-bytes.ts';

export const uploadKind = 'upload';

export type UploadOptions = {
  readonly store: Store;
  readonly actorOf: (request: FastifyRequest) => Promise<Actor>;
  readonly folder: string;
  readonly keepMs: number;
  readonly bytesAtMost: number;
};

const mediaTypes = /^application\/(?:fhir\+)?(?:x-)?ndjson(?:;|$)/;

/** The file of an upload in its job's folder. */
export function uploadPath(folder: string, id: string): string {
  return join(folder, id, 'upload.ndjson');
}

/**
 * Mounts `POST /fhir/async`: takes a file of NDJSON of any size, plain or gzip, straight to the disk. Its Location is
 * what `$import` is then told; who does not use it in time loses it.
 */
export function registerUploads(app: FastifyInstance, options: UploadOptions): void {
  const { store, actorOf, folder, keepMs, bytesAtMost } = options;
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', async () => undefined); // the body is read as it comes
    scope.post(`/fhir/${statusPath}`, { bodyLimit: Number.MAX_SAFE_INTEGER }, async (request, reply) => {
      if (!mediaTypes.test(request.headers['content-type'] ?? '')) {
        const text = 'An upload has the Content-Type application/fhir+ndjson.';
        throw new AppError('unsupportedMediaType', 'bulk.upload-media-type', text);
      }
      const { name: actor } = await actorOf(request);
      const id = await insertUpload(store.sql, { kind: uploadKind, actor, keepMs });
      try {
        await mkdir(join(folder, id), { recursive: true, mode: 0o700 });
        await receive(request, uploadPath(folder, id), bytesAtMost);
        await finishUpload(store.sql, id);
      } catch (error) {
        await removeJob(store.sql, id);
        await removeJobFolder(folder, id);
        throw error;
      }
      const base = store.baseUrl ?? `${request.protocol}://${request.host}/fhir`;
      const { size } = await stat(uploadPath(folder, id));
      const issue = [{ severity: 'information', code: 'informational', diagnostics: `${size} bytes were stored.` }];
      return reply
        .code(201)
        .header('Location', `${base}/${statusPath}/${id}`)
        .type('application/fhir+json; charset=utf-8')
        .send(JSON.stringify({ resourceType: 'OperationOutcome', issue }));
    });
  });
}

const tooLarge = () =>
  new AppError('tooLarge', 'bulk.upload-too-large', 'The upload is larger than this server takes.');

async function receive({ raw, headers }: FastifyRequest, path: string, bytesAtMost: number): Promise<void> {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw new AppError('unsupportedMediaType', 'bulk.upload-encoding', 'An upload is sent plain or as gzip.');
  }
  const target = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  const counted = limitBytes(bytesAtMost, tooLarge);
  try {
    await (encoding === 'gzip' ? pipeline(raw, createGunzip(), counted, target) : pipeline(raw, counted, target));
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && String(cause.code).startsWith('Z_')) {
      throw new AppError('invalid', 'bulk.malformed-gzip', 'The upload is no well-formed gzip.', { cause });
    }
    throw cause;
  }
}
