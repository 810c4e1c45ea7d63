import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FhirServer, startFhirServer } from '../../../test/support/fhir-server.ts';

let server: FhirServer;

beforeAll(async () => {
  server = await startFhirServer();
});
afterAll(() => server.close());

/** Everything JavaScript would write differently, and what a careless reader drops. */
const elements = [
  '"status":"final"',
  '"_status":{"id":"s","extension":[{"url":"urn:test:why","valueString":"kept"}]}',
  '"code":{"text":"çəki \\u0259"}',
  '"effectiveDateTime":"2026-02-03T04:05:06.700+04:00"',
  '"valueQuantity":{"value":1.10,"unit":"kg","_unit":{"extension":[{"url":"urn:test:u","valueDecimal":0.00}]}}',
  '"referenceRange":[{"low":{"value":1.0e3},"high":{"value":12345678901234567890.123456789}}]',
  '"note":[{"text":"line\\nbreak \\"quoted\\" \\\\ / \\ud83d\\ude00"}]',
];
const observation = (id?: string) =>
  `{"resourceType":"Observation",${id === undefined ? '' : `"id":"${id}",`}${elements.join(',')}}`;

/** What the answer must hold, as this server writes it: escapes resolved, digits as they came. */
const kept = [
  '"_status":{"id":"s","extension":[{"url":"urn:test:why","valueString":"kept"}]}',
  '"text":"çəki ə"',
  '"effectiveDateTime":"2026-02-03T04:05:06.700+04:00"',
  '"value":1.10,"unit":"kg","_unit":{"extension":[{"url":"urn:test:u","valueDecimal":0.00}]}',
  '"low":{"value":1.0e3},"high":{"value":12345678901234567890.123456789}',
  '"text":"line\\nbreak \\"quoted\\" \\\\ / 😀"',
];

const expectExact = (text: string) => kept.forEach((each) => expect(text).toContain(each));

describe('what was written comes back as written', () => {
  it('through create, read, version and search', async () => {
    const created = await server.post('Observation', observation());
    expect(created.status).toBe(201);
    const id = String(created.body['id']);
    for (const path of [
      `Observation/${id}`,
      `Observation/${id}/_history/1`,
      `Observation?_id=${id}`,
      `Observation/${id}/_history`,
    ]) {
      expectExact((await server.get(path)).text);
    }
  });

  it('through update', async () => {
    await server.put('Observation/exact', observation('exact'));
    const answer = await server.put('Observation/exact', observation('exact'));
    expect(answer.status).toBe(200);
    expectExact(answer.text);
    expectExact((await server.get('Observation/exact/_history/1')).text);
  });

  it('through patch', async () => {
    await server.put('Observation/patched', observation('patched'));
    const answer = await server.patch('Observation/patched', '[{"op":"replace","path":"/status","value":"amended"}]', {
      'Content-Type': 'application/json-patch+json',
    });
    expect(answer.status).toBe(200);
    expectExact(answer.text);
  });

  it('through batch and transaction, where references are rewritten', async () => {
    for (const type of ['batch', 'transaction']) {
      const entry = `{"fullUrl":"urn:uuid:5b1f0b1c-7a0b-4a6e-9d0d-000000000001","resource":${observation()},"request":{"method":"POST","url":"Observation"}}`;
      const answer = await server.post('', `{"resourceType":"Bundle","type":"${type}","entry":[${entry}]}`);
      expect(answer.status).toBe(200);
      expectExact(answer.text);
    }
  });

  it('through _elements and _summary', async () => {
    await server.put('Observation/part', observation('part'));
    const part = await server.get('Observation/part?_elements=valueQuantity,referenceRange,status');
    expect(part.text).toContain(kept[0]);
    expect(part.text).toContain(kept[3]);
    expect(part.text).toContain(kept[4]);
    const data = await server.get('Observation?_id=part&_summary=data');
    expectExact(data.text);
  });

  it('keeps elements in the order of the sender', async () => {
    const answer = await server.post(
      'Patient',
      '{"resourceType":"Patient","gender":"male","birthDate":"2000-01-01","active":true}',
    );
    expect(Object.keys(answer.body)).toEqual(['resourceType', 'id', 'meta', 'gender', 'birthDate', 'active']);
  });

  it('keeps what meta brings and sets version and time', async () => {
    const meta = {
      lastUpdated: '2001-01-01T00:00:00Z',
      versionId: 'old',
      profile: ['http://example.org/p'],
      tag: [{ code: 't' }],
    };
    const answer = await server.post('Patient', { resourceType: 'Patient', meta });
    const { profile, tag, versionId, lastUpdated } = answer.body['meta'] as Record<string, unknown>;
    expect([profile, tag, versionId]).toEqual([['http://example.org/p'], [{ code: 't' }], '1']);
    expect(Math.abs(Date.parse(String(lastUpdated)) - Date.now())).toBeLessThan(60_000);
  });
});
