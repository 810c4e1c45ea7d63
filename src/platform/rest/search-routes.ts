import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors';
import { coreParameters, parseSearch, type SearchQuery, type SearchTarget, wholeRecord } from '#platform/search';
import { findIncluded, runSearch, type Sql, type StoredVersion } from '#platform/store';
import { sendResource } from './answers.ts';
import { searchBundle } from './bundles.ts';
import { baseUrlOf, type FhirService, instanceOf, knownCompartment, knownType } from './fhir-context.ts';
import { settleForm } from './negotiate.ts';
import { listOf, type Noted, toRecords } from './note-reads.ts';
import { pageBytesAtMost } from './page-size.ts';
import { mediaTypeOf, queryOf, readParameters, readPreferences } from './request-headers.ts';

/** More than the longest search has, each character of it written with a percent sign. */
const formLimitBytes = 1024 * 1024;

export function registerSearches(app: FastifyInstance, service: FhirService): void {
  for (const { url, targetOf } of places) {
    app.get(url, async (request, reply) => {
      return sendResource(reply, await answer(service, request, targetOf(request), queryOf(request)));
    });
    const options = { bodyLimit: formLimitBytes, config: { ownForms: true } };
    app.post(`${url === '/' ? '' : url}/_search`, options, async (request, reply) => {
      const parameters = new URLSearchParams([...queryOf(request), ...readForm(request)]);
      settleForm(request, reply, parameters);
      return sendResource(reply, await answer(service, request, targetOf(request), parameters));
    });
  }
}

/** Where a search may start: the record, a type, a compartment. FHIR R4, http.html#search. */
const places: readonly { readonly url: string; readonly targetOf: (request: FastifyRequest) => Target }[] = [
  { url: '/', targetOf: () => wholeRecord },
  { url: '/:type', targetOf: ({ params }) => knownType(params) },
  {
    url: '/:type/:id/:member',
    targetOf: ({ params }) => {
      const { member } = params as { member: string }; // as: the route has this parameter
      return knownCompartment(instanceOf(params), member);
    },
  },
];

async function answer(
  service: FhirService,
  request: FastifyRequest,
  target: Target,
  parameters: URLSearchParams,
): Promise<string> {
  const { text, noted } = await search(service, service.store.sql, request, target, parameters);
  const [record] = await toRecords(service, request, [noted]);
  await (record && service.audit.record(record));
  return text;
}

type Target = string | SearchTarget;

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
  target: Target,
  parameters: URLSearchParams,
): Promise<{ readonly text: string; readonly noted: Noted }> {
  const { baseUrl, parameters: known } = service.store;
  const table = known?.table() ?? coreParameters;
  const query = parseSearch(target, parameters, { lenient: readPreferences(request).lenient, table });
  const page = await runSearch(sql, query, baseUrl, { bytesAtMost: pageBytesAtMost });
  const included = await findIncluded(sql, page.matches, query.includes, query.revIncludes, { baseUrl, table });
  return {
    text: searchBundle(withForm(query, parameters), page, included, baseUrlOf(service, request)),
    noted: noteSearch(query, target, [...page.matches, ...included]),
  };
}

/** A search within the compartment of a patient is one about that patient, whatever it finds. */
function noteSearch({ types }: SearchQuery, target: Target, shown: readonly StoredVersion[]): Noted {
  const [type, ...others] = types;
  const noted = listOf('S', type === undefined || others.length > 0 ? {} : { type }, shown);
  const compartment = typeof target === 'string' ? undefined : target.compartment;
  return compartment?.type === 'Patient' ? { ...noted, patient: compartment.id } : noted;
}

/** The other pages have the form that was asked for in the address of this one. */
function withForm(query: SearchQuery, parameters: URLSearchParams): SearchQuery {
  const form = [...parameters].filter(([name, value]) => (name === '_format' || name === '_pretty') && value !== '');
  return form.length === 0 ? query : { ...query, applied: [...query.applied, ...form] };
}
