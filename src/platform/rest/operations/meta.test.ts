import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject, validateResource } from '#platform/fhir';
import { type FhirServer, matchIds, placesOf, startFhirServer } from '../../../../test/support/fhir-server.ts';

let server: FhirServer;

beforeAll(async () => {
  server = await startFhirServer();
});
afterAll(() => server.close());

const red = { system: 'urn:colour', code: 'red' };
const restricted = { system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' };
const parametersOf = (valueMeta: unknown) => ({ resourceType: 'Parameters', parameter: [{ name: 'meta', valueMeta }] });

function metaOf(answer: JsonObject): JsonObject {
  const [returned] = (answer['parameter'] as JsonObject[]) ?? [];
  return isJsonObject(returned?.['valueMeta']) ? returned['valueMeta'] : {};
}

const found = async (query: string) => matchIds((await server.get(`Patient?${query}`)).body);

describe('$meta', () => {
  it('gives the meta of a resource and of each of its versions, and notes the read', async () => {
    const { id } = await server.create({ resourceType: 'Patient', meta: { tag: [red] } });
    await server.put(`Patient/${id}`, { resourceType: 'Patient', id });
    const now = await server.get(`Patient/${id}/$meta`);
    expect([now.status, validateResource(now.body)]).toEqual([200, []]);
    expect(metaOf(now.body)).toMatchObject({ versionId: '2' });
    const before = await server.post(`Patient/${id}/_history/1/$meta`, '');
    expect(metaOf(before.body)).toMatchObject({ versionId: '1', tag: [red] });
    const records = await server.database.sql`
      select version from audit.entry where action = 'R' and patient = ${id} order by version`;
    expect(records.map(({ version }) => version)).toEqual([1, 2]);
  });

  it('is not there for what is not there', async () => {
    const { id } = await server.create({ resourceType: 'Patient' });
    expect((await server.get('Patient/none/$meta')).status).toBe(404);
    expect((await server.get(`Patient/${id}/_history/9/$meta`)).status).toBe(404);
    await server.delete(`Patient/${id}`);
    expect((await server.get(`Patient/${id}/$meta`)).status).toBe(410);
  });
});

describe('$meta of a type and of the record', () => {
  it('gives the labels in use, each once, and notes the read', async () => {
    const own = await startFhirServer();
    const read = async (path: string): Promise<JsonObject> => {
      const { status, body } = await own.get(path);
      expect([path, status, validateResource(body)]).toEqual([path, 200, []]);
      return metaOf(body);
    };
    try {
      expect((await read('Patient/$meta'))['tag']).toBeUndefined();
      const labelledPatient = { tag: [red, { code: 'b' }], security: [restricted], profile: ['urn:p2', 'urn:p1'] };
      await own.create({ resourceType: 'Patient', meta: labelledPatient });
      await own.create({ resourceType: 'Patient', meta: { tag: [{ ...red, display: 'Qırmızı' }] } });
      await own.create({ resourceType: 'Patient' });
      const { id } = await own.create({
        resourceType: 'Basic',
        code: { text: 'x' },
        meta: { tag: [{ code: 'gone' }] },
      });
      await own.put(`Basic/${id}`, { resourceType: 'Basic', id, code: { text: 'x' }, meta: { tag: [{ code: 'c' }] } });
      expect(await read('Patient/$meta')).toEqual({
        profile: ['urn:p1', 'urn:p2'],
        security: [restricted],
        tag: [{ ...red, display: 'Qırmızı' }, { code: 'b' }],
      });
      expect((await read('Basic/$meta'))['tag']).toEqual([{ code: 'c' }]);
      expect((await read('$meta'))['tag']).toHaveLength(3);
      expect((await own.post('Patient/$meta', '')).status).toBe(200);
      const records = await own.database.sql`select type, matches from audit.entry where action = '$meta' order by seq`;
      expect(records.map(({ type }) => type)).toEqual(['Patient', 'Patient', 'Basic', null, 'Patient']);
    } finally {
      await own.close();
    }
  });
});

describe('$meta-add and $meta-delete', () => {
  it('change labels as a new version, which searches follow, and nothing else', async () => {
    const text = '{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.10}}';
    const { body } = await server.post('Observation', text);
    const path = `Observation/${String(body['id'])}`;
    const added = await server.post(
      `${path}/$meta-add`,
      parametersOf({ tag: [red], security: [restricted], profile: ['urn:p'] }),
    );
    expect([added.status, validateResource(added.body)]).toEqual([200, []]);
    expect(metaOf(added.body)).toMatchObject({
      versionId: '2',
      tag: [red],
      security: [restricted],
      profile: ['urn:p'],
    });
    expect((await server.get(path)).text).toContain('"value":1.10');
    for (const query of ['_tag=urn:colour|red', '_security=R', '_profile=urn:p']) {
      expect(matchIds((await server.get(`Observation?${query}`)).body), query).toEqual([body['id']]);
    }
    const removed = await server.post(`${path}/$meta-delete`, parametersOf({ tag: [red], profile: ['urn:p'] }));
    expect(metaOf(removed.body)).toMatchObject({ versionId: '3', security: [restricted] });
    expect(metaOf(removed.body)['tag']).toBeUndefined();
    expect(matchIds((await server.get('Observation?_tag=urn:colour|red')).body)).toEqual([]);
    expect((await server.get(`${path}/_history`)).body).toMatchObject({
      entry: [{ request: { method: 'PATCH' } }, { request: { method: 'PATCH' } }, { request: { method: 'POST' } }],
    });
  });

  it('make no version where nothing changes', async () => {
    const { id } = await server.create({ resourceType: 'Patient', meta: { tag: [red] } });
    expect(metaOf((await server.post(`Patient/${id}/$meta-add`, parametersOf({ tag: [red] }))).body)).toMatchObject({
      versionId: '1',
    });
    expect(
      metaOf((await server.post(`Patient/${id}/$meta-delete`, parametersOf({ tag: [restricted] }))).body),
    ).toMatchObject({
      versionId: '1',
    });
    expect(await found(`_id=${id}&_tag=red`)).toEqual([id]);
  });

  it('hold the resource against a profile that they add', async () => {
    const { id } = await server.create({ resourceType: 'Observation', status: 'final', code: { text: 'x' } });
    const profile = ['http://hl7.org/fhir/StructureDefinition/vitalsigns'];
    expect((await server.post(`Observation/${id}/$meta-add`, parametersOf({ profile }))).status).toBe(422);
  });

  it('do not change what has been superseded, and are not called by GET', async () => {
    const { id } = await server.create({ resourceType: 'Patient' });
    const past = await server.post(`Patient/${id}/_history/1/$meta-add`, parametersOf({ tag: [red] }));
    expect([past.status, past.text.includes('/[type]/[id]/$meta-add')]).toEqual([404, true]);
    expect((await server.get(`Patient/${id}/$meta-add`)).status).toBe(405);
    const empty = await server.post(`Patient/${id}/$meta-add`, { resourceType: 'Parameters' });
    expect([empty.status, placesOf(empty.body)]).toEqual([400, ['http.meta']]);
    expect((await server.post('Patient/none/$meta-add', parametersOf({ tag: [red] }))).status).toBe(404);
  });

  it('add up when many label at once', async () => {
    const { id } = await server.create({ resourceType: 'Patient' });
    const codes = Array.from({ length: 8 }, (_, at) => `c${at}`);
    await Promise.all(codes.map((code) => server.post(`Patient/${id}/$meta-add`, parametersOf({ tag: [{ code }] }))));
    const tags = metaOf((await server.get(`Patient/${id}/$meta`)).body)['tag'] as { code: string }[];
    expect(tags.map(({ code }) => code).toSorted()).toEqual(codes);
  });
});
