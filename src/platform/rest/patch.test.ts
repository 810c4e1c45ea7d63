import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FhirServer, startFhirServer } from '../../../test/support/fhir-server.ts';

let server: FhirServer;

beforeAll(async () => {
  server = await startFhirServer();
});
afterAll(() => server.close());

const jsonPatch = { 'Content-Type': 'application/json-patch+json' };

const fhirPathPatch = (...operations: readonly Record<string, unknown>[]) => ({
  resourceType: 'Parameters',
  parameter: operations.map((parts) => ({
    name: 'operation',
    part: Object.entries(parts).map(([name, value]) =>
      name === 'value'
        ? { name, ...(value as object) }
        : { name, [name === 'path' || name === 'name' ? 'valueString' : 'valueCode']: value },
    ),
  })),
});

const weight = `{"resourceType":"Observation","status":"final","code":{"text":"weight"},"valueQuantity":{"value":71.50,"unit":"kg"}}`;

async function createWeight(): Promise<string> {
  return String((await server.post('Observation', weight)).body['id']);
}

it('applies a JSON Patch as a new version and keeps numbers as written', async () => {
  const id = await createWeight();
  const patch =
    '[{"op":"replace","path":"/status","value":"amended"},{"op":"add","path":"/referenceRange","value":[{"low":{"value":1.0e1}}]}]';
  const answer = await server.patch(`Observation/${id}`, patch, jsonPatch);
  expect([answer.status, answer.headers.get('ETag')]).toEqual([200, 'W/"2"']);
  expect(answer.text).toContain('"value":71.50');
  expect(answer.text).toContain('"value":1.0e1');
  expect((await server.get(`Observation/${id}`)).text).toBe(answer.text);
});

it('applies a FHIRPath Patch', async () => {
  const id = await createWeight();
  const patch = fhirPathPatch({ type: 'replace', path: 'Observation.status', value: { valueCode: 'corrected' } });
  const answer = await server.patch(`Observation/${id}`, patch);
  expect([answer.status, answer.body['status']]).toEqual([200, 'corrected']);
  expect(answer.text).toContain('"value":71.50');
});

it('heeds If-Match', async () => {
  const id = await createWeight();
  const patch = [{ op: 'replace', path: '/status', value: 'amended' }];
  expect((await server.patch(`Observation/${id}`, patch, { ...jsonPatch, 'If-Match': 'W/"4"' })).status).toBe(412);
  expect((await server.patch(`Observation/${id}`, patch, { ...jsonPatch, 'If-Match': 'W/"1"' })).status).toBe(200);
});

it.each([
  ['what makes it invalid', [{ op: 'remove', path: '/status' }], 422],
  ['another type', [{ op: 'replace', path: '/resourceType', value: 'Patient' }], 422],
  ['another id', [{ op: 'replace', path: '/id', value: 'other' }], 422],
  ['what is not there', [{ op: 'remove', path: '/note' }], 422],
  ['a failed test', [{ op: 'test', path: '/status', value: 'preliminary' }], 422],
  ['no operation', [{ op: 'delete', path: '/status' }], 400],
  ['no list', { op: 'remove', path: '/status' }, 400],
])('refuses %s and changes nothing', async (_what, patch, status) => {
  const id = await createWeight();
  const answer = await server.patch(`Observation/${id}`, patch, jsonPatch);
  expect([answer.status, answer.body['resourceType']]).toEqual([status, 'OperationOutcome']);
  expect((await server.get(`Observation/${id}`)).headers.get('ETag')).toBe('W/"1"');
});

it.each([
  ['application/json', { resourceType: 'Observation' }, 400],
  ['application/merge-patch+json', { status: 'amended' }, 415],
  ['text/plain', 'status=amended', 415],
])('refuses a patch sent as %s', async (type, body, status) => {
  const id = await createWeight();
  expect((await server.patch(`Observation/${id}`, body, { 'Content-Type': type })).status).toBe(status);
});

it('answers 404 for what never was and 410 for what was deleted', async () => {
  const patch = [{ op: 'replace', path: '/status', value: 'amended' }];
  expect((await server.patch('Observation/none', patch, jsonPatch)).status).toBe(404);
  const id = await createWeight();
  await server.delete(`Observation/${id}`);
  expect((await server.patch(`Observation/${id}`, patch, jsonPatch)).status).toBe(410);
});

it('adds up when many patch at once', async () => {
  const { id } = await server.create({ resourceType: 'Patient', name: [{ family: 'X' }] });
  const add = (given: string) =>
    server.patch(`Patient/${id}`, [{ op: 'add', path: '/name/-', value: { given: [given] } }], jsonPatch);
  const answers = await Promise.all(Array.from({ length: 15 }, (_, at) => add(`G${at}`)));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect((await server.get(`Patient/${id}`)).body['name']).toHaveLength(16);
});
