import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createGzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors';
import { type Actor, createReadAudit, type Store } from '#platform/store';
import { readRange } from './byte-range.ts';
import { findJob, type Job, removeJob } from './job.ts';
import { removeJobFolder } from './job-folder.ts';
import type { PartFile } from './part-files.ts';
import { createPollLimit } from './poll-limit.ts';

/** What the routes of one kind of job need to know of it. */
export type JobView = {
  readonly kind: string;
  /** Name under which downloads stand in the audit trail. */
  readonly action: `$${string}`;
  /** How far it is, in fewer than 100 characters. */
  readonly describe: (progress: unknown) => string;
  readonly files: (outcome: unknown) => readonly PartFile[];
  readonly manifest: (job: Job, addressOf: (file: PartFile) => string) => object;
};

export type JobRoutesOptions = {
  readonly store: Store;
  readonly actorOf: (request: FastifyRequest) => Promise<Actor>;
  readonly folder: string;
  readonly views: readonly JobView[];
};

/** Where the status of a job is asked for, below the FHIR base. */
export const statusPath = 'async';

/**
 * Mounts status, files and cancellation of jobs, by the asynchronous pattern of FHIR R4 (async.html). A job is seen by
 * whoever asked for it alone; to others there is none.
 */
export function registerJobRoutes(app: FastifyInstance, options: JobRoutesOptions): void {
  const { store, actorOf, folder, views } = options;
  const audit = createReadAudit(store.sql);
  const pollLimit = createPollLimit();

  const findOwn = async (request: FastifyRequest): Promise<Job> => {
    const { id } = request.params as { id: string }; // as: the routes have this parameter
    const job = /^[0-9a-f-]{36}$/.test(id) ? await findJob(store.sql, id) : undefined;
    const { name } = await actorOf(request);
    if (job?.actor !== name) {
      throw noJob();
    }
    return job;
  };
  const find = async (request: FastifyRequest): Promise<{ job: Job; view: JobView }> => {
    const job = await findOwn(request);
    const view = views.find(({ kind }) => kind === job.kind);
    if (!view) {
      throw noJob();
    }
    return { job, view };
  };

  app.get(`/fhir/${statusPath}/:id`, async (request, reply) => {
    const { job, view } = await find(request);
    const waitSeconds = pollLimit.refusesFor(job.id);
    if (waitSeconds > 0) {
      reply.header('Retry-After', String(waitSeconds));
      const text = 'The status was asked for too often; heed Retry-After.';
      throw new AppError('busy', 'bulk.polled-too-often', text);
    }
    return sendStatus(reply, job, view, addressesOf(store, request));
  });

  app.delete(`/fhir/${statusPath}/:id`, async (request, reply) => {
    const job = await findOwn(request);
    await removeJob(store.sql, job.id);
    await removeJobFolder(folder, job.id);
    return sendOutcome(reply.code(202), 'The job is cancelled and its files are removed.');
  });

  app.get(`/fhir/${statusPath}/:id/:file`, async (request, reply) => {
    const { job, view } = await find(request);
    const { file: name } = request.params as { file: string }; // as: the route has this parameter
    const file = job.state === 'done' ? view.files(job.outcome).find((each) => each.name === name) : undefined;
    const path = join(folder, job.id, file?.name ?? '');
    if (!file || (await sizeOf(path)) < file.bytes) {
      throw new AppError('notFound', 'bulk.no-file', 'There is no such file, or it has expired.');
    }
    const actor = { ...(await actorOf(request)), requestId: request.id };
    await audit.record({ actor, action: view.action, type: file.type, matches: file.count });
    return sendFile(request, reply, path, file);
  });
}

function noJob(): AppError {
  return new AppError('notFound', 'bulk.no-job', 'There is no such job: it is unknown, cancelled or expired.');
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? -1;
}

type Addresses = { readonly status: (job: Job) => string; readonly file: (job: Job, file: PartFile) => string };

function addressesOf({ baseUrl }: Store, request: FastifyRequest): Addresses {
  const base = `${baseUrl ?? `${request.protocol}://${request.host}/fhir`}/${statusPath}`;
  return { status: ({ id }) => `${base}/${id}`, file: ({ id }, { name }) => `${base}/${id}/${name}` };
}

function sendStatus(reply: FastifyReply, job: Job, view: JobView, addresses: Addresses): FastifyReply {
  if (job.state === 'waiting' || job.state === 'running') {
    const progress = job.state === 'waiting' ? 'waiting' : view.describe(job.progress);
    reply.header('X-Progress', progress.slice(0, 99)).header('Retry-After', String(secondsToWait(job)));
    return reply.code(202).send();
  }
  reply.header('Expires', new Date(job.expires ?? 0).toUTCString());
  if (job.problem) {
    const { kind, code, text, issues } = job.problem;
    throw new AppError(kind, code, text, { issues });
  }
  const manifest = view.manifest(job, (file) => addresses.file(job, file));
  return reply.type('application/json').send(JSON.stringify(manifest));
}

/** Short jobs are told of at once, long ones are not asked about all the time. */
function secondsToWait({ requested }: Job): number {
  const passedSeconds = (Date.now() - Date.parse(requested)) / 1000;
  return Math.min(Math.max(Math.round(passedSeconds / 10), 1), 120);
}

function sendOutcome(reply: FastifyReply, text: string): FastifyReply {
  const issue = [{ severity: 'information', code: 'informational', diagnostics: text }];
  return reply
    .type('application/fhir+json; charset=utf-8')
    .send(JSON.stringify({ resourceType: 'OperationOutcome', issue }));
}

/** A file in parts where they are asked for, packed where it is taken so; only the bytes that count. */
function sendFile(request: FastifyRequest, reply: FastifyReply, path: string, { bytes, name }: PartFile): FastifyReply {
  const { range: asked, 'if-range': ifRange, 'accept-encoding': encodings = '' } = request.headers;
  const tag = `"${name}-${bytes}"`;
  reply.header('Accept-Ranges', 'bytes').header('ETag', tag).type('application/fhir+ndjson');
  reply.header('Content-Disposition', `attachment; filename="${name}"`).header('Cache-Control', 'no-store');
  const range = ifRange === undefined || ifRange === tag ? readRange(asked, bytes) : undefined;
  if (range === 'beyond') {
    return reply.code(416).header('Content-Range', `bytes */${bytes}`).send();
  }
  if (range) {
    const { first, last } = range;
    reply.code(206).header('Content-Range', `bytes ${first}-${last}/${bytes}`);
    return reply.header('Content-Length', last - first + 1).send(createReadStream(path, { start: first, end: last }));
  }
  const content = createReadStream(path, { start: 0, end: bytes - 1 });
  if (/\bgzip\b/.test(String(encodings))) {
    const packed = createGzip({ level: 1 });
    content.on('error', (error) => packed.destroy(error));
    packed.on('close', () => content.destroy());
    return reply.header('Content-Encoding', 'gzip').header('Vary', 'Accept-Encoding').send(content.pipe(packed));
  }
  return reply.header('Content-Length', bytes).send(content);
}
