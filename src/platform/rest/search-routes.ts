import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors';
import { parseSearch, type SearchQuery } from '#platform/search';
import { findIncluded, runSearch, type Sql } from '#platform/store';
import { sendResource } from './answers.ts';
import { searchBundle } from './bundles.ts';
import { baseUrlOf, type FhirService, knownType } from './fhir-context.ts';
import { settleForm } from './negotiate.ts';
import { listOf, type Noted, toRecords } from './note-reads.ts';
import { mediaTypeOf, queryOf, readParameters, readPreferences } from './request-headers.ts';

/** More than the longest search has, each character of it written with a percent sign. */
const formLimitBytes = 1024 * 1024;

export function registerSearches(app: FastifyInstance, service: FhirService): void {
  const answer = async (request: FastifyRequest, parameters: URLSearchParams): Promise<string> => {
    const { text, noted } = await search(service, service.store.sql, request, knownType(request.params), parameters);
    const [record] = await toRecords(service, request, [noted]);
    await (record && service.audit.record(record));
    return text;
  };

  app.get('/:type', async (request, reply) => {
    return sendResource(reply, await answer(request, queryOf(request)));
  });

  app.post('/:type/_search', { bodyLimit: formLimitBytes, config: { ownForms: true } }, async (request, reply) => {
    const parameters = new URLSearchParams([...queryOf(request), ...readForm(request)]);
    settleForm(request, reply, parameters);
    return sendResource(reply, await answer(request, parameters));
  });
}

function readForm(request: FastifyRequest): URLSearchParams {
  const { body } = request;
  if (typeof body !== 'string' || body === '') {
    return new URLSearchParams();
  }
  if (mediaTypeOf(request) !== 'application/x-www-form-urlencoded') {
    const text = 'A search by POST has the Content-Type application/x-www-form-urlencoded.';
    throw new AppError('unsupportedMediaType', 'rest.search-media-type', text);
  }
  return readParameters(body);
}

/** Runs a search: its Bundle as text, and what is to be noted of it in the audit trail. */
export async function search(
  service: FhirService,
  sql: Sql,
  request: FastifyRequest,
  type: string,
  parameters: URLSearchParams,
): Promise<{ readonly text: string; readonly noted: Noted }> {
  const { baseUrl } = service.store;
  const query = parseSearch(type, parameters, { lenient: readPreferences(request).lenient });
  const page = await runSearch(sql, query, baseUrl);
  const included = await findIncluded(sql, page.matches, query.includes, query.revIncludes, baseUrl);
  return {
    text: searchBundle(withForm(query, parameters), page, included, baseUrlOf(service, request)),
    noted: listOf('S', { type }, [...page.matches, ...included]),
  };
}

/** The other pages have the form that was asked for in the address of this one. */
function withForm(query: SearchQuery, parameters: URLSearchParams): SearchQuery {
  const form = [...parameters].filter(([name, value]) => (name === '_format' || name === '_pretty') && value !== '');
  return form.length === 0 ? query : { ...query, applied: [...query.applied, ...form] };
}
