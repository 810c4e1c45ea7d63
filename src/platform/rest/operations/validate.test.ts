import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject } from '#platform/fhir';
import { type FhirServer, placesOf, startFhirServer } from '../../../../test/support/fhir-server.ts';

let server: FhirServer;
const profileUrl = 'https://vsis.az/fhir/StructureDefinition/named-person';

beforeAll(async () => {
  server = await startFhirServer();
  await server.create({
    resourceType: 'StructureDefinition',
    url: profileUrl,
    name: 'NamedPerson',
    status: 'active',
    kind: 'resource',
    abstract: false,
    type: 'Patient',
    baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
    derivation: 'constraint',
    snapshot: {
      element: [
        {
          id: 'Patient',
          path: 'Patient',
          definition: 'A person.',
          min: 0,
          max: '*',
          base: { path: 'Patient', min: 0, max: '*' },
        },
        {
          id: 'Patient.name',
          path: 'Patient.name',
          definition: 'The name.',
          min: 1,
          max: '*',
          base: { path: 'Patient.name', min: 0, max: '*' },
          type: [{ code: 'HumanName' }],
        },
      ],
    },
  });
});
afterAll(() => server.close());

function severities(outcome: JsonObject): string[] {
  const issues = Array.isArray(outcome['issue']) ? outcome['issue'].filter(isJsonObject) : [];
  return issues.map(({ severity }) => String(severity));
}

const parametersOf = (...parameter: unknown[]) => ({ resourceType: 'Parameters', parameter });
const nameless = { resourceType: 'Patient', gender: 'female' };
const named = { ...nameless, name: [{ family: 'Əliyeva' }] };

describe('$validate of a given resource', () => {
  it('finds nothing wrong with a valid one, and stores nothing', async () => {
    for (const body of [
      named,
      parametersOf({ name: 'resource', resource: named }),
      parametersOf({ name: 'resource', resource: named }, { name: 'mode', valueCode: 'create' }),
    ]) {
      const answer = await server.post('Patient/$validate', body);
      expect([answer.status, severities(answer.body)]).toEqual([200, ['information']]);
    }
    expect((await server.get('Patient')).body['total']).toBe(0);
  });

  it('tells all errors with their places', async () => {
    const answer = await server.post('Patient/$validate', {
      ...named,
      gender: 'x',
      birthDate: '2026-02-30',
      colour: 'red',
    });
    expect(answer.status).toBe(200);
    expect(severities(answer.body)).toEqual(['error', 'error', 'error']);
    expect(placesOf(answer.body).toSorted()).toEqual(['Patient.birthDate', 'Patient.colour', 'Patient.gender']);
  });

  it('holds it against a stored profile', async () => {
    const path = `Patient/$validate?profile=${encodeURIComponent(profileUrl)}`;
    expect(placesOf((await server.post(path, nameless)).body)).toEqual(['Patient']);
    expect(severities((await server.post(path, named)).body)).toEqual(['information']);
    const claimed = { ...nameless, meta: { profile: [profileUrl] } };
    expect(severities((await server.post('Patient/$validate', claimed)).body)).toEqual(['error']);
  });

  it('says when a profile is unknown: as an error where it was asked for, as a warning where it is claimed', async () => {
    const unknown = 'https://example.org/unknown';
    const asked = await server.post(`Patient/$validate?profile=${unknown}`, named);
    expect([severities(asked.body), placesOf(asked.body)]).toEqual([['error'], ['http.profile']]);
    const claimed = await server.post('Patient/$validate', { ...named, meta: { profile: [unknown] } });
    expect([severities(claimed.body), placesOf(claimed.body)]).toEqual([
      ['information', 'warning'],
      ['Patient.meta.profile[0]'],
    ]);
  });

  it('knows the profiles and types of R4', async () => {
    const core = 'http://hl7.org/fhir/StructureDefinition/';
    const vital = { resourceType: 'Observation', status: 'final', code: { text: 'x' } };
    expect(severities((await server.post(`Observation/$validate?profile=${core}Observation`, vital)).body)).toEqual([
      'information',
    ]);
    expect(severities((await server.post(`Observation/$validate?profile=${core}Patient`, vital)).body)).toEqual([
      'error',
    ]);
    expect(severities((await server.post(`Observation/$validate?profile=${core}vitalsigns`, vital)).body)).toContain(
      'error',
    );
  });

  it('tells another type than the address names, and another id', async () => {
    expect(placesOf((await server.post('Observation/$validate', named)).body)).toContain('resourceType');
    const update = parametersOf(
      { name: 'resource', resource: { ...named, id: 'b' } },
      { name: 'mode', valueCode: 'update' },
    );
    expect(placesOf((await server.post('Patient/a/$validate', update)).body)).toEqual(['Patient.id']);
    expect(severities((await server.post('Patient/b/$validate', update)).body)).toEqual(['information']);
  });
});

describe('$validate of a stored resource', () => {
  it('holds it against a profile, and leaves a record', async () => {
    const { id } = await server.create(nameless);
    const answer = await server.get(`Patient/${id}/$validate?mode=profile&profile=${encodeURIComponent(profileUrl)}`);
    expect([answer.status, placesOf(answer.body)]).toEqual([200, ['Patient']]);
    const records = await server.database
      .sql`select from audit.entry where action = 'R' and id = ${id} and patient = ${id}`;
    expect(records.length).toBe(1);
  });

  it('says whether it could be deleted', async () => {
    const { id } = await server.create(named);
    expect(severities((await server.get(`Patient/${id}/$validate?mode=delete`)).body)).toEqual(['information']);
    await server.delete(`Patient/${id}`);
    expect((await server.get(`Patient/${id}/$validate?mode=delete`)).status).toBe(410);
    expect((await server.get('Patient/none/$validate?mode=delete')).status).toBe(404);
  });
});

it('refuses a call that says nothing, an unknown mode, and a mode without a resource to act on', async () => {
  for (const [path, place] of [
    ['Patient/$validate', 'http.resource'],
    ['Patient/$validate?mode=create', 'http.resource'],
    ['Patient/$validate?mode=guess', 'http.mode'],
    ['Patient/$validate?mode=delete', 'http.mode'],
    ['Patient/$validate?mode=update', 'http.mode'],
    ['Patient/$validate?mode=profile', 'http.mode'],
  ]) {
    const answer = await server.get(String(path));
    expect([answer.status, placesOf(answer.body)]).toEqual([400, [place]]);
  }
});
