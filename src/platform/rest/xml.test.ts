import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isJsonObject, parseJson, type Resource, resourceToXml, stringifyJson, xmlToResource } from '#platform/fhir';
import { entriesOf, type FhirServer, linkOf, placesOf, startFhirServer } from '../../../test/support/fhir-server.ts';

let server: FhirServer;

beforeAll(async () => {
  server = await startFhirServer();
  await server.put('Patient/x', patientJson);
  await server.put('Patient/x', patientJson.replace('Əli', 'Vəli'));
});
afterAll(() => server.close());

const fhirXml = { 'Content-Type': 'application/fhir+xml' };
const asXml = { Accept: 'application/fhir+xml' };
const patientJson =
  '{"resourceType":"Patient","id":"x","name":[{"family":"Əli","given":["a",null],"_given":[null,{"extension":[{"url":"urn:e","valueCode":"g"}]}]}],"birthDate":"1990"}';
const inFhir = (type: string, content: string): string => `<${type} xmlns="http://hl7.org/fhir">${content}</${type}>`;

/** The JSON of an answer in XML. */
function read(text: string): Resource {
  return xmlToResource(text);
}

describe('an answer is in XML', () => {
  it.each([
    ['Accept: application/fhir+xml', 'Patient/x', asXml, 'application/fhir+xml'],
    ['Accept: application/xml', 'Patient/x', { Accept: 'application/xml' }, 'application/xml'],
    ['Accept: text/xml', 'Patient/x', { Accept: 'text/xml' }, 'text/xml'],
    [
      'a better weight',
      'Patient/x',
      { Accept: 'application/fhir+json;q=0.5, application/fhir+xml' },
      'application/fhir+xml',
    ],
    ['the version 4.0', 'Patient/x', { Accept: 'application/fhir+xml; fhirVersion=4.0' }, 'application/fhir+xml'],
    ['JSON refused', 'Patient/x', { Accept: 'application/fhir+json;q=0, */*' }, 'application/fhir+xml'],
    ['_format=xml', 'Patient/x?_format=xml', {}, 'application/fhir+xml'],
    ['_format=application/fhir+xml', 'Patient/x?_format=application/fhir+xml', {}, 'application/fhir+xml'],
    ['_format escaped', 'Patient/x?_format=application%2Ffhir%2Bxml', {}, 'application/fhir+xml'],
    ['_format=text/xml', 'Patient/x?_format=text/xml', {}, 'text/xml'],
    ['_format over Accept', 'Patient/x?_format=xml', { Accept: 'application/fhir+json' }, 'application/fhir+xml'],
  ])('by %s', async (_what, path, headers: Record<string, string>, mediaType) => {
    const answer = await server.get(path, headers);
    expect([answer.status, answer.headers.get('Content-Type')]).toEqual([200, `${mediaType}; charset=utf-8`]);
    expect(answer.headers.get('ETag')).toBe('W/"2"');
    expect(answer.headers.get('Last-Modified')).toBeTruthy();
    expect(answer.headers.get('Vary')).toContain('Accept');
    expect(stringifyJson(read(answer.text))).toBe((await server.get('Patient/x')).text);
  });
});

describe('an answer is in JSON', () => {
  it.each([
    ['nothing said', 'Patient/x', {}, 'application/fhir+json'],
    ['no preference', 'Patient/x', { Accept: '*/*' }, 'application/fhir+json'],
    ['an equal weight for all', 'Patient/x', { Accept: '*/*, application/xml;q=0.9' }, 'application/fhir+json'],
    [
      'a browser',
      'Patient/x',
      { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' },
      'application/fhir+json',
    ],
    ['application/json', 'Patient/x', { Accept: 'application/json' }, 'application/json'],
    ['_format=json over Accept', 'Patient/x?_format=json', asXml, 'application/fhir+json'],
    ['an empty _format', 'Patient/x?_format=', {}, 'application/fhir+json'],
  ])('by %s', async (_what, path, headers: Record<string, string>, mediaType) => {
    const answer = await server.get(path, headers);
    expect([answer.status, answer.headers.get('Content-Type')]).toEqual([200, `${mediaType}; charset=utf-8`]);
    expect(answer.body).toMatchObject({ resourceType: 'Patient' });
  });
});

it.each([
  ['Patient/x?_format=ttl', {}],
  ['Patient/x', { Accept: 'text/turtle' }],
  ['Patient/x', { Accept: 'application/fhir+xml; fhirVersion=5.0' }],
  ['Patient/x', { Accept: 'application/fhir+json;q=0, application/fhir+xml;q=0, */*' }],
  ['$validate?_format=ttl', {}],
  ['Patient/$validate', { Accept: 'image/png' }],
])('%s with %j is refused in JSON', async (path, headers: Record<string, string>) => {
  const answer = await server.get(path, headers);
  expect(answer.status).toBe(path.startsWith('$') ? 404 : 406);
  expect(answer.body['resourceType']).toBe('OperationOutcome');
});

describe('every interaction speaks XML', () => {
  it('create, update, read, version, search, history', async () => {
    const created = await server.post('Basic', inFhir('Basic', '<code><text value="ə"/></code>'), fhirXml);
    expect([created.status, created.headers.get('Content-Type')]).toEqual([201, 'application/fhir+xml; charset=utf-8']);
    const id = String(read(created.text).id);
    expect(created.headers.get('Location')).toBe(`${server.baseUrl}/Basic/${id}/_history/1`);
    expect((await server.get(`Basic/${id}`)).body).toMatchObject({ code: { text: 'ə' } });

    const changed = inFhir('Basic', `<id value="${id}"/><code><text value="b"/></code>`);
    const updated = await server.put(`Basic/${id}`, changed, { ...fhirXml, 'If-Match': 'W/"1"' });
    expect([updated.status, read(updated.text)['code']]).toEqual([200, { text: 'b' }]);
    const stale = await server.put(`Basic/${id}`, changed, { ...fhirXml, 'If-Match': 'W/"1"' });
    expect([stale.status, read(stale.text).resourceType]).toEqual([412, 'OperationOutcome']);

    const first = await server.get(`Basic/${id}/_history/1`, asXml);
    expect(read(first.text)).toMatchObject({ meta: { versionId: '1' }, code: { text: 'ə' } });
    const found = read((await server.get(`Basic?_id=${id}&_format=xml`)).text);
    expect(found).toMatchObject({
      type: 'searchset',
      total: 1,
      entry: [{ resource: { id }, search: { mode: 'match' } }],
    });
    const history = read((await server.get(`Basic/${id}/_history`, asXml)).text);
    expect(entriesOf(history)).toHaveLength(2);
  });

  it('keeps the form in the links of a page', async () => {
    const page = read((await server.get('Basic?_count=1&_format=xml&_pretty=true')).text);
    expect(linkOf(page, 'self')).toContain('_format=xml&_pretty=true');
    const history = read((await server.get('Patient/x/_history?_count=1&_format=xml')).text);
    const next = await server.get(linkOf(history, 'next') ?? '');
    expect(read(next.text)['type']).toBe('history');
  });

  it('a search by POST, told by its header or in its form', async () => {
    const form = new URLSearchParams({ _id: 'x', _format: 'xml' });
    expect(read((await server.post('Patient/_search', form)).text)).toMatchObject({ total: 1 });
    const json = new URLSearchParams({ _id: 'x', _format: 'json' });
    expect((await server.post('Patient/_search', json, asXml)).body).toMatchObject({ total: 1 });
    expect((await server.post('Patient/_search', new URLSearchParams({ _format: 'ttl' }))).status).toBe(406);
  });

  it('conditional requests', async () => {
    const body = inFhir('Patient', '<identifier><system value="urn:s"/><value value="1"/></identifier>');
    const condition = { ...fhirXml, 'If-None-Exist': 'identifier=urn:s|1' };
    expect((await server.post('Patient', body, condition)).status).toBe(201);
    expect((await server.post('Patient', body, condition)).status).toBe(200);
    expect((await server.put('Patient?identifier=urn:s|1', body, fhirXml)).status).toBe(200);
    const etag = (await server.get('Patient/x')).headers.get('ETag') ?? '';
    expect((await server.get('Patient/x', { ...asXml, 'If-None-Match': etag })).status).toBe(304);
  });

  it('a patch as Parameters', async () => {
    const part = (name: string, value: string): string => `<part><name value="${name}"/>${value}</part>`;
    const operation = `<parameter><name value="operation"/>${part('type', '<valueCode value="replace"/>')}${part('path', '<valueString value="Patient.birthDate"/>')}${part('value', '<valueDate value="1991"/>')}</parameter>`;
    const patched = await server.patch('Patient/x', inFhir('Parameters', operation), fhirXml);
    expect([patched.status, read(patched.text)['birthDate']]).toEqual([200, '1991']);
  });

  it('a transaction, with its references', async () => {
    const urn = 'urn:uuid:00000000-0000-4000-8000-000000000001';
    const entry = (fullUrl: string, type: string, content: string): string =>
      `<entry>${fullUrl}<resource><${type}>${content}</${type}></resource><request><method value="POST"/><url value="${type}"/></request></entry>`;
    const bundle = inFhir(
      'Bundle',
      `<type value="transaction"/>${entry(`<fullUrl value="${urn}"/>`, 'Patient', '<active value="true"/>')}${entry('', 'Basic', `<code><text value="x"/></code><subject><reference value="${urn}"/></subject>`)}`,
    );
    const answer = read((await server.post('', bundle, fhirXml)).text);
    expect(answer).toMatchObject({ type: 'transaction-response' });
    const [patient, basic] = entriesOf(answer).map(({ resource }) => (isJsonObject(resource) ? resource : {}));
    expect(basic?.['subject']).toEqual({ reference: `Patient/${String(patient?.['id'])}` });
  });

  it('an operation', async () => {
    const answer = await server.post('Patient/$validate', inFhir('Patient', '<shoe value="43"/>'), fhirXml);
    expect([answer.status, placesOf(read(answer.text))]).toEqual([200, ['Patient.shoe']]);
  });

  it('an operation whose answer comes in pieces', async () => {
    const everything = read((await server.get('Patient/x/$everything?_pretty=true', asXml)).text);
    expect(everything).toMatchObject({ type: 'searchset', entry: [{ resource: { id: 'x' } }] });
  });

  it('the CapabilityStatement', async () => {
    const statement = read((await server.get('metadata', asXml)).text);
    expect(statement['format']).toEqual(['application/fhir+json', 'json', 'application/fhir+xml', 'xml']);
  });

  it('part of a resource, and the return preference', async () => {
    const part = read((await server.get('Patient/x?_elements=birthDate&_format=xml')).text);
    expect(part).toMatchObject({ meta: { tag: [{ code: 'SUBSETTED' }] } });
    expect(part['name']).toBeUndefined();
    const body = inFhir('Basic', '<code><text value="x"/></code>');
    const told = await server.post('Basic', body, { ...fhirXml, Prefer: 'return=OperationOutcome' });
    expect(read(told.text).resourceType).toBe('OperationOutcome');
    const silent = await server.post('Basic', body, { ...fhirXml, Prefer: 'return=minimal' });
    expect([silent.status, silent.text]).toEqual([201, '']);
  });
});

describe('errors', () => {
  it('are told in the form wanted, for whatever goes wrong', async () => {
    for (const path of ['Patient/none', 'Patient?shoe=1', 'Shoe', 'Patient/x/_history/9', '$nothing', 'Patient/%20']) {
      const answer = await server.get(path, asXml);
      expect([path, answer.headers.get('Content-Type')]).toEqual([path, 'application/fhir+xml; charset=utf-8']);
      expect(read(answer.text).resourceType).toBe('OperationOutcome');
    }
    expect(read((await server.put('Patient', '', fhirXml)).text).resourceType).toBe('OperationOutcome');
    const method = await server.send('PUT', 'metadata', { headers: asXml });
    expect([method.status, read(method.text).resourceType]).toEqual([405, 'OperationOutcome']);
  });

  it('in JSON where their words are none XML can hold', async () => {
    const answer = await server.get(`Patient?${encodeURIComponent('a\u0001')}=1&_format=xml`);
    expect(answer.status).toBe(400);
    expect(answer.body['resourceType']).toBe('OperationOutcome');
  });

  it.each([
    ['no XML', 'Patient', undefined],
    ['an entity bomb', `<!DOCTYPE p [<!ENTITY a "aaaa">]>${inFhir('Patient', '&a;')}`, undefined],
    ['another namespace', '<Patient xmlns="urn:other"/>', 'Patient'],
    ['another namespace within', inFhir('Patient', '<name xmlns="urn:o"/>'), 'Patient.name[0]'],
    ['text in place of a value', inFhir('Patient', '<name><family>A</family></name>'), 'Patient.name[0].family'],
    ['JSON', patientJson, undefined],
  ])('name the place in a body: %s', async (_what, body, place) => {
    const answer = await server.post('Patient', body, { ...fhirXml, Accept: 'application/fhir+json' });
    expect([answer.status, placesOf(answer.body)]).toEqual([400, place === undefined ? [] : [place]]);
  });

  it('of the content are those of JSON', async () => {
    const answer = await server.post(
      'Patient',
      inFhir('Patient', '<gender value="x"/><a:b xmlns:a="http://hl7.org/fhir"/>'),
      {
        ...fhirXml,
        Accept: 'application/fhir+json',
      },
    );
    expect([answer.status, placesOf(answer.body).sort()]).toEqual([422, ['Patient.b', 'Patient.gender']]);
  });

  it('a body of another version of FHIR, or of another type of resource', async () => {
    const body = inFhir('Patient', '');
    const other = { 'Content-Type': 'application/fhir+xml; fhirVersion=5.0' };
    expect((await server.post('Patient', body, other)).status).toBe(415);
    expect((await server.post('Observation', body, fhirXml)).status).toBe(400);
  });
});

describe('_pretty=true', () => {
  it('gives a line to each element, in both forms, and changes nothing else', async () => {
    const plain = await server.get('Patient/x');
    const json = await server.get('Patient/x?_pretty=true');
    expect(json.text.split('\n').length).toBeGreaterThan(10);
    expect(stringifyJson(parseJson(json.text))).toBe(plain.text);
    const xml = await server.get('Patient/x?_pretty=true&_format=xml');
    expect(xml.text.split('\n').length).toBeGreaterThan(10);
    expect(stringifyJson(read(xml.text))).toBe(plain.text);
  });
});

it('decimals and texts go through as they were written', async () => {
  const value = '<valueQuantity><value value="1.10"/><unit value="a&#10;&quot;b"/></valueQuantity>';
  const body = inFhir('Observation', `<status value="final"/><code><text value="x"/></code>${value}`);
  const created = await server.post('Observation', body, { ...fhirXml, Accept: 'application/fhir+json' });
  expect(created.text).toContain('"valueQuantity":{"value":1.10,"unit":"a\\n\\"b"}');
  const again = await server.get(`Observation/${String(created.body['id'])}`, asXml);
  expect(again.text).toContain('<value value="1.10"/><unit value="a&#10;&quot;b"/>');
});

it('a HEAD tells the form as well', async () => {
  const answer = await server.send('HEAD', 'Patient/x', { headers: asXml });
  expect([answer.headers.get('Content-Type'), answer.text]).toEqual(['application/fhir+xml; charset=utf-8', '']);
});

it('what is written in XML is what JSON would have written', async () => {
  const xml = resourceToXml(parseJson(patientJson.replace('"x"', '"y"')));
  await server.put('Patient/y', xml, fhirXml);
  expect((await server.get('Patient/y')).text).toContain(
    '"given":["a",null],"_given":[null,{"extension":[{"url":"urn:e","valueCode":"g"}]}]',
  );
});
