import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FhirServer, placesOf, startFhirServer } from '../../../test/support/fhir-server.ts';
import { sendRaw } from '../../../test/support/raw-request.ts';

let server: FhirServer;

beforeAll(async () => {
  server = await startFhirServer();
  await server.put('Patient/here', { resourceType: 'Patient', id: 'here' });
});
afterAll(() => server.close());

const fhirJson = { 'Content-Type': 'application/fhir+json' };

async function countRows(): Promise<unknown> {
  const [row] = await server.database.sql`
    select (select count(*) from record.resource) as resources, (select count(*) from record.change) as changes,
      (select count(*) from audit.entry where action not in ('R', 'S', 'H')) as audited`;
  return row;
}

/** Sends a body that must be refused: nothing is written, and the server goes on. */
async function refused(body: string | Uint8Array, headers = fhirJson, path = 'Patient', method = 'POST') {
  const before = await countRows();
  const answer = await server.send(method, path, { body, headers });
  expect(answer.body['resourceType']).toBe('OperationOutcome');
  expect(answer.headers.get('Content-Type')).toBe('application/fhir+json; charset=utf-8');
  expect(await countRows()).toEqual(before);
  expect((await server.get('Patient/here')).status).toBe(200);
  return answer;
}

describe('a body that is no JSON', () => {
  it.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['white space', '   \n'],
    ['no JSON', 'Patient'],
    ['JSON cut off', '{"resourceType":"Patient","name":[{"family":"Ə'],
    ['two documents', '{"resourceType":"Patient"}{}'],
    ['a comma too many', '{"resourceType":"Patient",}'],
    ['single quotes', "{'resourceType':'Patient'}"],
    ['a comment', '{"resourceType":"Patient"/**/}'],
    ['NaN', '{"resourceType":"Observation","valueQuantity":{"value":NaN}}'],
    ['a number with leading zeros', '{"resourceType":"Observation","valueInteger":007}'],
    ['a byte order mark alone', '\uFEFF'],
    ['a property given twice', '{"resourceType":"Patient","gender":"male","gender":"female"}'],
    ['__proto__', '{"resourceType":"Patient","__proto__":{"gender":"male"}}'],
    ['U+0000 as an escape', '{"resourceType":"Patient","name":[{"family":"a\\u0000b"}]}'],
    ['U+0000 as it is', '{"resourceType":"Patient","name":[{"family":"a\0b"}]}'],
    ['a control character', '{"resourceType":"Patient","name":[{"family":"a\u0001b"}]}'],
    ['half a surrogate pair', '{"resourceType":"Patient","name":[{"family":"\\ud83d"}]}'],
    ['deep nesting', `{"resourceType":"Patient","extension":${'[{"extension":'.repeat(5000)}[]${'}]'.repeat(5000)}}`],
    ['very deep arrays', '['.repeat(1_000_000)],
    ['invalid UTF-8', Buffer.from([...Buffer.from('{"resourceType":"Patient","id":"'), 0xff, 0xfe, 0x22, 0x7d])],
    ['an overlong encoding', Buffer.from([...Buffer.from('{"resourceType":"'), 0xc0, 0xaf, 0x22, 0x7d])],
    ['UTF-8 cut in a character', Buffer.from('{"resourceType":"Patient","name":[{"family":"Ə').subarray(0, -1)],
  ])('%s', async (_what, body) => {
    expect((await refused(body)).status).toBe(400);
  });

  it('names the element at fault', async () => {
    const twice = await refused('{"resourceType":"Patient","contact":[{},{"gender":"male","gender":"female"}]}');
    expect(placesOf(twice.body)).toEqual(['Patient.contact[1].gender']);
    const nul = await refused('{"resourceType":"Patient","name":[{"given":["x","\\u0000"]}]}');
    expect(placesOf(nul.body)).toEqual(['Patient.name[0].given[1]']);
  });
});

describe('a body that is no such resource', () => {
  it.each([
    ['null', 400],
    ['[]', 400],
    ['"Patient"', 400],
    ['42', 400],
    ['{}', 400],
    ['{"resourceType":null}', 400],
    ['{"resourceType":["Patient"]}', 400],
    ['{"resourceType":"Observation","status":"final"}', 400],
    ['{"resourceType":"Patient","id":7}', 422],
    ['{"resourceType":"Patient","meta":[]}', 422],
    ['{"resourceType":"Patient","meta":"x"}', 422],
    ['{"resourceType":"Patient","meta":{"tag":"x"}}', 422],
    ['{"resourceType":"Patient","birthDate":"1990-13-01"}', 422],
    ['{"resourceType":"Patient","birthDate":""}', 422],
    ['{"resourceType":"Patient","name":null}', 422],
    ['{"resourceType":"Patient","name":[]}', 422],
    ['{"resourceType":"Patient","name":[null]}', 422],
    ['{"resourceType":"Patient","name":{"family":"x"}}', 422],
    ['{"resourceType":"Patient","name":[{"family":{"toString":1}}]}', 422],
    ['{"resourceType":"Patient","constructor":{"prototype":{}}}', 422],
    ['{"resourceType":"Patient","active":"true"}', 422],
    ['{"resourceType":"Patient","multipleBirthInteger":1.5}', 422],
    ['{"resourceType":"Patient","contained":[{"resourceType":"Nothing"}]}', 422],
  ])('%s is answered with %i', async (body, status) => {
    expect((await refused(body)).status).toBe(status);
  });

  it('id out of grammar in address and body', async () => {
    for (const id of ['a_b', 'a b', 'ə', "a'b", 'x'.repeat(65), 'a/b']) {
      const body = JSON.stringify({ resourceType: 'Patient', id });
      const answer = await refused(body, fhirJson, `Patient/${encodeURIComponent(id)}`, 'PUT');
      expect([id, answer.status]).toEqual([id, 400]);
    }
  });
});

describe('headers', () => {
  it.each<[string, Record<string, string>, number]>([
    ['no type', { 'Content-Type': '' }, 415],
    ['plain text', { 'Content-Type': 'text/plain' }, 415],
    ['XML', { 'Content-Type': 'application/fhir+xml', Accept: 'application/fhir+json' }, 400],
    ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }, 415],
    ['no media type', { 'Content-Type': ';;;' }, 415],
    ['another charset', { 'Content-Type': 'application/fhir+json; charset=windows-1251' }, 415],
    ['a compressed body', { ...fhirJson, 'Content-Encoding': 'gzip' }, 415],
    ['another answer', { ...fhirJson, Accept: 'text/turtle' }, 406],
    ['a malformed condition', { ...fhirJson, 'If-None-Exist': 'identifier=%zz' }, 400],
    ['U+0000 in a condition', { ...fhirJson, 'If-None-Exist': 'identifier=%00' }, 400],
  ])('with %s', async (_what, headers, status) => {
    expect((await refused('{"resourceType":"Patient"}', headers as typeof fhirJson)).status).toBe(status);
  });

  it.each([
    'application/fhir+json',
    'application/json',
    'application/fhir+json; charset=UTF-8',
    'APPLICATION/FHIR+JSON;fhirVersion=4.0',
    'application/json;charset="utf-8"',
  ])('takes %s', async (type) => {
    expect((await server.post('Patient', { resourceType: 'Patient' }, { 'Content-Type': type })).status).toBe(201);
  });

  it('that are odd do no harm', async () => {
    const odd = { Prefer: 'return=;;;handling', Authorization: 'x', 'X-Forwarded-Host': 'evil', 'If-Match': '' };
    expect((await server.get('Patient/here', odd)).status).toBe(200);
    const answer = await sendRaw(server.baseUrl, 'GET /fhir/Patient/here HTTP/1.0\r\n\r\n');
    expect(answer).toContain(' 200 OK');
    const latin = Buffer.from(
      'GET /fhir/Patient?_id=here HTTP/1.1\r\nHost: h\xf6st"\r\nConnection: close\r\n\r\n',
      'latin1',
    );
    expect(await sendRaw(server.baseUrl, latin)).toMatch(/ 400 Bad Request| 403 Forbidden/);
  });
});

describe('size', () => {
  it('50 MB are refused before they are read', async () => {
    const answer = await refused('x'.repeat(50 * 1024 * 1024)).catch((error: unknown) => error);
    // A server that answers early may close while the client still sends; both ways nothing is taken.
    expect(answer instanceof Error || (answer as { status: number }).status === 413).toBe(true);
    const head =
      'POST /fhir/Patient HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/fhir+json\r\nContent-Length: 52428800\r\n\r\n';
    const raw = await sendRaw(server.baseUrl, head);
    expect(raw).toContain(' 413 ');
    expect(raw).toContain('OperationOutcome');
  });

  it('50 MB that come without their length are refused as well', async () => {
    const head =
      'POST /fhir/Patient HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/fhir+json\r\nTransfer-Encoding: chunked\r\n\r\n';
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    const chunks = Array.from({ length: 50 }, () => [
      Buffer.from(`${chunk.length.toString(16)}\r\n`),
      chunk,
      Buffer.from('\r\n'),
    ]);
    const raw = await sendRaw(server.baseUrl, Buffer.concat([Buffer.from(head), ...chunks.flat()])).catch(() => '');
    expect(raw === '' || raw.includes(' 413 ')).toBe(true);
    expect((await server.get('Patient/here')).status).toBe(200);
  });

  it('a resource of nearly 32 MiB is stored and read', async () => {
    const data = 'A'.repeat(30 * 1024 * 1024);
    const { id } = await server.create({ resourceType: 'Binary', contentType: 'application/octet-stream', data });
    expect((await server.get(`Binary/${id}`, { Accept: 'application/fhir+json' })).text.length).toBeGreaterThan(
      data.length,
    );
  }, 60_000);

  it('a resource with more to find than the index holds is refused', async () => {
    const name = Array.from({ length: 60_000 }, (_, at) => ({ family: `Soyad${at} uzun-uzun-ad` }));
    const answer = await refused(JSON.stringify({ resourceType: 'Patient', name }));
    expect([answer.status, placesOf(answer.body)]).toEqual([413, ['Patient']]);
  }, 60_000);

  it('texts longer than an index entry are found by their beginning', async () => {
    const long = 'ə'.repeat(5000);
    await server.put('Patient/long', {
      resourceType: 'Patient',
      id: 'long',
      name: [{ family: long, text: `${'😀'.repeat(900)} z` }],
      identifier: [{ system: 'u'.repeat(9000), value: 'v'.repeat(9000) }],
    });
    for (const length of [10, 400, 401, 1000]) {
      expect((await server.get(`Patient?family=${encodeURIComponent('ə'.repeat(length))}`)).body['total']).toBe(1);
    }
    expect((await server.get(`Patient?family:exact=${encodeURIComponent('ə'.repeat(1000))}`)).body['total']).toBe(0);
    const search = new URLSearchParams({ identifier: `${'u'.repeat(9000)}|${'v'.repeat(9000)}`, 'family:exact': long });
    expect((await server.post('Patient/_search', search)).body['total']).toBe(1);
  });

  it.each<[string, string, Record<string, string>, number]>([
    ['a form of megabytes', 'Patient', { 'name:contains': 'ab '.repeat(1_000_000) }, 413],
    ['a form longer than a search', 'Patient', { _elements: 'id,'.repeat(50_000) }, 413],
    ['a text of too many words', 'Patient', { name: 'ab '.repeat(31) }, 400],
    ['a text that is none', 'Patient', { 'name:contains': 'a'.repeat(2001) }, 400],
  ])('%s is refused before it is looked for', async (_what, type, form, status) => {
    const answer = await server.post(`${type}/_search`, new URLSearchParams(form));
    expect([answer.status, answer.body['resourceType']]).toEqual([status, 'OperationOutcome']);
  });

  it('an address longer than headers may be is refused', async () => {
    const raw = await sendRaw(
      server.baseUrl,
      `GET /fhir/Patient?name=${'x'.repeat(70_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    );
    expect(raw).toContain(' 431 ');
    expect(raw).toContain('OperationOutcome');
  });
});

describe('addresses', () => {
  it.each([
    ['Patient/%00', 400],
    ['%00', 404],
    ['Patient/%ff', 400],
    ['Patient/%', 400],
    ['%ff/here', 400],
    ['Patient?name=%00', 400],
    ['Patient?name=a%00b', 400],
    ['Patient?%00=x', 400],
    ['Patient?name=%ff', 400],
    ['Patient?name=%', 400],
    ['Patient?name=%ed%a0%80', 400],
    ['Patient?_id=%00', 400],
    ['Patient?identifier=%00|x', 400],
    ['Patient?birthdate=%00', 400],
    ['Patient?_sort=%00', 400],
    ['Patient?_cursor=%00', 400],
    ['Patient?_has:Observation:patient:code=%00', 400],
    ['Patient/here/_history?_since=%00', 400],
    ['Patient/here/_history/%00', 404],
    ['Patient/here/nothing', 404],
    ['Patient//here', 400],
    ['Patient/here/_history/1/2', 404],
    ['..%2f..%2fetc%2fpasswd', 404],
    ['Patient/..', 404],
    ['__proto__', 404],
    ['constructor/here', 404],
    ['Patient?__proto__=x', 400],
    ['Patient?constructor=x', 400],
    ['Patient?_elements=__proto__', 200],
    ['Patient?toString:exact=x', 400],
    [`Patient/${'x'.repeat(3000)}`, 404],
    ['', 200],
    ['?name=x', 400],
  ])(
    '%s is answered with %i',
    async (path, status) => {
      const raw = await sendRaw(
        server.baseUrl,
        `GET /fhir/${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
        20_000, // the whole record holds 30 MiB by now
      );
      expect(raw.split('\r\n')[0]).toContain(` ${status} `);
      expect(raw).toMatch(/"resourceType":"(OperationOutcome|Bundle)"/);
    },
    30_000,
  );

  it.each([
    "'",
    "';--",
    "' or '1'='1",
    '"',
    '\\',
    '$1',
    '%',
    '_',
    "x'); drop table record.resource; --",
    '{}',
    '{"a"}',
    "':*",
    '& |',
    '!a',
    '<->',
    '()',
    '\\x00',
    'NULL',
    '\u2028',
  ])('the text %j is text everywhere', async (text) => {
    const identifier = [{ system: `urn:${encodeURIComponent(text)}`, value: text }];
    const { id } = await server.create({
      resourceType: 'Patient',
      identifier,
      name: [{ family: `${text}x` }],
      meta: { source: `urn:x${encodeURIComponent(text)}` },
    });
    const value = text.replace(/[\\,$|]/g, '\\$&');
    const search = async (parameters: Record<string, string>) =>
      (await server.get(`Patient?${new URLSearchParams(parameters).toString()}&_id=${id}`)).body['total'];
    expect(await search({ identifier: `|${value}` })).toBe(0);
    expect(await search({ identifier: value })).toBe(1);
    expect(await search({ 'family:exact': `${value}x` })).toBe(1);
    expect(await search({ 'family:contains': `${value}x` })).toBe(1);
    expect(await search({ name: `${value}x` })).toBe(1);
    for (const name of [
      '_id',
      'birthdate',
      'organization',
      'organization.name',
      '_tag',
      '_profile',
      '_profile:below',
      '_lastUpdated',
      'gender:not',
      '_sort',
      '_has:Observation:patient:code:text',
    ]) {
      const answer = await server.get(`Patient?${new URLSearchParams([[name, value]]).toString()}`);
      expect([200, 400]).toContain(answer.status);
    }
  });
});

describe('what the HTTP parser refuses', () => {
  it.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['a malformed header', 'GET /fhir/metadata HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n'],
    [
      'two lengths',
      'POST /fhir/Patient HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    ],
    [
      'length and chunks',
      'POST /fhir/Patient HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'a malformed chunk',
      'POST /fhir/Patient HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    ],
  ])('%s is answered with 400', async (_what, bytes) => {
    const raw = await sendRaw(server.baseUrl, bytes);
    expect(raw).toMatch(/^HTTP\/1\.1 400 /);
    expect(raw).toContain('OperationOutcome');
    expect((await server.get('Patient/here')).status).toBe(200);
  });

  it('a client that goes away in the middle of its body', async () => {
    const before = await countRows();
    const head =
      'POST /fhir/Patient HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"resource';
    await sendRaw(server.baseUrl, head, 100);
    expect((await server.get('Patient/here')).status).toBe(200);
    expect(await countRows()).toEqual(before);
  });
});
