import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { xmlToResource } from '#platform/fhir';
import { checkRecord } from '../../../test/support/check-record.ts';
import { type FhirServer, startFhirServer } from '../../../test/support/fhir-server.ts';

/** Requests per run; a fixed seed, so that a failure can be seen again. */
const runs = { numRuns: 1500, seed: 20261123 };

let server: FhirServer;

beforeAll(async () => {
  server = await startFhirServer();
  await server.put('Patient/a', { resourceType: 'Patient', id: 'a', name: [{ family: 'A' }] });
});
afterAll(() => server.close());

const nasty = [
  '',
  '\0',
  '%00',
  '%ff',
  '%',
  "'",
  '"',
  '\\',
  '$',
  '|',
  ',',
  '..',
  '/',
  ' ',
  '\t',
  '🙂',
  'ə',
  '\ud800',
  '-1',
  '0',
  '1e400',
  'NaN',
  'null',
  '__proto__',
  'constructor',
  '{}',
  '[]',
  'a'.repeat(300),
  '9'.repeat(40),
  '2024-02-30',
  '0000',
  '*',
  '_id',
  'urn:uuid:x',
  'Patient?name=x',
];
const word = fc.oneof(
  fc.constantFrom(...nasty),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('a', 'Patient', 'Patient/a', 'true', '2024', 'gt5', '5||kg', 'name'),
);
const name = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'name',
      'family',
      'identifier',
      'birthdate',
      '_lastUpdated',
      '_id',
      'organization',
      'general-practitioner.name',
      '_has:Observation:patient:code',
      '_sort',
      '_count',
      '_summary',
      '_elements',
      '_include',
      '_revinclude',
      '_cursor',
      '_total',
      'name:exact',
      'name:contains',
      'identifier:of-type',
      'gender:not',
      'gender:missing',
      '_profile:below',
      'code:text',
      'value-quantity',
      'code-value-quantity',
      'date',
      'subject',
      'patient.name',
      'url:above',
    ),
  },
  { weight: 1, arbitrary: word },
);
const escapeText = (text: string): string => encodeURIComponent(text.toWellFormed());
const query = fc
  .array(fc.tuple(name, word, fc.boolean()), { maxLength: 5 })
  .map((pairs) =>
    pairs
      .map(([key, value, raw]) => `${escapeText(key)}=${raw ? value.replace(/[^!-~]|#/g, '') : escapeText(value)}`)
      .join('&'),
  )
  .chain((text) => fc.constantFrom(text, text, `${text}&_format=xml`, `${text}&_format=x&_pretty=true`));
const type = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('Patient', 'Observation', 'ValueSet', 'Binary') },
  { weight: 1, arbitrary: word.map(escapeText) },
);
const id = fc.oneof(fc.constantFrom('a', 'b', 'c', 'new-1'), word.map(escapeText));
const path = fc.oneof(
  type,
  fc.tuple(type, id).map((parts) => parts.join('/')),
  fc
    .tuple(type, id, fc.constantFrom('_history', '_history/1', '_history/x', '$everything', ''))
    .map((parts) => parts.join('/')),
  fc.tuple(type, fc.constantFrom('_history', '_search')).map((parts) => parts.join('/')),
  fc.constantFrom('', '_history', 'metadata', '_search'),
);

const leaf: fc.Arbitrary<unknown> = fc.oneof(word, fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom(
        'family',
        'given',
        'value',
        'system',
        'code',
        'coding',
        'reference',
        'extension',
        'url',
        'id',
        'resourceType',
        'x',
      ),
      tie('value'),
      { maxKeys: 4 },
    ),
  ),
}));
const resource = fc
  .tuple(
    fc.constantFrom('Patient', 'Observation', 'Bundle', 'Parameters', 'Binary'),
    fc.dictionary(
      fc.constantFrom(
        'id',
        'meta',
        'text',
        'contained',
        'extension',
        'identifier',
        'name',
        'gender',
        'birthDate',
        'status',
        'code',
        'subject',
        'valueQuantity',
        'type',
        'entry',
        'data',
        'contentType',
        'active',
      ),
      fc.oneof(anyValue, fc.constantFrom('a', 'final', 'male', 'transaction', 'batch', 'text/plain')),
      { maxKeys: 6 },
    ),
  )
  .map(([resourceType, elements]) => ({ resourceType, ...elements }));
const entry = fc.record(
  {
    fullUrl: fc.oneof(fc.constant('urn:uuid:00000000-0000-4000-8000-000000000001'), word),
    resource: fc.oneof(resource, anyValue),
    request: fc.oneof(
      anyValue,
      fc.record(
        {
          method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'x'),
          url: fc.oneof(path, word),
          ifMatch: word,
          ifNoneExist: query,
        },
        { requiredKeys: ['method', 'url'] },
      ),
    ),
  },
  { requiredKeys: [] },
);
const bundle = fc
  .tuple(fc.constantFrom('batch', 'transaction'), fc.array(entry, { maxLength: 4 }))
  .map(([kind, entries]) => ({ resourceType: 'Bundle', type: kind, entry: entries }));
const patch = fc.array(
  fc.record(
    {
      op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'x'),
      path: fc.oneof(fc.constantFrom('/name/0/family', '/name/-', '/gender', '', '/'), word),
      from: word,
      value: anyValue,
    },
    { requiredKeys: ['op'] },
  ),
  { maxLength: 3 },
);
const broken = fc.tuple(resource, fc.nat()).map(([value, cut]) => {
  const text = JSON.stringify(value);
  return text.slice(0, cut % (text.length + 1));
});
/** Elements by name in any order and depth, with values and odd attributes. */
const { element } = fc.letrec<{ element: string }>((tie) => ({
  element: fc
    .tuple(
      fc.constantFrom(
        'name',
        'family',
        'given',
        'extension',
        'contained',
        'text',
        'div',
        'Patient',
        'entry',
        'id',
        'x',
      ),
      fc.constantFrom('', ' value="a"', ' value="1990"', ' id="i"', ' url="urn:a"', ' xmlns="urn:o"', ' a:b="c"'),
      fc.oneof(
        { maxDepth: 3 },
        word,
        fc.array(tie('element'), { maxLength: 3 }).map((parts) => parts.join('')),
      ),
    )
    .map(([name, attribute, content]) => `<${name}${attribute}>${content}</${name}>`),
}));
const xml = fc
  .tuple(fc.constantFrom('Patient', 'Bundle', 'Binary', 'x'), fc.array(element, { maxLength: 3 }))
  .map(([name, parts]) => `<${name} xmlns="http://hl7.org/fhir">${parts.join('')}</${name}>`);
const body = fc.oneof(
  xml,
  resource.map((each) => JSON.stringify(each)),
  bundle.map((each) => JSON.stringify(each)),
  patch.map((each) => JSON.stringify(each)),
  broken,
  query,
  fc.string(),
);

const header = (text: string): string => text.replace(/[^ -~]/g, '').trim();
const headers = fc.record(
  {
    'Content-Type': fc.constantFrom(
      'application/fhir+json',
      'application/fhir+xml',
      'image/png',
      'application/json-patch+json',
      'application/x-www-form-urlencoded',
      'text/plain',
      'x',
    ),
    Prefer: fc.constantFrom('return=minimal', 'handling=lenient', 'return=OperationOutcome', ';', '='),
    'If-Match': fc.constantFrom('W/"1"', 'W/"99999999999"', '*', '"', 'x'),
    'If-None-Match': fc.constantFrom('*', 'W/"1"', ',', 'x'),
    'If-None-Exist': fc.oneof(query, word.map(header)),
    'If-Modified-Since': word.map(header),
    Accept: fc.constantFrom('*/*', 'application/fhir+json', 'application/fhir+xml', 'text/xml;q=x, */*;q=0', 'x', ''),
  },
  { requiredKeys: ['Content-Type'] },
);
/** Requests that are in order but for odd texts in them. */
const oddText = fc
  .oneof(word, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }))
  .map((text) => `x${text.toWellFormed().replace(/\p{Cc}/gu, '')}`);
const sound = fc
  .record({
    id: fc.constantFrom('a', 'b', 'c'),
    family: oddText,
    value: oddText,
    creates: fc.boolean(),
    condition: fc.option(query, { nil: undefined }),
  })
  .map(({ id: own, family, value, creates, condition }) => {
    const identifier = [{ system: 'urn:x', value }];
    const patient = { resourceType: 'Patient', id: own, name: [{ family }], identifier, birthDate: '1990-01-01' };
    return {
      method: creates ? 'POST' : 'PUT',
      path: creates ? 'Patient' : `Patient/${own}`,
      query: '',
      body: JSON.stringify(patient),
      headers: {
        'Content-Type': 'application/fhir+json',
        ...(condition === undefined || !creates ? {} : { 'If-None-Exist': condition }),
      },
    };
  });
const odd = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'),
  path,
  query,
  body,
  headers,
});
/** Resources sent to where they belong. */
const addressed = resource.map((each) => ({
  method: 'POST',
  path: each.resourceType,
  query: '',
  body: JSON.stringify(each),
  headers: { 'Content-Type': 'application/fhir+json' },
}));
const request = fc.oneof(
  { weight: 4, arbitrary: odd },
  { weight: 1, arbitrary: sound },
  { weight: 1, arbitrary: addressed },
);

it('whatever is sent is answered, and never with a fault of the server', async () => {
  const seen = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path: address, query: parameters, body: text, headers: sent }) => {
      const hasBody = method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
      const options = hasBody ? { headers: sent, body: text } : { headers: sent };
      const answer = await server.send(method, `${address}?${parameters}`, options);
      seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
      expect(answer.status, answer.text).toBeLessThan(500);
      expect(answer.text).not.toContain('"status":"5');
      if (answer.status >= 400 && method !== 'HEAD') {
        const isXml = answer.headers.get('Content-Type')?.includes('xml');
        const outcome = isXml ? xmlToResource(answer.text) : answer.body;
        expect(outcome['resourceType']).toBe('OperationOutcome');
      }
    }),
    runs,
  );
  // The generator reaches the successes as well as the refusals.
  expect([...seen.keys()]).toEqual(expect.arrayContaining([200, 201, 204, 400, 404, 405, 415, 422]));
  expect(await checkRecord(server.database.sql)).toEqual([]);
}, 120_000);
