import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors';
import { type Span, toSpan } from '#platform/search';
import {
  findNewest,
  type HistoryPage,
  type HistoryQuery,
  instanceHistory,
  notFound,
  recordHistory,
} from '#platform/store';
import { sendResource } from './answers.ts';
import { historyBundle } from './bundles.ts';
import { baseUrlOf, type FhirService, instanceOf, knownType } from './fhir-context.ts';
import { listOf, type Noted, patientOfVersion, toRecords } from './note-reads.ts';
import { pageBytesAtMost } from './page-size.ts';
import { queryOf } from './request-headers.ts';

export function registerHistories(app: FastifyInstance, service: FhirService): void {
  const { store, audit } = service;

  const answer = async (request: FastifyRequest, page: HistoryPage, path: string, noted: Noted): Promise<string> => {
    const [record] = await toRecords(service, request, [noted]);
    await (record && audit.record(record));
    const baseUrl = baseUrlOf(service, request);
    return historyBundle(page, `${baseUrl}/${path}_history`, queryOf(request), baseUrl);
  };

  app.get('/:type/:id/_history', async (request, reply) => {
    const address = instanceOf(request.params);
    const page = await instanceHistory(store.sql, address, historyQuery(queryOf(request)));
    const [first] = page.versions;
    const known = first ?? (await findNewest(store.sql, address));
    if (!known) {
      throw notFound(address);
    }
    const patient = page.versions.map(patientOfVersion).find((each) => each !== undefined);
    const noted: Noted = { action: 'H', ...address, matches: page.versions.length, ...(patient ? { patient } : {}) };
    return sendResource(reply, await answer(request, page, `${address.type}/${address.id}/`, noted));
  });

  app.get('/:type/_history', async (request, reply) => {
    const type = knownType(request.params);
    const page = await recordHistory(store.sql, type, historyQuery(queryOf(request)));
    return sendResource(reply, await answer(request, page, `${type}/`, listOf('H', { type }, page.versions)));
  });

  app.get('/_history', async (request, reply) => {
    const page = await recordHistory(store.sql, undefined, historyQuery(queryOf(request)));
    return sendResource(reply, await answer(request, page, '', listOf('H', {}, page.versions)));
  });
}

const pageSize = { byDefault: 20, atMost: 1000 };

function historyQuery(parameters: URLSearchParams): HistoryQuery {
  const count = Math.min(Math.max(wholeNumber(parameters, '_count') ?? pageSize.byDefault, 1), pageSize.atMost);
  const before = wholeNumber(parameters, '_cursor');
  const since = span(parameters, '_since');
  const at = span(parameters, '_at');
  return {
    count,
    bytesAtMost: pageBytesAtMost,
    ...(before === undefined ? {} : { before }),
    ...(since === undefined ? {} : { since: since.lo }),
    ...(at === undefined ? {} : { at }),
  };
}

function wholeNumber(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name);
  if (text === null || text === '') {
    return undefined;
  }
  if (!/^\d{1,15}$/.test(text)) {
    throw malformed(name, 'a whole number is wanted');
  }
  return Number(text);
}

function span(parameters: URLSearchParams, name: string): Span | undefined {
  const text = parameters.get(name);
  if (text === null || text === '') {
    return undefined;
  }
  const found = toSpan(text.replace(' ', '+')); // an unescaped + of the zone arrives as a space
  if (!found) {
    throw malformed(name, 'a date or an instant is wanted');
  }
  return found;
}

function malformed(name: string, why: string): AppError {
  const text = `${name}: ${why}.`;
  return new AppError('invalid', 'rest.history-parameter', text, {
    issues: [{ severity: 'error', code: 'value', text, expression: `http.${name}` }],
  });
}
