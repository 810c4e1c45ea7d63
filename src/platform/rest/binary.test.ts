import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entriesOf, type FhirServer, placesOf, startFhirServer } from '../../../test/support/fhir-server.ts';

let server: FhirServer;

beforeAll(async () => {
  server = await startFhirServer();
});
afterAll(() => server.close());

const asJson = { Accept: 'application/fhir+json' };
const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x00, 0xff, 0xfe, 0x0d, 0x0a]);

async function bytesOf(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${server.baseUrl}/${path}`, { headers });
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}

describe('bytes that are written', () => {
  it('become a Binary, and are read as they were', async () => {
    const created = await server.post('Binary', png, { 'Content-Type': 'image/png' });
    expect([created.status, created.body]).toMatchObject([
      201,
      { resourceType: 'Binary', contentType: 'image/png', data: png.toString('base64') },
    ]);
    const address = `Binary/${String(created.body['id'])}`;
    expect(created.headers.get('Location')).toBe(`${server.baseUrl}/${address}/_history/1`);
    for (const accept of ['*/*', 'image/png', 'image/*', 'application/fhir+json;q=0.1, image/png']) {
      const read = await bytesOf(address, { Accept: accept });
      expect([accept, read.status, read.headers.get('Content-Type')]).toEqual([accept, 200, 'image/png']);
      expect(read.bytes).toEqual(png);
    }
    expect((await bytesOf(`${address}/_history/1`)).bytes).toEqual(png);
    const head = await server.send('HEAD', address);
    expect([head.headers.get('Content-Type'), head.headers.get('Content-Length')]).toEqual(['image/png', '9']);
  });

  it('replace those that were there, by preconditions too', async () => {
    const options = { 'Content-Type': 'text/plain; charset=UTF-8' };
    expect((await server.put('Binary/text', 'a', options)).status).toBe(201);
    expect((await server.put('Binary/text', 'ə', { ...options, 'If-Match': 'W/"1"' })).status).toBe(200);
    expect((await server.put('Binary/text', 'c', { ...options, 'If-Match': 'W/"1"' })).status).toBe(412);
    const read = await bytesOf('Binary/text');
    expect([read.bytes.toString(), read.headers.get('Content-Type'), read.headers.get('ETag')]).toEqual([
      'ə',
      'text/plain; charset=UTF-8',
      'W/"2"',
    ]);
    expect((await bytesOf('Binary/text', { 'If-None-Match': 'W/"2"' })).status).toBe(304);
  });

  it('tell whose they are by X-Security-Context', async () => {
    await server.put('Patient/whose', { resourceType: 'Patient', id: 'whose' });
    const headers = { 'Content-Type': 'image/png', 'X-Security-Context': 'Patient/whose' };
    const created = await server.post('Binary', png, headers);
    expect(created.body['securityContext']).toEqual({ reference: 'Patient/whose' });
  });

  it.each([
    ['resources that are no Binary', 'application/fhir+json', '{"resourceType":"Patient"}'],
    ['any JSON', 'application/json', '{"a": 1}'],
    ['what only says that it is JSON', 'application/json', '{"a": '],
    ['any XML', 'application/xml', '<a><b/></a>'],
    ['a page', 'text/html', '<script>alert(1)</script>'],
  ])('may be %s', async (_what, type, text) => {
    const created = await server.post('Binary', text, { 'Content-Type': type, ...asJson });
    expect([created.status, created.body['contentType']]).toEqual([201, type]);
    const read = await bytesOf(`Binary/${String(created.body['id'])}`);
    expect([read.bytes.toString(), read.headers.get('Content-Type')]).toEqual([text, type]);
  });

  it.each([
    ['nothing', { 'Content-Type': 'image/png' }, '', 400],
    ['compressed', { 'Content-Type': 'image/png', 'Content-Encoding': 'gzip' }, 'x', 415],
    ['without a media type', { 'Content-Type': '' }, 'x', 415],
    ['FHIR that cannot be read', { 'Content-Type': 'application/fhir+json' }, '{"resourceType":"Binary",', 400],
    ['a Binary that is not valid', { 'Content-Type': 'application/json' }, '{"resourceType":"Binary"}', 422],
    ['of more bytes than a resource holds', { 'Content-Type': 'image/png' }, 'x'.repeat(25 * 1024 * 1024), 413],
    [
      'of a security context that is no reference',
      { 'Content-Type': 'image/png', 'X-Security-Context': 'a b' },
      'x',
      400,
    ],
  ])('are refused: %s', async (_what, headers: Record<string, string>, body, status) => {
    const answer = await server.post('Binary', body, headers);
    expect([answer.status, answer.body['resourceType']]).toEqual([status, 'OperationOutcome']);
  });
});

describe('a Binary as a resource', () => {
  const resource = { resourceType: 'Binary', id: 'r', contentType: 'application/xml', data: 'PGEvPg==' };

  it('is written and read in both forms', async () => {
    expect((await server.put('Binary/r', resource, asJson)).status).toBe(201);
    const xml =
      '<Binary xmlns="http://hl7.org/fhir"><id value="r"/><contentType value="application/xml"/><data value="PGIvPg=="/></Binary>';
    const updated = await server.put('Binary/r', xml, { 'Content-Type': 'application/fhir+xml', ...asJson });
    expect([updated.status, updated.body['data']]).toEqual([200, 'PGIvPg==']);
    expect((await server.get('Binary/r', asJson)).body).toMatchObject({ data: 'PGIvPg==' });
    const asXml = await server.get('Binary/r', { Accept: 'application/fhir+xml' });
    expect(asXml.text).toContain('<data value="PGIvPg=="/>');
    for (const format of ['json', 'xml', 'application/fhir+json']) {
      expect((await server.get(`Binary/r?_format=${format}`)).text).toContain('PGIvPg==');
    }
  });

  it('is read as what it holds where that has the generic media type wanted', async () => {
    expect((await bytesOf('Binary/r', { Accept: 'application/xml' })).bytes.toString()).toBe('<b/>');
    expect((await server.get('Binary/r', { Accept: 'application/json' })).body['resourceType']).toBe('Binary');
  });

  it('is refused where neither it nor what it holds is wanted', async () => {
    const answer = await server.get('Binary/r', { Accept: 'image/png' });
    expect([answer.status, answer.body['resourceType']]).toEqual([406, 'OperationOutcome']);
    expect((await server.get('Binary/r?_format=image/png')).status).toBe(406);
  });

  it('keeps the other interactions of every type', async () => {
    const patch = [{ op: 'replace', path: '/data', value: 'YQ==' }];
    expect((await server.patch('Binary/r', patch, { 'Content-Type': 'application/json-patch+json' })).status).toBe(200);
    expect((await server.get('Binary?_id=r')).body).toMatchObject({
      total: 1,
      entry: [{ resource: { data: 'YQ==' } }],
    });
    expect(entriesOf((await server.get('Binary/r/_history')).body)).toHaveLength(3);
    expect((await server.delete('Binary/r')).status).toBe(204);
    expect((await server.get('Binary/r')).status).toBe(410);
  });

  it('may hold nothing', async () => {
    const { id } = await server.create({ resourceType: 'Binary', contentType: 'text/plain' });
    const read = await bytesOf(`Binary/${id}`);
    expect([read.status, read.bytes.length]).toEqual([200, 0]);
  });

  it('names the element at fault', async () => {
    const answer = await server.post('Binary', { resourceType: 'Binary', contentType: 'text/plain', data: '%' });
    expect(placesOf(answer.body)).toEqual(['Binary.data']);
  });
});

it('what it holds cannot do anything in a browser', async () => {
  const created = await server.post('Binary', '<script>1</script>', { 'Content-Type': 'text/html' });
  const read = await bytesOf(`Binary/${String(created.body['id'])}`);
  expect(read.headers.get('Content-Disposition')).toBe('attachment');
  expect(read.headers.get('X-Content-Type-Options')).toBe('nosniff');
  expect(read.headers.get('Content-Security-Policy')).toContain('sandbox');
});

it('a media type that is none does not reach the header', async () => {
  await server.put('Binary/odd', { resourceType: 'Binary', id: 'odd', contentType: 'text/plain', data: 'YQ==' });
  await server.database
    .sql`update record.resource set content = replace(content, 'text/plain', 'text/plain\\r\\nX-Evil: 1')
    where id = 'odd'`;
  const read = await bytesOf('Binary/odd');
  expect([read.headers.get('Content-Type'), read.headers.get('X-Evil')]).toEqual(['application/octet-stream', null]);
});

it('each read of bytes is in the audit trail', async () => {
  await server.put('Binary/seen', 'a', { 'Content-Type': 'text/plain' });
  await bytesOf('Binary/seen');
  await bytesOf('Binary/seen/_history/1');
  const rows = await server.database.sql`select action from audit.entry where id = 'seen' and action = 'R'`;
  expect(rows).toHaveLength(2);
});
