import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject, validateResource } from '#platform/fhir';
import { entriesOf, type FhirServer, placesOf, startFhirServer } from '../../../../../test/support/fhir-server.ts';

let server: FhirServer;
const at: Record<string, string> = {};

async function make(name: string, resource: JsonObject): Promise<string> {
  const { id } = await server.create(resource);
  return (at[name] = `${String(resource['resourceType'])}/${id}`);
}

const composition = (others: JsonObject = {}) => ({
  resourceType: 'Composition',
  status: 'final',
  type: { text: 'Discharge summary' },
  subject: { reference: at['patient'] },
  date: '2024-03-01',
  author: [{ reference: at['role'] }],
  title: 'Epikriz',
  section: [{ title: 'Results', entry: [{ reference: at['report'] }] }],
  ...others,
});

beforeAll(async () => {
  server = await startFhirServer();
  const hospital = await make('hospital', { resourceType: 'Organization', name: 'Hospital' });
  const doctor = await make('doctor', { resourceType: 'Practitioner', name: [{ family: 'Həkim' }] });
  const patient = await make('patient', { resourceType: 'Patient', managingOrganization: { reference: hospital } });
  await make('role', {
    resourceType: 'PractitionerRole',
    practitioner: { reference: doctor },
    organization: { reference: hospital },
  });
  const encounter = await make('encounter', {
    resourceType: 'Encounter',
    status: 'finished',
    class: { code: 'AMB' },
    subject: { reference: patient },
  });
  const result = await make('result', {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'x' },
    subject: { reference: patient },
    encounter: { reference: encounter },
  });
  await make('report', {
    resourceType: 'DiagnosticReport',
    status: 'final',
    code: { text: 'x' },
    subject: { reference: patient },
    result: [{ reference: result }],
  });
  const other = await make('other', { resourceType: 'Patient' });
  await make('othersResult', {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'x' },
    subject: { reference: other },
  });
  await make('composition', composition());
});
afterAll(() => server.close());

function heldBy(bundle: JsonObject): string[] {
  const urls = entriesOf(bundle).map(({ fullUrl }) => String(fullUrl).slice(server.baseUrl.length + 1));
  return urls.map((url) => Object.keys(at).find((name) => at[name] === url) ?? url);
}

describe('Composition/$document', () => {
  it('holds the Composition first, and everything it leads to', async () => {
    const { status, body } = await server.get(`${at['composition']}/$document`);
    expect([status, validateResource(body, { strict: true })]).toEqual([200, []]);
    const [first, ...others] = heldBy(body);
    expect(first).toBe('composition');
    expect(others.toSorted()).toEqual(['doctor', 'encounter', 'hospital', 'patient', 'report', 'result', 'role']);
    expect(body).toMatchObject({ type: 'document', identifier: { system: 'urn:ietf:rfc:3986' } });
    expect(body['timestamp']).toBeDefined();
  });

  it('is stored where that is wanted, and can be read', async () => {
    const persist = { resourceType: 'Parameters', parameter: [{ name: 'persist', valueBoolean: true }] };
    const answer = await server.post(`${at['composition']}/$document`, persist);
    expect(answer.status).toBe(201);
    const stored = await server.get(String(answer.headers.get('location')));
    expect([stored.status, stored.text]).toEqual([200, answer.text]);
    expect(validateResource(stored.body)).toEqual([]);
    expect((await server.get(`${at['composition']}/$document?persist=true`)).status).toBe(400);
  });

  it('holds what the Composition names of another person, but nothing behind it', async () => {
    const { id } = await server.create(
      composition({ section: [{ title: 'Mother', entry: [{ reference: at['othersResult'] }] }] }),
    );
    const { body } = await server.get(`Composition/${id}/$document`);
    expect(heldBy(body)).toContain('othersResult');
    expect(heldBy(body)).not.toContain('other');
    const [row] = await server.database.sql<{ patient: string; patients: string[] }[]>`
      select patient, patients from audit.entry where action = '$document' order by seq desc limit 1`;
    expect([row?.patient, row?.patients.toSorted()]).toEqual([
      at['patient']?.slice('Patient/'.length),
      [at['patient'], at['other']].map((each = '') => each.slice('Patient/'.length)).toSorted(),
    ]);
  });

  it('holds the version that is named', async () => {
    const noted = await server.create({
      resourceType: 'Observation',
      status: 'preliminary',
      code: { text: 'x' },
      subject: { reference: at['patient'] },
    });
    await server.put(`Observation/${noted.id}`, { ...noted, status: 'final' });
    const entry = [{ reference: `Observation/${noted.id}/_history/1` }];
    const { id } = await server.create(composition({ section: [{ title: 'x', entry }] }));
    const { body } = await server.get(`Composition/${id}/$document`);
    const held = entriesOf(body)
      .map(({ resource }) => resource)
      .filter(isJsonObject);
    expect(held.filter((each) => each['id'] === noted.id)).toMatchObject([
      { status: 'preliminary', meta: { versionId: '1' } },
    ]);
    expect(validateResource(body)).toEqual([]);
  });

  it('is not made where something is missing, and says what', async () => {
    const { id } = await server.create(
      composition({
        section: [{ title: 'x', entry: [{ reference: at['result'] }, { reference: 'Observation/none' }] }],
      }),
    );
    const answer = await server.get(`Composition/${id}/$document`);
    expect([answer.status, placesOf(answer.body)]).toEqual([422, ['Composition.section[0].entry[1]']]);
    expect((await server.get('Composition/none/$document')).status).toBe(404);
    expect((await server.get(`${at['patient']}/$document`)).status).toBe(404);
  });
});
