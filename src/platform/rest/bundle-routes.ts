import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError, type Issue } from '#platform/errors';
import { isJsonObject, type JsonObject, type Resource, validateResource } from '#platform/fhir';
import { toOutcome } from '#platform/http';
import { isStoredType } from '#platform/search';
import {
  type Actor,
  findNewest,
  findVersion,
  type WriteRequest,
  type WriteResult,
  writeResources,
} from '#platform/store';
import { etag, sendJson } from './answers.ts';
import { baseUrlOf, type FhirContext } from './fhir-context.ts';
import { readBundledPatch } from './patch-body.ts';
import { readResourceBody, toResource } from './read-resource-body.ts';
import { present, search } from './read-routes.ts';
import { readIfMatch, readPreferences, requireJson, requireJsonWanted } from './request-headers.ts';
import { toCriteria } from './write-routes.ts';

/** One entry of a batch or transaction. */
type Entry = {
  readonly path: string;
  readonly method: string;
  readonly url: string;
  readonly request: JsonObject;
  readonly fullUrl: string | undefined;
  readonly resource: unknown;
};

type Call = {
  readonly context: FhirContext;
  readonly request: FastifyRequest;
  readonly actor: Actor;
  readonly baseUrl: string;
};

export function registerBundles(app: FastifyInstance, context: FhirContext): void {
  app.post('/', async (request, reply) => {
    requireJsonWanted(request);
    const bundle = readResourceBody(requireJson(request), 'Bundle');
    const type = bundle['type'];
    if (type !== 'batch' && type !== 'transaction') {
      throw malformed('Bundle.type', 'A Bundle sent here is a batch or a transaction.');
    }
    const entries = readEntries(bundle);
    const call: Call = { context, request, actor: await context.actorOf(request), baseUrl: baseUrlOf(request) };
    const answers = type === 'batch' ? await runBatch(call, entries) : await runTransaction(call, entries);
    return sendJson(reply, `{"resourceType":"Bundle","type":"${type}-response","entry":[${answers.join(',')}]}`);
  });
}

function malformed(expression: string, text: string): AppError {
  return new AppError('invalid', 'rest.malformed-bundle', text, {
    issues: [{ severity: 'error', code: 'structure', text, expression }],
  });
}

/** Reads the frame of the Bundle; the resources within are validated when they are written. */
function readEntries(bundle: Resource): Entry[] {
  const { entry: entries = [], ...frame } = bundle;
  const faults = validateResource(frame).filter((each) => each.severity === 'error' || each.severity === 'fatal');
  if (faults.length > 0) {
    throw new AppError('invalid', 'rest.malformed-bundle', 'The Bundle is malformed.', { issues: faults });
  }
  if (!Array.isArray(entries)) {
    throw malformed('Bundle.entry', 'Bundle.entry is a list.');
  }
  return entries.map((entry: unknown, at) => readEntry(entry, `Bundle.entry[${at}]`));
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

function readEntry(entry: unknown, path: string): Entry {
  if (!isJsonObject(entry) || !isJsonObject(entry['request'])) {
    throw malformed(`${path}.request`, 'Each entry needs a request.');
  }
  const { request, fullUrl, resource } = entry;
  const { method, url } = request;
  if (typeof method !== 'string' || !methods.has(method)) {
    throw malformed(`${path}.request.method`, 'The method is one of GET, HEAD, POST, PUT, PATCH, DELETE.');
  }
  if (typeof url !== 'string' || url === '') {
    throw malformed(`${path}.request.url`, 'Each request needs a url.');
  }
  return { path, method, url, request, fullUrl: typeof fullUrl === 'string' ? fullUrl : undefined, resource };
}

/** Every entry on its own: what fails answers for itself. */
async function runBatch(call: Call, entries: readonly Entry[]): Promise<string[]> {
  const answers: string[] = [];
  for (const entry of entries) {
    answers.push(await runAlone(call, entry));
  }
  return answers;
}

async function runAlone(call: Call, entry: Entry): Promise<string> {
  try {
    if (isRead(entry)) {
      return await answerRead(call, entry);
    }
    const { store } = call.context;
    const [result] = await writeResources(store, call.actor, [toWrite(call, entry)], { paths: [entry.path] });
    return result ? answerWrite(call, result) : '{}';
  } catch (error) {
    if (!(error instanceof AppError)) {
      throw error;
    }
    const { status, body } = toOutcome(error, call.request.id);
    return JSON.stringify({ response: { status: String(status), outcome: body } });
  }
}

/** All or nothing; reads come last and see what the writes have left. FHIR R4, http.html#trules. */
async function runTransaction(call: Call, entries: readonly Entry[]): Promise<string[]> {
  const writes = entries.filter((entry) => !isRead(entry));
  const results = await writeResources(
    call.context.store,
    call.actor,
    writes.map((entry) => toWrite(call, entry)),
    { paths: writes.map((entry) => entry.path), closed: true },
  );
  const byEntry = new Map(writes.map((entry, at) => [entry, results[at]]));
  const answers: string[] = [];
  for (const entry of entries) {
    const result = byEntry.get(entry);
    answers.push(result ? answerWrite(call, result) : await answerRead(call, entry));
  }
  return answers;
}

function isRead({ method }: Entry): boolean {
  return method === 'GET' || method === 'HEAD';
}

type Address = {
  readonly type: string;
  readonly id: string | undefined;
  readonly query: string | undefined;
  readonly rest: string[];
};

function readAddress({ baseUrl }: Call, { url, path }: Entry): Address {
  const relative = url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length + 1) : url.replace(/^\//, '');
  const [target = '', query] = relative.split(/\?(.*)/s);
  const [type = '', id, ...rest] = target.split('/');
  if (!isStoredType(type)) {
    throw malformed(`${path}.request.url`, `${type.slice(0, 64)} is no resource type.`);
  }
  if (id !== undefined && id !== '_history' && !/^[A-Za-z0-9\-.]{1,64}$/.test(id)) {
    throw malformed(`${path}.request.url`, 'The id in the url is malformed.');
  }
  return { type, id, query, rest };
}

function toWrite(call: Call, entry: Entry): WriteRequest {
  const { type, id, query } = readAddress(call, entry);
  const fullUrl = entry.fullUrl === undefined ? {} : { fullUrl: entry.fullUrl };
  const ifMatch = readIfMatch(text(entry.request['ifMatch']));
  const common = { type, ...fullUrl, ...(ifMatch === undefined ? {} : { ifMatch }) };
  if (entry.method === 'POST') {
    const condition = text(entry.request['ifNoneExist']);
    const ifNoneExist = condition === undefined ? {} : { ifNoneExist: toCriteria(condition, type) };
    return { kind: 'create', type, ...fullUrl, ...ifNoneExist, resource: resourceOf(entry, type) };
  }
  const target = id ?? toCriteria(query ?? '', type);
  if (entry.method === 'DELETE') {
    return { kind: 'delete', target, ...common };
  }
  if (entry.method === 'PATCH') {
    const patch = isJsonObject(entry.resource) ? entry.resource : {};
    return {
      kind: 'patch',
      target,
      ...common,
      apply: readBundledPatch(toResource(patch, String(patch['resourceType']), `${entry.path}.resource`)),
    };
  }
  const resource = resourceOf(entry, type);
  if (id !== undefined && resource.id !== id) {
    throw malformed(`${entry.path}.resource.id`, 'The id of the resource must be that of the request url.');
  }
  return {
    kind: 'update',
    target,
    ...common,
    resource,
    ...(text(entry.request['ifNoneMatch']) === '*' ? { onlyNew: true } : {}),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function resourceOf(entry: Entry, type: string): Resource {
  try {
    return toResource(entry.resource, type, 'The resource');
  } catch (error) {
    if (!(error instanceof AppError)) {
      throw error;
    }
    const issues: Issue[] = error.issues.map((issue) => ({ ...issue, expression: `${entry.path}.resource` }));
    throw new AppError(error.kind, error.code, error.message, { issues });
  }
}

function answerWrite({ baseUrl, request }: Call, result: WriteResult): string {
  const { type, id, version, updated, content, outcome } = result;
  const status = {
    created: '201 Created',
    updated: '200 OK',
    unchanged: '200 OK',
    deleted: '204 No Content',
    absent: '204 No Content',
  };
  const response = {
    status: status[outcome],
    ...(content === undefined || id === undefined ? {} : { location: `${baseUrl}/${type}/${id}/_history/${version}` }),
    ...(version === undefined ? {} : { etag: etag(version) }),
    ...(updated === undefined ? {} : { lastModified: updated }),
  };
  const resource =
    content === undefined || readPreferences(request).return !== 'representation' ? '' : `"resource":${content},`;
  return `{${resource}"response":${JSON.stringify(response)}}`;
}

async function answerRead(call: Call, entry: Entry): Promise<string> {
  const { type, id, query, rest } = readAddress(call, entry);
  const { store } = call.context;
  if (id === undefined) {
    const found = await search(store, type, new URLSearchParams(query ?? ''), call.request, call.baseUrl);
    return `{"resource":${found},"response":{"status":"200 OK"}}`;
  }
  const address = { type, id };
  const [keyword, version] = rest;
  if (keyword !== undefined && (keyword !== '_history' || version === undefined)) {
    throw malformed(`${entry.path}.request.url`, 'Within a Bundle a resource, a version or a search can be read.');
  }
  const stored = present(
    address,
    version === undefined
      ? await findNewest(store.sql, address)
      : await findVersion(store.sql, address, Number(version) || 0),
  );
  const response = {
    status: '200 OK',
    etag: etag(stored.version),
    lastModified: new Date(stored.updated).toISOString(),
  };
  return `{"resource":${stored.content},"response":${JSON.stringify(response)}}`;
}
