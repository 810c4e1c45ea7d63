import type { Bundle, ExtractResource, Resource, ResourceType } from '@medplum/fhirtypes';
import { parseExact } from '#platform/written-number';
import { answerFailure, noAnswer, resourceNotFound, unreadableAnswer } from './fhir-failure.ts';

/** Search parameters by name; a list repeats the parameter, `undefined` and `''` leave it out. */
export type SearchParams = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** One page of a search. `next` is the address of the following page, to be given to `nextPage` as it is. */
export type SearchPage<T extends Resource> = {
  readonly matches: readonly T[];
  readonly included: readonly Resource[];
  readonly total?: number;
  readonly next?: string;
};

export type FhirClient = {
  /** The current version, or an `AppError` of kind `notFound` or `gone`. */
  read<T extends ResourceType>(type: T, id: string, signal?: AbortSignal): Promise<ExtractResource<T>>;
  search<T extends ResourceType>(
    type: T,
    params: SearchParams,
    signal?: AbortSignal,
  ): Promise<SearchPage<ExtractResource<T>>>;
  nextPage<T extends ResourceType>(
    type: T,
    next: string,
    signal?: AbortSignal,
  ): Promise<SearchPage<ExtractResource<T>>>;
  /** Follows the pages until there is no more or `limit` matches are there; `next` is then set. */
  searchAll<T extends ResourceType>(
    type: T,
    params: SearchParams,
    limit: number,
    signal?: AbortSignal,
  ): Promise<SearchPage<ExtractResource<T>>>;
};

/**
 * Reads a FHIR server. `base` is its address without a trailing slash, in a browser a path such as `/fhir`.
 * Every refusal becomes an `AppError`; an aborted request rejects with the signal's own reason.
 */
export function createFhirClient(base: string): FhirClient {
  const get = async (address: string, signal?: AbortSignal): Promise<unknown> => getJson(address, signal);

  const page = async <T extends ResourceType>(type: T, address: string, signal?: AbortSignal) =>
    toPage(type, await get(address, signal));

  const client: FhirClient = {
    async read(type, id, signal) {
      const body = await get(`${base}/${type}/${encodeURIComponent(id)}`, signal);
      if (!isOfType(body, type)) throw resourceNotFound(type);
      return body;
    },
    search: (type, params, signal) => page(type, `${base}/${type}${toQuery(params)}`, signal),
    nextPage: (type, next, signal) => page(type, onBase(base, next), signal),
    async searchAll(type, params, limit, signal) {
      let current = await client.search(type, params, signal);
      const matches = [...current.matches];
      const included = [...current.included];
      while (current.next !== undefined && matches.length < limit) {
        current = await client.nextPage(type, current.next, signal);
        matches.push(...current.matches);
        included.push(...current.included);
      }
      return { ...current, matches, included };
    },
  };
  return client;
}

async function getJson(address: string, signal?: AbortSignal): Promise<unknown> {
  const response = await fetch(address, {
    headers: { accept: 'application/fhir+json' },
    ...(signal === undefined ? {} : { signal }),
  }).catch((cause: unknown) => rethrow(cause, signal));
  const text = await response.text().catch((cause: unknown) => rethrow(cause, signal));
  if (!response.ok) throw answerFailure(response.status, parseOrNothing(text));
  try {
    return parseExact(text);
  } catch (cause) {
    throw unreadableAnswer(cause);
  }
}

function rethrow(cause: unknown, signal?: AbortSignal): never {
  if (signal?.aborted) throw cause;
  throw noAnswer(cause);
}

function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `?name=value&…`, parameter names as they are, values encoded. */
export function toQuery(params: SearchParams): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== '') query.append(name, String(one));
    }
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** A `next` link names the server as it sees itself; behind a proxy the browser must stay on the address it knows. */
function onBase(base: string, next: string): string {
  const anywhere = 'http://base.invalid';
  const known = new URL(base, anywhere);
  const link = new URL(next, known);
  if (!link.pathname.startsWith(known.pathname)) throw unreadableAnswer(next);
  const path = `${link.pathname}${link.search}`;
  return known.origin === anywhere ? path : `${known.origin}${path}`;
}

function toPage<T extends ResourceType>(type: T, body: unknown): SearchPage<ExtractResource<T>> {
  if (!isOfType(body, 'Bundle')) throw unreadableAnswer('not a Bundle');
  const next = body.link?.find((link) => link.relation === 'next')?.url;
  return {
    matches: entriesOf(body, 'match').filter((resource) => isOfType(resource, type)),
    included: entriesOf(body, 'include'),
    ...(body.total === undefined ? {} : { total: body.total }),
    ...(next === undefined ? {} : { next }),
  };
}

function entriesOf(bundle: Bundle, mode: 'match' | 'include'): Resource[] {
  return (bundle.entry ?? []).flatMap((entry) =>
    entry.resource && (entry.search?.mode ?? 'match') === mode ? [entry.resource] : [],
  );
}

function isOfType<T extends ResourceType>(body: unknown, type: T): body is ExtractResource<T> {
  return typeof body === 'object' && body !== null && 'resourceType' in body && body.resourceType === type;
}
