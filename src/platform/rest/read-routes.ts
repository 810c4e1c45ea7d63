import type { FastifyInstance } from 'fastify';
import { AppError } from '#platform/errors';
import { parseSearch, toSpan } from '#platform/search';
import {
  findIncluded,
  findNewest,
  findVersion,
  gone,
  type HistoryQuery,
  instanceHistory,
  notFound,
  recordHistory,
  runSearch,
  type StoredVersion,
} from '#platform/store';
import { describeVersion, sendJson } from './answers.ts';
import { historyBundle, searchBundle } from './bundles.ts';
import { baseUrlOf, type FhirContext, type InstanceParams, instanceOf, knownType } from './fhir-context.ts';
import { reduceContent } from './reduce-content.ts';
import { bodyOf, isNotModified, mediaTypeOf, queryOf, readPreferences, requireJsonWanted } from './request-headers.ts';

export function registerReads(app: FastifyInstance, { store }: FhirContext): void {
  app.get('/:type/:id', async (request, reply) => {
    requireJsonWanted(request);
    const address = instanceOf(request.params);
    const stored = present(address, await findNewest(store.sql, address));
    describeVersion(reply, stored.version, stored.updated);
    if (isNotModified(request, stored.version, stored.updated)) {
      return reply.code(304).send();
    }
    const { summary, elements } = parseSearch(address.type, controlsOf(queryOf(request)));
    return sendJson(reply, reduceContent(stored.type, stored.content, { summary, elements }));
  });

  app.get('/:type/:id/_history/:version', async (request, reply) => {
    requireJsonWanted(request);
    const address = instanceOf(request.params);
    const { version } = request.params as { version: string }; // as: the route has this parameter
    const number = /^\d{1,9}$/.test(version) ? Number(version) : 0;
    const stored = present(address, await findVersion(store.sql, address, number));
    return sendJson(describeVersion(reply, stored.version, stored.updated), stored.content);
  });

  app.get('/:type', async (request, reply) => {
    requireJsonWanted(request);
    return sendJson(
      reply,
      await search(store, knownType(request.params), queryOf(request), request, baseUrlOf(request)),
    );
  });

  app.post('/:type/_search', async (request, reply) => {
    requireJsonWanted(request);
    if (mediaTypeOf(request) !== 'application/x-www-form-urlencoded') {
      throw new AppError(
        'unsupportedMediaType',
        'rest.search-media-type',
        'A search by POST has the Content-Type application/x-www-form-urlencoded.',
      );
    }
    const parameters = new URLSearchParams([...queryOf(request), ...new URLSearchParams(bodyOf(request))]);
    return sendJson(reply, await search(store, knownType(request.params), parameters, request, baseUrlOf(request)));
  });

  app.get('/:type/:id/_history', async (request, reply) => {
    requireJsonWanted(request);
    const address = instanceOf(request.params);
    const parameters = queryOf(request);
    const page = await instanceHistory(store.sql, address, historyQuery(parameters));
    if (page.versions.length === 0 && !(await findNewest(store.sql, address))) {
      throw notFound(address);
    }
    const base = baseUrlOf(request);
    return sendJson(reply, historyBundle(page, `${base}/${address.type}/${address.id}/_history`, parameters, base));
  });

  app.get('/:type/_history', async (request, reply) => {
    requireJsonWanted(request);
    const type = knownType(request.params);
    const parameters = queryOf(request);
    const base = baseUrlOf(request);
    const page = await recordHistory(store.sql, type, historyQuery(parameters));
    return sendJson(reply, historyBundle(page, `${base}/${type}/_history`, parameters, base));
  });

  app.get('/_history', async (request, reply) => {
    requireJsonWanted(request);
    const parameters = queryOf(request);
    const base = baseUrlOf(request);
    const page = await recordHistory(store.sql, undefined, historyQuery(parameters));
    return sendJson(reply, historyBundle(page, `${base}/_history`, parameters, base));
  });
}

/** Runs a search and gives its Bundle as text. */
export async function search(
  store: FhirContext['store'],
  type: string,
  parameters: URLSearchParams,
  request: Parameters<typeof readPreferences>[0],
  baseUrl: string,
): Promise<string> {
  const query = parseSearch(type, parameters, { lenient: readPreferences(request).lenient });
  const page = await runSearch(store.sql, query);
  const included = await findIncluded(store.sql, page.matches, query.includes, query.revIncludes, store.baseUrl);
  return searchBundle(query, page, included, baseUrl);
}

type Present = StoredVersion & { readonly content: string };

export function present(address: InstanceParams, stored: StoredVersion | undefined): Present {
  if (!stored) {
    throw notFound(address);
  }
  const { content } = stored;
  if (content === null) {
    throw gone(address);
  }
  return { ...stored, content };
}

/** Of the parameters of a read, those that shape the answer. */
function controlsOf(parameters: URLSearchParams): [string, string][] {
  return [...parameters].filter(([name]) => name === '_summary' || name === '_elements');
}

function historyQuery(parameters: URLSearchParams): HistoryQuery {
  const count = Math.min(Math.max(wholeNumber(parameters, '_count') ?? 20, 1), 1000);
  const before = wholeNumber(parameters, '_cursor');
  const since = span(parameters, '_since');
  const at = span(parameters, '_at');
  return {
    count,
    ...(before === undefined ? {} : { before }),
    ...(since === undefined ? {} : { since: new Date(since.lo) }),
    ...(at === undefined ? {} : { at: { from: new Date(at.lo), to: new Date(at.hi) } }),
  };
}

function wholeNumber(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name);
  if (text === null) {
    return undefined;
  }
  if (!/^\d{1,15}$/.test(text)) {
    throw new AppError('invalid', 'rest.history-parameter', `${name}: a whole number is wanted.`);
  }
  return Number(text);
}

function span(parameters: URLSearchParams, name: string) {
  const text = parameters.get(name);
  if (text === null) {
    return undefined;
  }
  const found = toSpan(text.replace(' ', '+'));
  if (!found) {
    throw new AppError('invalid', 'rest.history-parameter', `${name}: a date or an instant is wanted.`);
  }
  return found;
}
