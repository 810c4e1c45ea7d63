import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FhirServer, placesOf, startFhirServer } from '../../../test/support/fhir-server.ts';

let server: FhirServer;

beforeAll(async () => {
  server = await startFhirServer();
});
afterAll(() => server.close());

const patient = (family: string, more: object = {}) => ({
  resourceType: 'Patient',
  name: [{ family, given: ['Aysel'] }],
  ...more,
});

describe('create', () => {
  it('gives id, version, time and address', async () => {
    const answer = await server.post('Patient', patient('Quliyeva'));
    expect(answer.status).toBe(201);
    const { id, meta } = answer.body as { id: string; meta: { versionId: string; lastUpdated: string } };
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(meta.versionId).toBe('1');
    expect(answer.headers.get('ETag')).toBe('W/"1"');
    expect(answer.headers.get('Location')).toBe(`${server.baseUrl}/Patient/${id}/_history/1`);
    expect(answer.headers.get('Last-Modified')).toBe(new Date(meta.lastUpdated).toUTCString());
    expect(answer.headers.get('Content-Type')).toBe('application/fhir+json; charset=utf-8');
  });

  it('gives an id of its own whatever id the body has', async () => {
    const answer = await server.post('Patient', patient('Quliyeva', { id: 'mine' }));
    expect(answer.status).toBe(201);
    expect(answer.body['id']).not.toBe('mine');
    expect((await server.get('Patient/mine')).status).toBe(404);
  });

  it.each([
    ['return=minimal', ''],
    ['return=OperationOutcome', 'OperationOutcome'],
    ['return=representation', 'Patient'],
    ['handling=strict, return=minimal', ''],
    ['return=whatever', 'Patient'],
  ])('answers as Prefer: %s wants', async (prefer, resourceType) => {
    const answer = await server.post('Patient', patient('Quliyeva'), { Prefer: prefer });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('Location')).toContain('/Patient/');
    expect(answer.body['resourceType'] ?? '').toBe(resourceType);
  });

  it('refuses an invalid resource with the place of each fault', async () => {
    const answer = await server.post(
      'Patient',
      patient('Quliyeva', { gender: 'm', birthDate: '1990-02-30', shoe: 44 }),
    );
    expect(answer.status).toBe(422);
    expect(placesOf(answer.body).sort()).toEqual(['Patient.birthDate', 'Patient.gender', 'Patient.shoe']);
  });
});

describe('read', () => {
  it('gives what was stored, to the letter', async () => {
    const { id } = await server.create(patient('Məmmədov'));
    const answer = await server.get(`Patient/${id}`);
    expect(answer.status).toBe(200);
    const [row] = await server.database.sql<{ content: string }[]>`
      select content from record.resource where id = ${id}`;
    expect(answer.text).toBe(row?.content);
  });

  it('answers HEAD with the same headers and no body', async () => {
    const { id } = await server.create(patient('Məmmədov'));
    const [get, head] = [await server.get(`Patient/${id}`), await server.send('HEAD', `Patient/${id}`)];
    expect(head.status).toBe(200);
    expect(head.text).toBe('');
    for (const name of ['etag', 'last-modified', 'content-type', 'content-length']) {
      expect(head.headers.get(name)).toBe(get.headers.get(name));
    }
  });

  it.each([
    [{ 'If-None-Match': 'W/"1"' }, 304],
    [{ 'If-None-Match': '"7", "1"' }, 304],
    [{ 'If-None-Match': '*' }, 304],
    [{ 'If-None-Match': 'W/"2"' }, 200],
    [{ 'If-None-Match': 'nonsense' }, 200],
    [{ 'If-Modified-Since': new Date(Date.now() + 60_000).toUTCString() }, 304],
    [{ 'If-Modified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 200],
    [{ 'If-Modified-Since': 'yesterday' }, 200],
    [{ 'If-None-Match': 'W/"2"', 'If-Modified-Since': new Date(Date.now() + 60_000).toUTCString() }, 200],
  ])('answers %j with %i', async (headers, status) => {
    const { id } = await server.create(patient('Məmmədov'));
    const answer = await server.get(`Patient/${id}`, headers);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('ETag')).toBe('W/"1"');
    expect(answer.text === '').toBe(status === 304);
  });

  it('gives the parts that _elements and _summary ask for, marked as parts', async () => {
    const { id } = await server.create({
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'weight' },
      valueQuantity: { value: 71.5, unit: 'kg' },
      note: [{ text: 'after lunch' }],
    });
    const { body } = await server.get(`Observation/${id}?_elements=valueQuantity`);
    expect(Object.keys(body).sort()).toEqual(['code', 'id', 'meta', 'resourceType', 'status', 'valueQuantity']);
    expect(body['meta']).toMatchObject({ tag: [{ code: 'SUBSETTED' }] });
    const summary = await server.get(`Observation/${id}?_summary=true`);
    expect(summary.body['note']).toBeUndefined();
    expect(summary.body['valueQuantity']).toEqual({ value: 71.5, unit: 'kg' });
    expect((await server.get(`Observation/${id}?_summary=maybe`)).status).toBe(400);
  });

  it.each([
    ['Patient/nobody', 404],
    ['Patient/nobody/_history', 404],
    ['Patient/nobody/_history/1', 404],
    ['patient/x', 404],
    ['Parameters/x', 404],
    ['Patient/not_an_id', 400],
    [`Patient/${'x'.repeat(65)}`, 400],
  ])('answers %s with %i', async (path, status) => {
    const answer = await server.get(path);
    expect(answer.status).toBe(status);
    expect(answer.body['resourceType']).toBe('OperationOutcome');
  });

  it('answers in no other form than JSON and XML', async () => {
    const { id } = await server.create(patient('Məmmədov'));
    expect((await server.get(`Patient/${id}`, { Accept: 'text/turtle' })).status).toBe(406);
    expect((await server.get(`Patient/${id}?_format=ttl`)).status).toBe(406);
    expect((await server.get(`Patient/${id}?_format=application/fhir+json`, { Accept: 'text/turtle' })).status).toBe(
      200,
    );
  });
});

describe('update', () => {
  it('makes a new version and keeps the old one', async () => {
    const { id } = await server.create(patient('Həsənova'));
    const answer = await server.put(`Patient/${id}`, patient('Əliyeva', { id }));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('ETag')).toBe('W/"2"');
    expect(answer.headers.get('Location')).toBe(`${server.baseUrl}/Patient/${id}/_history/2`);
    expect((await server.get(`Patient/${id}`)).body['name']).toEqual([{ family: 'Əliyeva', given: ['Aysel'] }]);
    const first = await server.get(`Patient/${id}/_history/1`);
    expect(first.body['name']).toEqual([{ family: 'Həsənova', given: ['Aysel'] }]);
    expect(first.headers.get('ETag')).toBe('W/"1"');
    expect((await server.get(`Patient/${id}/_history/3`)).status).toBe(404);
    expect((await server.get(`Patient/${id}/_history/one`)).status).toBe(404);
  });

  it('creates where the client chose the id', async () => {
    const answer = await server.put('Patient/chosen-1', patient('Həsənova', { id: 'chosen-1' }));
    expect(answer.status).toBe(201);
    expect((await server.get('Patient/chosen-1')).body['id']).toBe('chosen-1');
  });

  it('never moves the time of a resource backwards', async () => {
    let moment = Date.parse('2026-01-01T12:00:00.000Z');
    const late = await startFhirServer({ now: () => new Date(moment) });
    const { id } = await late.create(patient('Saat'));
    moment -= 3_600_000;
    const { meta } = (await late.put(`Patient/${id}`, patient('Saat', { id }))).body as {
      meta: { lastUpdated: string };
    };
    expect(meta.lastUpdated).toBe('2026-01-01T12:00:00.001Z');
    await late.close();
  });

  it.each([
    ['W/"1"', 200],
    ['"1"', 200],
    ['W/"2"', 412],
    ['W/"abc"', 412],
    ['1', 400],
    ['W/"1", W/"2"', 400],
  ])('answers If-Match: %s with %i', async (tag, status) => {
    const { id } = await server.create(patient('Həsənova'));
    expect((await server.put(`Patient/${id}`, patient('Yeni', { id }), { 'If-Match': tag })).status).toBe(status);
  });

  it('refuses If-Match on what is not there, and If-None-Match: * on what is', async () => {
    const body = patient('Həsənova', { id: 'chosen-2' });
    expect((await server.put('Patient/chosen-2', body, { 'If-Match': 'W/"1"' })).status).toBe(412);
    expect((await server.put('Patient/chosen-2', body, { 'If-None-Match': '*' })).status).toBe(201);
    expect((await server.put('Patient/chosen-2', body, { 'If-None-Match': '*' })).status).toBe(412);
  });

  it('refuses another id, another type or none', async () => {
    const { id } = await server.create(patient('Həsənova'));
    const other = await server.put(`Patient/${id}`, patient('Həsənova', { id: 'other' }));
    expect([other.status, placesOf(other.body)]).toEqual([400, ['Patient.id']]);
    expect((await server.put(`Patient/${id}`, patient('Həsənova'))).status).toBe(400);
    expect((await server.put(`Patient/${id}`, { resourceType: 'Group', id })).status).toBe(400);
  });

  it('lets one of many writers of the same version win', async () => {
    const { id } = await server.create(patient('Yarış'));
    const write = (at: number) => server.put(`Patient/${id}`, patient(`Yarış${at}`, { id }), { 'If-Match': 'W/"1"' });
    const statuses = (await Promise.all(Array.from({ length: 12 }, (_, at) => write(at)))).map(({ status }) => status);
    expect(statuses.filter((each) => each === 200)).toHaveLength(1);
    expect(statuses.filter((each) => each === 412)).toHaveLength(11);
  });

  it('numbers versions without gaps when many write at once', async () => {
    const put = (at: number) => server.put('Patient/busy', patient(`Növbə${at}`, { id: 'busy' }));
    const answers = await Promise.all(Array.from({ length: 25 }, (_, at) => put(at)));
    const versions = answers.map(({ headers }) => Number(headers.get('ETag')?.slice(3, -1)));
    expect(versions.sort((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, at) => at + 1));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  });
});

describe('delete', () => {
  it('leaves 410 behind, keeps the history, and lets the id be used again', async () => {
    const { id } = await server.create(patient('Silinən'));
    const answer = await server.delete(`Patient/${id}`);
    expect([answer.status, answer.text, answer.headers.get('ETag')]).toEqual([204, '', 'W/"2"']);
    expect((await server.get(`Patient/${id}`)).status).toBe(410);
    expect((await server.get(`Patient/${id}/_history/2`)).status).toBe(410);
    expect((await server.get(`Patient/${id}/_history/1`)).status).toBe(200);
    expect((await server.get(`Patient?_id=${id}`)).body['total']).toBe(0);
    expect((await server.delete(`Patient/${id}`)).status).toBe(204);
    const again = await server.put(`Patient/${id}`, patient('Qayıdan', { id }));
    expect([again.status, again.headers.get('ETag')]).toEqual([201, 'W/"3"']);
    expect((await server.get(`Patient?_id=${id}`)).body['total']).toBe(1);
  });

  it('lets an id be used again that does not tell where its patient is stored', async () => {
    const { id: patientId } = await server.create(patient('Sahib'));
    const put = (id: string) =>
      server.put(`Basic/${id}`, {
        resourceType: 'Basic',
        id,
        code: { text: 'x' },
        subject: { reference: `Patient/${patientId}` },
      });
    for (const id of ['elsewhere-1', 'elsewhere-2']) {
      expect((await put(id)).status).toBe(201);
      expect((await server.delete(`Basic/${id}`)).status).toBe(204);
      expect((await put(id)).status).toBe(201);
      expect((await server.get(`Basic/${id}`)).status).toBe(200);
    }
  });

  it('is content when there is nothing to delete', async () => {
    expect((await server.delete('Patient/never-was')).status).toBe(204);
    expect((await server.delete('Patient/never-was', { 'If-Match': 'W/"1"' })).status).toBe(412);
  });

  it('heeds If-Match and answers an outcome where it is preferred', async () => {
    const { id } = await server.create(patient('Silinən'));
    expect((await server.delete(`Patient/${id}`, { 'If-Match': 'W/"9"' })).status).toBe(412);
    const answer = await server.delete(`Patient/${id}`, { 'If-Match': 'W/"1"', Prefer: 'return=OperationOutcome' });
    expect([answer.status, answer.body['resourceType']]).toEqual([200, 'OperationOutcome']);
  });

  it('takes all index entries away', async () => {
    const { id } = await server.create({
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'x' },
      valueQuantity: { value: 1, unit: 'kg' },
    });
    await server.delete(`Observation/${id}`);
    const [left] = await server.database.sql<{ ranges: number; resources: number }[]>`
      select (select count(*) from record.range_entry e where not exists (
          select from record.resource r where r.bucket = e.bucket and r.rid = e.rid)) as ranges,
        (select count(*) from record.resource where id = ${id}) as resources`;
    expect(left).toEqual({ ranges: 0, resources: 0 });
  });
});

describe('other methods', () => {
  it.each([
    ['PUT', 'metadata', 'GET, HEAD'],
    ['POST', 'Patient/x', 'GET, HEAD, PUT, PATCH, DELETE'],
    ['DELETE', 'Patient/_history', 'GET, HEAD'],
    ['PATCH', 'Patient/x/_history/1', 'GET, HEAD'],
    ['PUT', '', 'POST, GET, HEAD'],
  ])('refuses %s %s and names what is possible', async (method, path, allowed) => {
    const answer = await server.send(method, path, { body: {} });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('Allow')?.split(', ').sort()).toEqual(allowed.split(', ').sort());
    expect(answer.body['resourceType']).toBe('OperationOutcome');
  });
});

describe('the address of the record', () => {
  it('is the configured one, not what a client says it is', async () => {
    const own = await startFhirServer({ baseUrl: 'https://vsis.example/fhir' });
    const answer = await own.post('Patient', patient('Ünvan'), { Host: 'localhost:1' });
    expect(answer.headers.get('Location')).toContain('https://vsis.example/fhir/Patient/');
    const { id } = answer.body as { id: string };
    await own.create({ resourceType: 'Condition', subject: { reference: `https://vsis.example/fhir/Patient/${id}` } });
    for (const wanted of [id, `Patient/${id}`, `https://vsis.example/fhir/Patient/${id}`]) {
      expect((await own.get(`Condition?subject=${encodeURIComponent(wanted)}`)).body['total']).toBe(1);
    }
    await own.close();
  });
});
