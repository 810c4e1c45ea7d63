import { AppError, type Issue } from '#platform/errors';
import { isJsonObject, type JsonObject, type Resource, validateResource } from '#platform/fhir';
import { isStoredType, type SearchTarget, wholeRecord } from '#platform/search';
import type { WriteRequest } from '#platform/store';
import { isId, knownCompartment } from './fhir-context.ts';
import { readBundledPatch } from './patch-body.ts';
import { toResource } from './read-resource-body.ts';
import { readIfMatch, readParameters } from './request-headers.ts';
import { toCriteria } from './write-routes.ts';

/** One entry of a batch or transaction. */
export type Entry = {
  /** FHIRPath of the entry, to name the place of an error. */
  readonly path: string;
  readonly method: string;
  readonly url: string;
  readonly request: JsonObject;
  readonly fullUrl: string | undefined;
  readonly resource: unknown;
};

/** Reads the frame of the Bundle, which must be valid; the resources within are validated when they are written. */
export function readEntries(bundle: Resource): Entry[] {
  const { entry: entries = [] } = bundle;
  if (!Array.isArray(entries)) {
    throw malformed('Bundle.entry', 'Bundle.entry is a list.');
  }
  if (entries.length > entriesAtMost) {
    throw tooManyEntries();
  }
  const read = entries.map((entry: unknown, at) => readEntry(entry, `Bundle.entry[${at}]`));
  refuseInvalidFrame(bundle, entries);
  return read;
}

/** What one Bundle may hold: each entry costs some kilobytes of memory until the whole is answered. */
const entriesAtMost = 30_000;

function tooManyEntries(): AppError {
  const text = `A Bundle sent here has at most ${entriesAtMost} entries; send several, or import a file.`;
  return new AppError('tooLarge', 'rest.too-many-entries', text, {
    issues: [{ severity: 'error', code: 'too-costly', text, expression: 'Bundle.entry' }],
  });
}

function refuseInvalidFrame(bundle: Resource, entries: readonly JsonObject[]): void {
  const frames = entries.map(({ resource: _resource, ...frame }) => frame);
  const frame = { ...bundle, ...('entry' in bundle ? { entry: frames } : {}) };
  const faults = validateResource(frame).filter((each) => each.severity === 'error' || each.severity === 'fatal');
  if (faults.length > 0) {
    throw new AppError('invalid', 'rest.malformed-bundle', 'The Bundle is malformed.', { issues: faults });
  }
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

export function isRead({ method }: Entry): boolean {
  return method === 'GET' || method === 'HEAD';
}

export type Address = {
  readonly type: string;
  readonly id: string | undefined;
  /** The number of a version (`Patient/1/_history/2`). */
  readonly version: string | undefined;
  readonly parameters: URLSearchParams;
};

/** What the url of an entry speaks of: a type, a resource or a version, and criteria. */
export function readAddress(entry: Entry, baseUrl: string): Address {
  const { path, query } = splitUrl(entry, baseUrl);
  const [type = '', id, keyword, version, ...rest] = path.split('/');
  const place = `${entry.path}.request.url`;
  if (!isStoredType(type)) {
    throw malformed(place, `${type.slice(0, 64).toWellFormed()} is no resource type.`);
  }
  if (id !== undefined && !isId(id)) {
    throw malformed(place, 'The id in the url is malformed.');
  }
  if (rest.length > 0 || (keyword !== undefined && (keyword !== '_history' || version === undefined))) {
    throw malformed(place, 'Within a Bundle a url is a type, a resource, a version, or a type with criteria.');
  }
  return { type, id, version, parameters: readParameters(query) };
}

function splitUrl({ url }: Entry, baseUrl: string): { path: string; query: string } {
  const isOwn = url.startsWith(`${baseUrl}/`) || url.startsWith(`${baseUrl}?`);
  const relative = isOwn ? url.slice(baseUrl.length).replace(/^\//, '') : url.replace(/^\//, '');
  const mark = relative.indexOf('?');
  return mark < 0 ? { path: relative, query: '' } : { path: relative.slice(0, mark), query: relative.slice(mark + 1) };
}

/** Where the entry searches, if its url is that of a search: the whole record, a type, or part of a compartment. */
export function readSearchAddress(
  entry: Entry,
  baseUrl: string,
): { readonly target: string | SearchTarget; readonly parameters: URLSearchParams } | undefined {
  const { path, query } = splitUrl(entry, baseUrl);
  const [type = '', id, member, ...rest] = path.split('/');
  const parameters = readParameters(query);
  if (path === '') {
    return { target: wholeRecord, parameters };
  }
  if (id === undefined && isStoredType(type)) {
    return { target: type, parameters };
  }
  const isPart = id !== undefined && member !== undefined && rest.length === 0 && isStoredType(type) && isId(id);
  return isPart && member !== '_history' ? { target: knownCompartment({ type, id }, member), parameters } : undefined;
}

/** The write that an entry asks for. */
export function toWrite(entry: Entry, baseUrl: string): WriteRequest {
  const { type, id, version, parameters } = readAddress(entry, baseUrl);
  if (version !== undefined || (entry.method === 'POST' && id !== undefined)) {
    throw malformed(`${entry.path}.request.url`, `${entry.method} does not go to this address.`);
  }
  const fullUrl = entry.fullUrl === undefined ? {} : { fullUrl: entry.fullUrl };
  if (entry.method === 'POST') {
    const condition = textOf(entry.request['ifNoneExist']);
    const ifNoneExist = condition === undefined ? {} : { ifNoneExist: toCriteria(condition, type) };
    return { kind: 'create', type, ...fullUrl, ...ifNoneExist, resource: resourceOf(entry, type) };
  }
  const ifMatch = readIfMatch(textOf(entry.request['ifMatch']));
  const target = id ?? toCriteria(parameters.toString(), type);
  const common = { type, target, ...fullUrl, ...(ifMatch === undefined ? {} : { ifMatch }) };
  if (entry.method === 'DELETE') {
    return { kind: 'delete', ...common };
  }
  if (entry.method === 'PATCH') {
    return { kind: 'patch', ...common, apply: readBundledPatch(patchOf(entry)) };
  }
  const resource = resourceOf(entry, type);
  if (id !== undefined && resource.id !== id) {
    throw malformed(`${entry.path}.resource.id`, 'The id of the resource must be that of the request url.');
  }
  const onlyNew = textOf(entry.request['ifNoneMatch'])?.trim() === '*';
  return { kind: 'update', ...common, resource, ...(onlyNew ? { onlyNew } : {}) };
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function patchOf(entry: Entry): Resource {
  const type = isJsonObject(entry.resource) ? String(entry.resource['resourceType']) : 'Parameters';
  return resourceOf(entry, type);
}

function resourceOf(entry: Entry, type: string): Resource {
  const place = `${entry.path}.resource`;
  try {
    return toResource(entry.resource, type, 'The resource');
  } catch (error) {
    if (!(error instanceof AppError)) {
      throw error;
    }
    const issues: Issue[] = error.issues.map((issue) => ({ ...issue, expression: place }));
    throw new AppError(error.kind, error.code, error.message, { issues });
  }
}

export function malformed(expression: string, text: string): AppError {
  return new AppError('invalid', 'rest.malformed-bundle', text, {
    issues: [{ severity: 'error', code: 'structure', text, expression }],
  });
}
