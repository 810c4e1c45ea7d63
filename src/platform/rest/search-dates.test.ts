import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '#platform/fhir';
import { type FhirServer, matchIds, startFhirServer } from '../../../test/support/fhir-server.ts';

/** The dates of the examples in FHIR R4, search.html#date, and some more; those without a zone are meant in Baku. */
const dates: Readonly<Record<string, string | { readonly start?: string; readonly end?: string }>> = {
  jan14: '2013-01-14',
  midnight: '2013-01-14T00:00:00+04:00',
  eight: '2013-01-14T08:00:00+04:00',
  ten: '2013-01-14T10:00:00+04:00',
  noon: '2013-01-14T12:00:00+04:00',
  noonbefore: '2013-01-13T12:00:00+04:00',
  midnightafter: '2013-01-15T00:00:00+04:00',
  eightafter: '2013-01-15T08:00:00+04:00',
  lateutc: '2013-01-14T23:00:00Z',
  lasttick: '2013-01-14T23:59:59.999+04:00',
  january: '2013-01',
  year: '2013',
  jan21: '2013-01-21',
  mar14: '2013-03-14',
  fromjan21: { start: '2013-01-21' },
  tojan21: { end: '2013-01-21' },
  frommar15: { start: '2013-03-15' },
  within: { start: '2013-01-14T08:00:00+04:00', end: '2013-01-14T09:00:00+04:00' },
  across: { start: '2013-01-14T09:00:00+04:00', end: '2013-01-14T11:00:00+04:00' },
  far: '1950-06-01',
};

type Case = readonly [query: string, found: readonly string[], notFound: readonly string[]];

/** What each search finds and does not find; what is not named follows from the property tests. */
const cases: readonly Case[] = [
  // the examples of the standard
  ['2013-01-14', ['jan14', 'midnight', 'ten'], ['midnightafter']],
  ['eq2013-01-14', ['jan14', 'midnight', 'ten'], ['midnightafter']],
  ['ne2013-01-14', ['midnightafter'], ['jan14', 'midnight', 'ten']],
  ['lt2013-01-14T10:00', ['jan14', 'noonbefore', 'eight'], ['noon', 'eightafter']],
  ['gt2013-01-14T10:00', ['jan14', 'noon', 'eightafter'], ['noonbefore', 'eight']],
  ['ge2013-03-14', ['fromjan21', 'mar14'], ['jan21', 'tojan21']],
  ['le2013-03-14', ['fromjan21', 'mar14', 'jan21', 'tojan21'], ['frommar15']],
  ['sa2013-03-14', ['frommar15'], ['fromjan21', 'tojan21', 'mar14']],
  ['eb2013-03-14', ['tojan21', 'jan21'], ['frommar15', 'fromjan21', 'mar14']],
  ['ap2013-03-14', ['mar14', 'jan21'], ['far']],
  // precision: a span that is wider than what is sought is not equal, but may lie before and behind it
  ['2013-01', ['january', 'jan14', 'within', 'across'], ['year', 'fromjan21', 'tojan21']],
  ['2013', ['year', 'january', 'mar14'], ['fromjan21', 'tojan21', 'frommar15']],
  ['2013-01-14T10:00', ['ten'], ['jan14', 'across', 'january']],
  ['ne2013-01-14T10:00', ['jan14', 'across', 'january', 'fromjan21'], ['ten']],
  ['gt2013-01-14', ['january', 'year', 'fromjan21'], ['jan14', 'lasttick', 'across']],
  ['lt2013-01-14', ['january', 'year', 'tojan21', 'noonbefore'], ['jan14', 'midnight', 'fromjan21']],
  ['ge2013-01-14', ['jan14', 'midnight', 'january', 'year', 'across', 'tojan21'], ['noonbefore']],
  ['le2013-01-14', ['jan14', 'lasttick', 'january', 'year', 'across', 'tojan21'], ['midnightafter', 'fromjan21']],
  ['sa2013-01-14', ['midnightafter', 'fromjan21'], ['january', 'year', 'lasttick', 'across', 'tojan21']],
  ['eb2013-01-14', ['noonbefore'], ['january', 'year', 'midnight', 'tojan21', 'within']],
  // periods
  ['ge2013-01-14T10:30&le2013-01-14T10:30', ['across', 'jan14', 'january'], ['within', 'ten', 'noon']],
  ['sa2013-01-14T08:30', ['across', 'ten'], ['within', 'jan14']],
  ['eb2013-01-14T10:00', ['within', 'eight'], ['across', 'ten']],
  // time zones
  ['2013-01-15', ['lateutc', 'midnightafter'], ['jan14', 'lasttick']],
  ['2013-01-14T23:00:00Z', ['lateutc'], ['jan14']],
  ['2013-01-15T03:00:00', ['lateutc'], ['midnightafter']],
  ['2013-01-15T03:00:00+04:00', ['lateutc'], ['midnightafter']],
  ['2013-01-14T18:00:00-05:00', ['lateutc'], ['midnightafter']],
  ['lt2013-01-13T20:00:00Z', ['noonbefore'], ['midnight', 'jan14']],
  ['ge2013-01-13T20:00:00Z', ['midnight', 'jan14'], ['noonbefore']],
];

let server: FhirServer;

const put = (resourceType: string, id: string, more: JsonObject): JsonObject => ({
  resource: { resourceType, id, ...more },
  request: { method: 'PUT', url: `${resourceType}/${id}` },
});

beforeAll(async () => {
  server = await startFhirServer();
  const entry = Object.entries(dates).flatMap(([id, date]) => {
    const isPeriod = typeof date !== 'string';
    const observation = { status: 'final', code: { text: 'x' } };
    const subject = { subject: { reference: 'Patient/p' } };
    return [
      put('Observation', id, { ...observation, [isPeriod ? 'effectivePeriod' : 'effectiveDateTime']: date }),
      put('Condition', id, { ...subject, [isPeriod ? 'onsetPeriod' : 'onsetDateTime']: date }),
    ];
  });
  const { status, text } = await server.post('', { resourceType: 'Bundle', type: 'transaction', entry });
  if (status !== 200) throw new Error(text);
});
afterAll(() => server.close());

describe.each([
  ['a date with a column of its own', 'Observation', 'date'],
  ['a date among others', 'Condition', 'onset-date'],
])('%s', (_kind, type, parameter) => {
  it.each(cases)('%s', async (query, found, notFound) => {
    const parameters = query.split('&').map((each) => `${parameter}=${encodeURIComponent(each)}`);
    const { status, body } = await server.get(`${type}?${parameters.join('&')}&_count=100`);
    const ids = matchIds(body);
    expect([status, found.filter((id) => !ids.includes(id)), notFound.filter((id) => ids.includes(id))]).toEqual([
      200,
      [],
      [],
    ]);
  });
});
