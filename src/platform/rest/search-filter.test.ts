import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '#platform/fhir';
import { type FhirServer, matchIds, placesOf, startFhirServer } from '../../../test/support/fhir-server.ts';

let server: FhirServer;

const loinc = 'http://loinc.org';
const to = (reference: string) => ({ reference });
const kg = (value: number) => ({ value, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' });

const resources: readonly JsonObject[] = [
  {
    resourceType: 'Patient',
    id: 'peter',
    name: [{ family: 'Əliyev', given: ['Peter', 'James'] }],
    birthDate: '2014-10-10',
    gender: 'male',
    generalPractitioner: [to('Practitioner/d1')],
  },
  {
    resourceType: 'Patient',
    id: 'petra',
    name: [{ family: 'Quliyeva', given: ['Petra'] }],
    birthDate: '1990-01-01',
    gender: 'female',
    address: [{ city: 'Gəncə (köhnə)' }],
    identifier: [{ system: 'urn:x', value: 'a\\b,c' }],
  },
  { resourceType: 'Patient', id: 'anon', birthDate: '1980' },
  { resourceType: 'Practitioner', id: 'd1', name: [{ family: 'Həkimov' }] },
  {
    resourceType: 'Observation',
    id: 'w1',
    status: 'final',
    code: { coding: [{ system: loinc, code: '29463-7' }] },
    subject: to('Patient/peter'),
    effectivePeriod: { start: '2024-01-01', end: '2024-03-31' },
    valueQuantity: kg(60),
  },
  {
    resourceType: 'Observation',
    id: 'w2',
    status: 'final',
    code: { coding: [{ system: loinc, code: '29463-7' }] },
    subject: to('Patient/petra'),
    effectiveDateTime: '2024-05-05',
    valueQuantity: kg(70),
    derivedFrom: [to('Observation/w1')],
  },
  { resourceType: 'Observation', id: 't', status: 'amended', code: { text: 'x' }, valueString: 'Sağlamdır' },
  { resourceType: 'Device', id: 'v1', deviceName: [{ name: 'Tonometr', type: 'other' }] },
  {
    resourceType: 'Group',
    id: 'g1',
    type: 'person',
    actual: true,
    characteristic: [
      { code: { coding: [{ code: 'eye' }] }, valueCodeableConcept: { coding: [{ code: 'blue' }] }, exclude: false },
      { code: { coding: [{ code: 'hair' }] }, valueCodeableConcept: { coding: [{ code: 'black' }] }, exclude: false },
    ],
  },
];

beforeAll(async () => {
  server = await startFhirServer();
  for (const resource of resources) {
    const answer = await server.put(`${String(resource['resourceType'])}/${String(resource['id'])}`, resource);
    if (answer.status !== 201) {
      throw new Error(answer.text);
    }
  }
});
afterAll(() => server.close());

const ask = (type: string, filter: string) =>
  server.get(`${type}?${new URLSearchParams({ _filter: filter }).toString()}`);

describe('a filter', () => {
  it.each([
    ['Patient', 'name co "pet"', 'peter petra'],
    ['Patient', 'name co "ETR"', 'petra'],
    ['Patient', 'given eq "peter" and birthdate ge 2014-10-10', 'peter'],
    ['Patient', 'given eq "pete"', ''],
    ['Patient', 'given sw pete', 'peter'],
    ['Patient', 'given ew mes', 'peter'],
    ['Patient', 'given ne peter', 'peter petra'],
    ['Patient', 'family gt "hesen"', 'petra'],
    ['Patient', 'family le eliyev', 'peter'],
    ['Patient', 'family eq əliyev', 'peter'],
    ['Patient', 'name pr false', 'anon'],
    ['Patient', 'name pr true', 'peter petra'],
    ['Patient', 'gender eq male', 'peter'],
    ['Patient', 'gender ne male', 'petra'],
    ['Patient', 'not (gender eq male)', 'anon petra'],
    ['Patient', 'birthdate lt 1985 or gender eq female', 'anon petra'],
    ['Patient', 'gender eq male or gender eq female and birthdate lt 2000', 'petra'],
    ['Patient', 'gender eq male or (gender eq female and birthdate lt 2000)', 'peter petra'],
    ['Patient', '(gender eq male) or (not (name pr true))', 'anon peter'],
    ['Patient', 'address-city eq "Gəncə (köhnə)"', 'petra'],
    ['Patient', 'identifier eq "urn:x|a\\\\b,c"', 'petra'],
    ['Patient', '_id eq anon', 'anon'],
    ['Patient', 'general-practitioner.name co kim', 'peter'],
    ['Patient', 'general-practitioner re Practitioner/d1', 'peter'],
    ['Patient', '_has:Observation:patient:value-quantity gt 65', 'petra'],
    ['Patient', '_has:Observation:patient:code eq loinc|29463-7 and gender eq male', 'peter'],
    ['Patient', 'birthdate eb 1985', 'anon'],
    ['Patient', 'birthdate co 1980-06-01', 'anon'],
    ['Patient', 'birthdate po 1980-06', 'anon'],
    ['Patient', 'birthdate po 1980-06 or birthdate sa 2000', 'anon peter'],
    ['Observation', 'code eq http://loinc.org|29463-7', 'w1 w2'],
    ['Observation', 'code eq loinc|29463-7 and value-quantity gt 65||kg', 'w2'],
    ['Observation', 'value-quantity eq 60000|ucum|g', 'w1'],
    ['Observation', 'value-quantity ap 68', 'w2'],
    ['Observation', 'subject.name co "pet"', 'w1 w2'],
    ['Observation', 'subject:Patient._id eq peter', 'w1'],
    ['Observation', 'patient[gender eq female].name co pet', 'w2'],
    ['Observation', 'patient[gender eq female or birthdate gt 2000].general-practitioner.name sw hek', 'w1'],
    ['Observation', 'derived-from re Observation/w1', 'w2'],
    ['Observation', 'derived-from pr true', 'w2'],
    ['Observation', 'code-value-quantity eq loinc|29463-7$gt65', 'w2'],
    ['Observation', 'date co 2024-02-02', 'w1'],
    ['Observation', 'date po 2024-03-15', 'w1'],
    ['Observation', 'date po 2024', 'w1 w2'],
    ['Observation', 'date ge 2024-05-01', 'w2'],
    ['Observation', 'value-string sw sag', 't'],
    ['Observation', 'value-string ew dır', 't'],
    ['Observation', '_content co saglam', 't'],
    ['Observation', '_lastUpdated gt 2020', 't w1 w2'],
    ['Observation', 'status in http://hl7.org/fhir/ValueSet/observation-status', 't w1 w2'],
    ['Observation', 'status ni http://hl7.org/fhir/ValueSet/observation-status', ''],
    ['Group', 'characteristic[code eq eye].value eq blue', 'g1'],
    ['Group', 'characteristic[code eq eye].value eq black', ''],
  ])('%s?_filter=%s finds %s', async (type, filter, ids) => {
    const answer = await ask(type, filter);
    expect(answer.status, answer.text).toBe(200);
    expect(matchIds(answer.body).sort().join(' ')).toBe(ids);
  });

  it('stands beside other parameters, in chains and over several types', async () => {
    const at = async (path: string) => matchIds((await server.get(path)).body).sort();
    expect(await at('Patient?gender=male&_filter=name%20pr%20true')).toEqual(['peter']);
    expect(await at('?_type=Patient,Practitioner&_filter=name%20co%20"imo"')).toEqual(['d1']);
    expect(await at('Patient/peter/Observation?_filter=value-quantity%20lt%2065')).toEqual(['w1']);
  });

  it.each([
    ['Patient', ''.padEnd(1, ' ')],
    ['Patient', 'name'],
    ['Patient', 'name co'],
    ['Patient', 'name is x'],
    ['Patient', 'shoe eq 44'],
    ['Patient', 'name co "x'],
    ['Patient', '(name co x'],
    ['Patient', 'name co x)'],
    ['Patient', 'name co x and'],
    ['Patient', 'not name co x'],
    ['Patient', 'name pr maybe'],
    ['Patient', 'gender co m'],
    ['Patient', 'gender gt m'],
    ['Patient', 'birthdate sw 1980'],
    ['Patient', 'birthdate eq soon'],
    ['Patient', 'general-practitioner eq x'],
    ['Patient', 'general-practitioner.shoe eq x'],
    ['Patient', 'general-practitioner[name co x] re y'],
    ['Patient', 'name.family eq x'],
    ['Patient', 'name:Pupil.x eq y'],
    ['Patient', '_has:Pupil:x:y eq z'],
    ['Patient', 'code eq "a" "b"'],
    ['Observation', 'code ss tree'],
    ['Observation', 'code in urn:unknown'],
    ['Location', 'near eq 40'],
    ['Group', 'characteristic eq blue'],
    ['Group', 'characteristic[code ne eye].value eq blue'],
    ['Patient', '('.repeat(50)],
    ['Patient', Array.from({ length: 300 }, () => 'name co x').join(' or ')],
  ])('%s?_filter=%s is refused', async (type, filter) => {
    const answer = await ask(type, filter);
    expect([filter, answer.status]).toEqual([filter, 400]);
    expect(placesOf(answer.body)[0]).toMatch(/^http\./);
  });
});
