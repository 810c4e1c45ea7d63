import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JsonObject } from '#platform/fhir';
import { type BulkServer, startBulkServer } from '../../../test/support/bulk-server.ts';
import { type Answer, placesOf } from '../../../test/support/fhir-server.ts';

let server: BulkServer;
const ids: Record<string, string> = {};

const async = { Prefer: 'respond-async', Accept: 'application/fhir+json' };
const kickOff = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  server.get(path, { ...async, ...headers });
const exported = async (path: string, headers?: Record<string, string>): Promise<JsonObject> =>
  server.finished(await kickOff(path, headers));

/** `Type/id` of all lines, in order. */
async function addresses(manifest: JsonObject): Promise<string[]> {
  return (await server.lines(manifest)).map(({ resourceType, id }) => `${String(resourceType)}/${String(id)}`).sort();
}

const named = (...names: string[]): string[] => names.map((name) => ids[name] ?? `no ${name}`).sort();

async function add(name: string, resource: JsonObject): Promise<void> {
  const { id } = await server.create(resource);
  ids[name] = `${String(resource['resourceType'])}/${id}`;
}

const observation = (more: JsonObject): JsonObject => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  ...more,
});
const reference = (name: string): JsonObject => ({ reference: ids[name] ?? `no ${name}` });

beforeAll(async () => {
  server = await startBulkServer({ added: { refreshMs: 50 } });
});
afterAll(() => server.close());

it('filters ask the record for codes, places below and units, as a search does', async () => {
  await add('clinicalCodes', {
    resourceType: 'ValueSet',
    url: 'http://vsis.az/fhir/ValueSet/export',
    status: 'active',
    compose: { include: [{ system: 'urn:codes', concept: [{ code: 'a' }, { code: 'b' }] }] },
  });
  await add('hospital', { resourceType: 'Location', name: 'Hospital' });
  await add('ward', { resourceType: 'Location', name: 'Ward', partOf: reference('hospital') });
  const coded = (code: string): JsonObject => ({ code: { coding: [{ system: 'urn:codes', code }] } });
  await add('inSet', observation(coded('a')));
  await add('outOfSet', observation(coded('z')));
  const grams = { value: 5, system: 'http://unitsofmeasure.org', code: 'g', unit: 'g' };
  await add('grams', observation({ ...coded('z'), valueQuantity: grams }));
  await add('stay', {
    resourceType: 'Encounter',
    status: 'finished',
    class: { code: 'IMP' },
    location: [{ location: reference('ward') }],
  });
  const filtered = async (type: string, query: string): Promise<string[]> =>
    addresses(await exported(`$export?_type=${type}&_typeFilter=${encodeURIComponent(`${type}?${query}`)}`));
  expect(await filtered('Observation', 'code:in=http://vsis.az/fhir/ValueSet/export')).toEqual(named('inSet'));
  expect(await filtered('Encounter', `location:below=${ids['hospital']}`)).toEqual(named('stay'));
  expect(await filtered('Observation', 'value-quantity=5000|http://unitsofmeasure.org|mg')).toEqual(named('grams'));
  const unknown = await kickOff(`$export?_typeFilter=${encodeURIComponent('Observation?code:in=urn:no-such-set')}`);
  expect([unknown.status, placesOf(unknown.body)]).toEqual([400, ['http._typeFilter']]);
  expect(unknown.text).toContain('urn:no-such-set');
});

it('filters by a parameter that was added work once it is ready, and are refused before', async () => {
  const put = await server.put('SearchParameter/export-note', {
    resourceType: 'SearchParameter',
    id: 'export-note',
    url: 'http://vsis.az/fhir/SearchParameter/export-note',
    name: 'ExportNote',
    status: 'active',
    description: 'A test.',
    code: 'export-note',
    base: ['Organization'],
    type: 'string',
    expression: 'Organization.alias',
  });
  expect([put.status, put.text]).toEqual([201, put.text]);
  await add('aliased', { resourceType: 'Organization', name: 'Aliased', alias: ['Xüsusi'] });
  const filter = encodeURIComponent('Organization?export-note=xususi');
  const ask = (): Promise<Answer> => kickOff(`$export?_type=Organization&_typeFilter=${filter}`);
  const refusals = new Set<number>();
  let accepted = await ask();
  for (; accepted.status !== 202; accepted = await ask()) {
    refusals.add(accepted.status);
    if (accepted.status === 503) expect(accepted.headers.get('Retry-After')).not.toBe(null);
    await delay(10);
  }
  expect([...refusals].filter((status) => ![400, 503].includes(status))).toEqual([]); // unknown at first, then on its way
  expect(refusals.size).toBeGreaterThan(0);
  expect(await addresses(await server.finished(accepted))).toEqual(named('aliased'));
});
