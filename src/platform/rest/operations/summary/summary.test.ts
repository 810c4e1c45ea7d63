import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject, validateResource } from '#platform/fhir';
import { generateWorld } from '#world';
import { entriesOf, type FhirServer, placesOf, startFhirServer } from '../../../../../test/support/fhir-server.ts';

let server: FhirServer;
let patient: string;

const category = (code: string) => [
  { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code }] },
];
const clinical = (system: string, code: string) => ({
  clinicalStatus: { coding: [{ system: `http://terminology.hl7.org/CodeSystem/${system}`, code }] },
});

beforeAll(async () => {
  server = await startFhirServer();
  const clinic = await server.create({ resourceType: 'Organization', name: 'Klinika' });
  const doctor = await server.create({ resourceType: 'Practitioner', name: [{ family: 'Həkim' }] });
  const medicine = await server.create({ resourceType: 'Medication', code: { text: 'Metformin 850 mq' } });
  const { id } = await server.create({
    resourceType: 'Patient',
    identifier: [{ system: 'urn:test', value: 'one' }],
    name: [{ family: 'Əliyeva', given: ['Şəhla'] }],
    gender: 'female',
    birthDate: '1950-01-02',
    managingOrganization: { reference: `Organization/${clinic.id}` },
  });
  patient = `Patient/${id}`;
  const subject = { reference: patient };
  for (const resource of [
    {
      resourceType: 'AllergyIntolerance',
      ...clinical('allergyintolerance-clinical', 'active'),
      criticality: 'high',
      code: { text: 'Penisillin' },
      patient: subject,
      reaction: [{ manifestation: [{ text: 'Övrə' }] }],
      recorder: { reference: `Practitioner/${doctor.id}` },
    },
    {
      resourceType: 'Condition',
      ...clinical('condition-clinical', 'active'),
      code: { text: 'Diabet <2> & "qan"' },
      subject,
      onsetDateTime: '2010-05',
    },
    { resourceType: 'Condition', ...clinical('condition-clinical', 'resolved'), code: { text: 'Pnevmoniya' }, subject },
    {
      resourceType: 'MedicationRequest',
      status: 'active',
      intent: 'order',
      medicationReference: { reference: `Medication/${medicine.id}` },
      subject,
      dosageInstruction: [{ text: 'gündə 2 dəfə' }],
    },
    {
      resourceType: 'Immunization',
      status: 'completed',
      vaccineCode: { text: 'Qrip' },
      patient: subject,
      occurrenceDateTime: '2023-10-01',
      protocolApplied: [{ doseNumberPositiveInt: 2 }],
    },
    {
      resourceType: 'Observation',
      status: 'final',
      category: category('laboratory'),
      code: { text: 'HbA1c' },
      subject,
      effectiveDateTime: '2024-01-01',
      valueQuantity: { value: 8.1, unit: '%' },
    },
    {
      resourceType: 'Observation',
      status: 'final',
      category: category('vital-signs'),
      code: { text: 'Təzyiq' },
      subject,
      effectiveDateTime: '2024-01-01',
      component: [{ code: { text: 'sistolik' }, valueQuantity: { value: 130, unit: 'mmHg' } }],
    },
  ]) {
    await server.create(resource);
  }
});
afterAll(() => server.close());

const summary = (address: string, language = 'en') =>
  server.get(`${address}/$summary`, { 'Accept-Language': language });

function compositionOf(bundle: JsonObject): JsonObject {
  const [first] = entriesOf(bundle);
  return isJsonObject(first?.['resource']) ? first['resource'] : {};
}

function sectionsOf(bundle: JsonObject): JsonObject[] {
  const sections = compositionOf(bundle)['section'];
  return Array.isArray(sections) ? sections.filter(isJsonObject) : [];
}

function textsOf(bundle: JsonObject): string {
  return sectionsOf(bundle)
    .map(({ title, text }) => `${String(title)}: ${isJsonObject(text) ? String(text['div']) : ''}`)
    .join('\n');
}

/** Everything that the document says of itself must be in it. */
function unresolved(bundle: JsonObject): string[] {
  const urls = new Set(entriesOf(bundle).map(({ fullUrl }) => fullUrl));
  const { subject, author, custodian, section } = compositionOf(bundle);
  const references = JSON.stringify([subject, author, custodian, section]).matchAll(/"reference":"([^"]*)"/g);
  return [...references].map(([, address = '']) => address).filter((address) => !urls.has(address));
}

describe('Patient/$summary', () => {
  it('is a valid document that holds all it tells', async () => {
    const { status, body, text } = await summary(patient);
    expect(text).toContain('document');
    expect([status, validateResource(body, { strict: true }), unresolved(body)]).toEqual([200, [], []]);
    const types = entriesOf(body).map(({ resource }) => isJsonObject(resource) && resource['resourceType']);
    expect(types.slice(0, 2)).toEqual(['Composition', 'Patient']);
    expect(types).toEqual(expect.arrayContaining(['Organization', 'Practitioner', 'Medication', 'Device']));
    expect(sectionsOf(body).map(({ title }) => title)).toEqual([
      'Allergies and intolerances',
      'Problems',
      'Medication',
      'Immunizations',
      'Results',
      'Vital signs',
      'Past illnesses',
    ]);
    expect(compositionOf(body)).toMatchObject({
      type: { coding: [{ code: '60591-5' }] },
      status: 'final',
      language: 'en',
    });
  });

  it('tells what matters in words, safely', async () => {
    const { body } = await summary(patient);
    const told = textsOf(body);
    for (const words of [
      'Penisillin',
      'Övrə, high risk',
      'Metformin 850 mq',
      'gündə 2 dəfə',
      'dose 2',
      '8.1 %',
      'sistolik: 130 mmHg',
      'May 2010',
    ]) {
      expect(told).toContain(words);
    }
    expect(told).toContain('Diabet &lt;2&gt; &amp; &quot;qan&quot;');
  });

  it.each([
    ['az', 'Dərman vasitələri', '8,1 %', 'yüksək təhlükə'],
    ['ru-RU,ru;q=0.9', 'Лекарственные средства', '8,1 %', 'высокая опасность'],
    ['en', 'Medication', '8.1 %', 'high risk'],
    ['fr', 'Dərman vasitələri', '8,1 %', 'yüksək təhlükə'],
  ])('speaks the language of the reader: %s', async (wanted, title, value, risk) => {
    const answer = await summary(patient, wanted);
    expect(answer.headers.get('content-language')).toBe(wanted === 'fr' ? 'az' : wanted.slice(0, 2));
    const told = textsOf(answer.body);
    for (const words of [title, value, risk]) expect(told).toContain(words);
    expect(validateResource(answer.body)).toEqual([]);
  });

  it('says that nothing is known where nothing is, rather than that there is nothing', async () => {
    const { id } = await server.create({ resourceType: 'Patient' });
    const { body } = await summary(`Patient/${id}`);
    expect([validateResource(body, { strict: true }), unresolved(body)]).toEqual([[], []]);
    expect(sectionsOf(body).length).toBe(3);
    for (const section of sectionsOf(body))
      expect(section).toMatchObject({ emptyReason: { coding: [{ code: 'unavailable' }] } });
    expect(textsOf(body)).toContain('There is no information about this.');
  });

  it('is found by an identifier as well', async () => {
    const { status, body } = await server.get('Patient/$summary?identifier=urn:test|one');
    expect([status, unresolved(body)]).toEqual([200, []]);
    expect(body['entry']).toHaveLength(Number(entriesOf((await summary(patient)).body).length));
    expect((await server.get('Patient/$summary?identifier=urn:test|none')).status).toBe(404);
    await server.create({ resourceType: 'Patient', identifier: [{ system: 'urn:test', value: 'two' }] });
    await server.create({ resourceType: 'Patient', identifier: [{ system: 'urn:test', value: 'two' }] });
    expect((await server.get('Patient/$summary?identifier=urn:test|two')).status).toBe(412);
  });

  it('leaves a record', async () => {
    await summary(patient);
    const [row] = await server.database.sql<{ patient: string; matches: number }[]>`
      select patient, matches from audit.entry where action = '$summary' order by seq desc limit 1`;
    expect(row).toMatchObject({ patient: patient.slice('Patient/'.length), matches: 11 });
  });

  it('is refused for another profile, for nobody, and without a name', async () => {
    expect(placesOf((await server.get(`${patient}/$summary?profile=urn:other`)).body)).toEqual(['http.profile']);
    expect(placesOf((await server.get(`${patient}/$summary?identifier=urn:test|one`)).body)).toEqual([
      'http.identifier',
    ]);
    expect(placesOf((await server.get('Patient/$summary')).body)).toEqual(['http.identifier']);
    expect((await server.get('Patient/none/$summary')).status).toBe(404);
  });
});

it('every invented person has a valid summary', async () => {
  const world = await startFhirServer();
  const entry = [...generateWorld({ people: 6, today: '2026-11-23' })].map((resource) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  }));
  for (let at = 0; at < entry.length; at += 500) {
    const bundle = { resourceType: 'Bundle', type: 'transaction', entry: entry.slice(at, at + 500) };
    expect((await world.post('', bundle)).status).toBe(200);
  }
  const patients = entry.filter(({ resource }) => resource.resourceType === 'Patient');
  for (const { resource } of patients) {
    const { status, body } = await world.get(`Patient/${resource.id}/$summary`);
    expect([status, body['type'], validateResource(body), unresolved(body)]).toEqual([200, 'document', [], []]);
  }
  await world.close();
}, 120_000);
