import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '#platform/fhir';
import {
  entriesOf,
  type FhirServer,
  linkOf,
  matchIds,
  placesOf,
  startFhirServer,
} from '../../../test/support/fhir-server.ts';

let server: FhirServer;

const loinc = 'http://loinc.org';
const ucum = 'http://unitsofmeasure.org';
const mrn = 'urn:test:mrn';

const people: readonly JsonObject[] = [
  {
    id: 'sehla',
    name: [
      { family: 'Əliyeva', given: ['Şəhla'] },
      { use: 'maiden', family: 'Məmmədova' },
    ],
    identifier: [
      { system: mrn, value: 'A|1', type: { coding: [{ system: 'urn:t', code: 'MR' }], text: 'Kart nömrəsi' } },
    ],
    gender: 'female',
    birthDate: '1985-04-12',
    active: true,
    address: [{ city: 'Gəncə', line: ['Nizami küçəsi 5'] }],
    telecom: [
      { system: 'phone', use: 'home', value: '+994501112233' },
      { system: 'email', value: 'a@b.az' },
    ],
    generalPractitioner: [{ reference: 'Practitioner/doc', identifier: { system: 'urn:staff', value: '17' } }],
    meta: { tag: [{ system: 'urn:tag', code: 'vip' }], profile: ['http://vsis.az/p|1.0'], source: 'urn:src:one' },
  },
  {
    id: 'kamil',
    name: [{ family: 'Xəlilov', given: ['Kamil', 'Rauf'] }],
    identifier: [{ system: mrn, value: '2' }, { value: 'free' }],
    gender: 'male',
    birthDate: '1990',
    deceasedDateTime: '2020-05-05',
    address: [{ city: 'Bakı' }],
    link: [{ other: { reference: 'Patient/sehla' }, type: 'seealso' }],
  },
  {
    id: 'iman',
    name: [{ family: 'İsmayılov', given: ['Iman'] }],
    identifier: [{ system: 'urn:other', value: '2' }],
    gender: 'male',
    birthDate: '1990-06',
    deceasedBoolean: false,
  },
  { id: 'anon', identifier: [{ system: mrn, value: 'x,y$z\\w' }] },
];

const observation = (id: string, more: JsonObject): JsonObject => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { coding: [{ system: loinc, code: '29463-7', display: 'Bədən çəkisi' }], text: 'Çəki' },
  ...more,
});

const kilograms = (value: number, more: JsonObject = {}) => ({ value, unit: 'kg', system: ucum, code: 'kg', ...more });

const observations: readonly JsonObject[] = [
  observation('w1', {
    subject: { reference: 'Patient/sehla' },
    effectiveDateTime: '2024-05-10',
    valueQuantity: kilograms(64.5),
  }),
  observation('w2', {
    subject: { reference: 'Patient/sehla' },
    effectiveDateTime: '2024-06-01T10:00:00+04:00',
    valueQuantity: kilograms(66),
    encounter: { reference: 'Encounter/e1' },
  }),
  observation('w3', {
    subject: { reference: 'Patient/kamil' },
    effectivePeriod: { start: '2024-05-01', end: '2024-05-31' },
    valueQuantity: kilograms(80, { comparator: '>' }),
  }),
  observation('w4', {
    subject: { reference: 'Patient/kamil' },
    effectivePeriod: { start: '2023-12-31' },
    valueQuantity: { value: 5.4, unit: 'lb' },
    status: 'amended',
  }),
  observation('bp', {
    subject: { reference: 'Patient/iman' },
    code: { coding: [{ system: loinc, code: '85354-9' }] },
    effectiveDateTime: '2025',
    component: [
      { code: { coding: [{ system: loinc, code: '8480-6' }] }, valueQuantity: { value: 120, unit: 'mmHg' } },
      { code: { coding: [{ system: loinc, code: '8462-4' }] }, valueQuantity: { value: 80, unit: 'mmHg' } },
    ],
  }),
  observation('text', {
    code: { text: 'Sərbəst' },
    valueString: 'Şikayət yoxdur',
    performer: [{ reference: 'Patient/sehla' }],
    subject: { reference: 'Device/d1' },
  }),
  observation('coded', {
    code: { coding: [{ code: 'own' }] },
    valueCodeableConcept: { coding: [{ system: 'urn:v', code: 'pos' }], text: 'müsbət' },
  }),
];

const others: readonly JsonObject[] = [
  { resourceType: 'Practitioner', id: 'doc', name: [{ family: 'Həkimov' }] },
  { resourceType: 'Organization', id: 'org', name: 'Mərkəzi Xəstəxana', partOf: { reference: 'Organization/parent' } },
  { resourceType: 'Organization', id: 'parent', name: 'Nazirlik' },
  {
    resourceType: 'Encounter',
    id: 'e1',
    status: 'finished',
    class: { system: 'urn:c', code: 'AMB' },
    subject: { reference: 'Patient/sehla' },
    serviceProvider: { reference: 'Organization/org' },
    length: { value: 30, unit: 'min' },
  },
  {
    resourceType: 'Condition',
    id: 'c1',
    subject: { reference: 'Patient/sehla' },
    onsetAge: { value: 30, unit: 'a', system: ucum, code: 'a' },
  },
  {
    resourceType: 'ValueSet',
    id: 'v1',
    status: 'active',
    url: 'http://vsis.az/fhir/ValueSet/a/b',
    version: '2',
    compose: { include: [{ system: 'urn:x' }] },
  },
  {
    resourceType: 'ValueSet',
    id: 'v2',
    status: 'draft',
    url: 'http://vsis.az/fhir/ValueSet/a',
    compose: { include: [{ system: 'urn:x' }] },
  },
  {
    resourceType: 'RiskAssessment',
    id: 'r1',
    status: 'final',
    subject: { reference: 'Patient/sehla' },
    prediction: [{ probabilityDecimal: 0.25 }],
  },
  {
    resourceType: 'RiskAssessment',
    id: 'r2',
    status: 'final',
    subject: { reference: 'Patient/sehla' },
    prediction: [{ probabilityDecimal: 1e-3 }],
  },
  {
    resourceType: 'Account',
    id: 'acc',
    status: 'active',
    subject: [{ reference: 'Patient/kamil' }, { reference: 'Patient/sehla' }],
  },
];

beforeAll(async () => {
  server = await startFhirServer();
  const all = [...people.map((each) => ({ resourceType: 'Patient', ...each })), ...others, ...observations];
  for (const resource of all) {
    const { resourceType, id } = resource as { resourceType: string; id: string };
    const answer = await server.put(`${resourceType}/${id}`, resource);
    if (answer.status !== 201) {
      throw new Error(answer.text);
    }
  }
});
afterAll(() => server.close());

/** `a=b&c=d` with each value encoded. */
function encode(query: string): string {
  return query
    .split('&')
    .map((pair) => pair.split(/=(.*)/s))
    .map(([name = '', value = '']) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
}

async function found(search: string, prefer = ''): Promise<string[]> {
  const [type = '', query = ''] = search.split(/\?(.*)/s);
  const answer = await server.get(`${type}?${encode(query)}`, prefer === '' ? {} : { Prefer: prefer });
  expect(answer.status, answer.text).toBe(200);
  return matchIds(answer.body).sort();
}

describe.each<[string, readonly (readonly [string, string])[]]>([
  [
    'tokens',
    [
      [`Patient?identifier=${mrn}|2`, 'kamil'],
      ['Patient?identifier=2', 'iman kamil'],
      ['Patient?identifier=|free', 'kamil'],
      ['Patient?identifier=|2', ''],
      [`Patient?identifier=${mrn}|`, 'anon kamil sehla'],
      ['Patient?identifier=urn:other|,free', 'iman kamil'],
      ['Patient?gender=male,female', 'iman kamil sehla'],
      ['Patient?gender=urn:any|male', 'iman kamil'],
      ['Patient?active=true', 'sehla'],
      ['Patient?deceased=true', 'kamil'],
      ['Patient?deceased=false', 'anon iman sehla'],
      ['Patient?phone=+994501112233', 'sehla'],
      ['Patient?email=a@b.az', 'sehla'],
      ['Patient?phone=a@b.az', ''],
      ['Patient?_tag=urn:tag|vip', 'sehla'],
      ['Patient?_id=sehla,kamil,nobody', 'kamil sehla'],
      [`Observation?code=${loinc}|29463-7&status=amended`, 'w4'],
      ['Observation?combo-code=8480-6', 'bp'],
      ['Observation?combo-code=85354-9', 'bp'],
      ['Observation?code=8480-6', ''],
      ['Observation?value-concept=urn:v|pos', 'coded'],
      ['Encounter?class=urn:c|AMB', 'e1'],
    ],
  ],
  [
    'token modifiers',
    [
      ['Patient?gender:not=male', 'anon sehla'],
      ['Patient?gender:not=male,female', 'anon'],
      ['Patient?_id:not=sehla,anon', 'iman kamil'],
      ['Patient?gender:missing=true', 'anon'],
      ['Patient?gender:missing=false', 'iman kamil sehla'],
      ['Patient?_id:missing=true', ''],
      ['Patient?_id:missing=false', 'anon iman kamil sehla'],
      ['Observation?combo-code:missing=false', 'bp coded text w1 w2 w3 w4'],
      ['Observation?combo-value-concept:missing=true', 'bp text w1 w2 w3 w4'],
      ['Observation?code:text=bədən', 'w1 w2 w3 w4'],
      ['Observation?code:text=ceki', 'w1 w2 w3 w4'],
      ['Observation?code:text=çəkisi', ''],
      ['Observation?combo-code:text=sərb', 'text'],
      ['Patient?identifier:text=kart', 'sehla'],
      [`Patient?identifier:of-type=urn:t|MR|A\\|1`, 'sehla'],
      ['Patient?identifier:of-type=urn:t|MR|2', ''],
    ],
  ],
  [
    'escapes',
    [
      [`Patient?identifier=${mrn}|A\\|1`, 'sehla'],
      ['Patient?identifier=A\\|1', 'sehla'],
      ['Patient?identifier=A|1', ''],
      [`Patient?identifier=${mrn}|x\\,y\\$z\\\\w`, 'anon'],
      ['Patient?identifier=?', ''],
      ['Patient?identifier=\\?', ''],
    ],
  ],
  [
    'strings',
    [
      ['Patient?name=sehla', 'sehla'],
      ['Patient?name=Şəhla Əliyeva', 'sehla'],
      ['Patient?name=eliyeva seh', 'sehla'],
      ['Patient?name=hla', ''],
      ['Patient?family=memmed', 'sehla'],
      ['Patient?family=Xel,Isma', 'iman kamil'],
      ['Patient?given=rauf', 'kamil'],
      ['Patient?given:exact=Kamil', 'kamil'],
      ['Patient?given:exact=kamil', ''],
      ['Patient?family:exact=Əliyeva', 'sehla'],
      ['Patient?family:contains=LIY', 'sehla'],
      ['Patient?name:contains=mayil', 'iman'],
      ['Patient?family:missing=true', 'anon'],
      ['Patient?address=nizami', 'sehla'],
      ['Patient?address-city=gen', 'sehla'],
      ['Observation?value-string=sikayet yox', 'text'],
      ['Observation?value-string=yoxdur', ''],
      ['Organization?name=mərkəzi', 'org'],
    ],
  ],
  [
    'names as people type them',
    [
      ['Patient?name=Шахла', ''],
      ['Patient?phonetic=Шахла Алиева', 'sehla'],
      ['Patient?phonetic=Shahla', 'sehla'],
      ['Patient?phonetic=Khalilov', 'kamil'],
      ['Patient?phonetic=Халилов', 'kamil'],
      ['Patient?name=ŞƏHLA', 'sehla'],
      ['Patient?name=İMAN', 'iman'],
      ['Patient?name=ıman', 'iman'],
      ['Patient?name=Ismayilov', 'iman'],
      ['Patient?name=Исмайылов', 'iman'],
    ],
  ],
  [
    'references',
    [
      ['Observation?subject=Patient/sehla', 'w1 w2'],
      ['Observation?subject=sehla', 'w1 w2'],
      ['Observation?patient=sehla', 'w1 w2'],
      ['Observation?patient=Patient/sehla,Patient/iman', 'bp w1 w2'],
      ['Observation?subject:Patient=kamil', 'w3 w4'],
      ['Observation?subject:Device=d1', 'text'],
      ['Observation?subject=Device/d1', 'text'],
      ['Observation?subject=Patient/sehla,Device/d1', 'text w1 w2'],
      ['Observation?performer=Patient/sehla', 'text'],
      ['Observation?subject:missing=true', 'coded'],
      ['Patient?general-practitioner:identifier=urn:staff|17', 'sehla'],
      ['Patient?general-practitioner:identifier=18', ''],
      ['Account?patient=sehla', 'acc'],
      ['Account?subject=Patient/kamil', 'acc'],
      ['Observation?subject=Patient/sehla/_history/1', 'w1 w2'],
      ['Patient?link=sehla', 'kamil'],
    ],
  ],
  [
    'dates',
    [
      ['Observation?date=2024-05-10', 'w1'],
      ['Observation?date=2024-05', 'w1 w3'],
      ['Observation?date=2024', 'w1 w2 w3'],
      ['Observation?date=ne2024-05', 'bp w2 w4'],
      ['Observation?date=gt2024-05', 'bp w2 w4'],
      ['Observation?date=ge2024-06', 'bp w2 w4'],
      ['Observation?date=lt2024-05-01', 'w4'],
      ['Observation?date=le2024-05-10', 'w1 w3 w4'],
      ['Observation?date=sa2024-05', 'bp w2'],
      ['Observation?date=eb2024-06', 'w1 w3'],
      ['Observation?date=ge2024-05-01&date=lt2024-06', 'w1 w3 w4'],
      ['Observation?date=2024-06-01T06:00:00Z', 'w2'],
      ['Observation?date=2024-06-01T10:00+04:00', 'w2'],
      ['Observation?date=2024-05-10,2025', 'bp w1'],
      ['Observation?date:missing=true', 'coded text'],
      ['Patient?birthdate=1990', 'iman kamil'],
      ['Patient?birthdate=1990-06', 'iman'],
      ['Patient?birthdate=lt1990', 'sehla'],
      ['Patient?birthdate=0001', ''],
      ['Patient?birthdate=gt0000', 'iman kamil sehla'],
      ['Patient?birthdate=lt9999-12-31T23:59:59-12:00', 'iman kamil sehla'],
      ['Patient?death-date=2020', 'kamil'],
      ['Patient?_lastUpdated=gt2020', 'anon iman kamil sehla'],
      ['Patient?_lastUpdated=lt2020', ''],
      ['Patient?_lastUpdated:missing=true', ''],
      ['Observation?date=ap0500', ''],
    ],
  ],
  [
    'quantities and numbers',
    [
      ['Observation?value-quantity=66', 'w2'],
      ['Observation?value-quantity=64.5|http://unitsofmeasure.org|kg', 'w1'],
      ['Observation?value-quantity=64.5||kg', 'w1'],
      ['Observation?value-quantity=64.5||g', ''],
      ['Observation?value-quantity=5.4||lb', 'w4'],
      ['Observation?value-quantity=5', 'w4'],
      ['Observation?value-quantity=64', ''],
      ['Observation?value-quantity=65', 'w1'],
      ['Observation?value-quantity=gt64.5', 'w2 w3'],
      ['Observation?value-quantity=ge64.5', 'w1 w2 w3'],
      ['Observation?value-quantity=lt64.5', 'w4'],
      ['Observation?value-quantity=le64.5||kg', 'w1'],
      ['Observation?value-quantity=ne66', 'w1 w3 w4'],
      ['Observation?value-quantity=ap70', 'w1 w2'],
      ['Observation?value-quantity=sa60', 'w1 w2 w3'],
      ['Observation?value-quantity=eb60', 'w4'],
      ['Observation?combo-value-quantity=120', 'bp'],
      ['Observation?component-value-quantity=gt100', 'bp'],
      ['Observation?value-quantity=120', ''],
      ['Condition?onset-age=30||a', 'c1'],
      ['Encounter?length=30||min', 'e1'],
      ['RiskAssessment?probability=0.25', 'r1'],
      ['RiskAssessment?probability=gt0.1', 'r1'],
      ['RiskAssessment?probability=1e-3', 'r2'],
      ['RiskAssessment?probability=0.3', 'r1'],
    ],
  ],
  [
    'composites',
    [
      [`Observation?code-value-quantity=${loinc}|29463-7$gt65`, 'w2 w3'],
      ['Observation?code-value-quantity=29463-7$5.4||lb', 'w4'],
      ['Observation?component-code-value-quantity=8480-6$120', 'bp'],
      ['Observation?component-code-value-quantity=8480-6$80', ''],
      ['Observation?combo-code-value-quantity=8462-4$80,29463-7$66', 'bp w2'],
      ['Observation?code-value-concept=own$urn:v|pos', 'coded'],
      ['Observation?code-value-concept=own$neg', ''],
      ['Observation?code-value-string=29463-7$x', ''],
    ],
  ],
  [
    'uris',
    [
      ['ValueSet?url=http://vsis.az/fhir/ValueSet/a/b', 'v1'],
      ['ValueSet?url:below=http://vsis.az/fhir/ValueSet/a', 'v1 v2'],
      ['ValueSet?url:above=http://vsis.az/fhir/ValueSet/a/b/c', 'v1 v2'],
      ['ValueSet?url:above=http://vsis.az/fhir', ''],
      ['ValueSet?reference=urn:x', 'v1 v2'],
      ['Patient?_profile=http://vsis.az/p|1.0', 'sehla'],
      ['Patient?_profile=http://vsis.az/p', 'sehla'],
      ['Patient?_profile:below=http://vsis.az/', 'sehla'],
      ['Patient?_source=urn:src:one', 'sehla'],
    ],
  ],
  [
    'chains',
    [
      ['Observation?subject:Patient.name=sehla', 'w1 w2'],
      ['Observation?patient.gender=male', 'bp w3 w4'],
      ['Observation?subject.birthdate=lt1990', 'w1 w2'],
      ['Observation?patient.identifier=urn:other|2', 'bp'],
      ['Observation?encounter.service-provider.name=merkezi', 'w2'],
      ['Observation?patient.general-practitioner.name=hek', 'w1 w2'],
      ['Patient?general-practitioner:Practitioner.name=hek', 'sehla'],
      ['Patient?link:Patient.name=sehla', 'kamil'],
      ['Account?patient.name=sehla', 'acc'],
      ['Observation?performer:Patient.name=sehla', 'text'],
      ['Patient?_has:Observation:patient:code=29463-7', 'kamil sehla'],
      ['Patient?_has:Observation:patient:value-quantity=gt70', 'kamil'],
      ['Patient?_has:Observation:performer:status=final', 'sehla'],
      ['Patient?_has:Observation:subject:code:text=sərbəst', ''],
      ['Patient?_has:Account:patient:status=active', 'kamil sehla'],
      ['Practitioner?_has:Patient:general-practitioner:_has:Observation:patient:date=2024-05-10', 'doc'],
      ['Organization?_has:Encounter:service-provider:patient.name=sehla', 'org'],
      ['Observation?patient._has:Condition:patient:onset-age=30', 'w1 w2'],
      ['Organization?_has:Organization:partof:name=merk', 'parent'],
    ],
  ],
  [
    'several conditions',
    [
      ['Observation?patient=sehla&date=ge2024-06', 'w2'],
      ['Observation?patient=sehla&patient=kamil', ''],
      ['Patient?name=sehla&name=eliyeva&gender=female', 'sehla'],
      ['Patient?name=&gender=female', 'sehla'],
    ],
  ],
])('%s', (_group, cases) => {
  it.each(cases.map(([search, ids]) => [search, ids] as const))('%s finds %s', async (search, ids) => {
    expect(await found(search)).toEqual(ids === '' ? [] : ids.split(' '));
  });
});

describe('a resource stored with a patient it does not refer to as subject', () => {
  it('is not reached through the patient', async () => {
    expect(await found('Observation?subject:Patient.name=sehla')).not.toContain('text');
    expect(await found('Patient?_has:Observation:subject:code:text=sərbəst')).toEqual([]);
  });
});

describe('what cannot be searched is refused', () => {
  it.each([
    'Patient?nam=x',
    'Patient?name:fuzzy=x',
    'Patient?name:exact:contains=x',
    'Patient?gender:contains=m',
    'Patient?gender:missing=maybe',
    'Patient?gender:of-type=a|b|c',
    'Patient?identifier:of-type=a|b',
    'Patient?identifier=a|b|c',
    'Patient?identifier=|',
    'Patient?birthdate=soon',
    'Patient?birthdate=2024-13',
    'Patient?birthdate=2023-02-29',
    'Patient?birthdate=xx2024',
    'Patient?birthdate:exact=2024',
    'Patient?_lastUpdated=never',
    'Patient?name=---',
    'Patient?family:contains=%',
    'Patient?_id:text=x',
    'Patient?_count=-1',
    'Patient?_count=ten',
    'Patient?_count:exact=1',
    'Patient?_sort=shoe',
    'Patient?_sort=,',
    'Patient?_summary=maybe',
    'Patient?_total=guess',
    'Patient?_include=Patient:name',
    'Patient?_include=Patient',
    'Patient?_include=**',
    'Patient?_include=Patient:link:Patient:x',
    'Patient?_include=Pupil:link',
    'Patient?_include:again=Patient:link',
    'Patient?_revinclude=Pupil:*',
    'Patient?_cursor=abc',
    'Patient?_has:Observation:code=x',
    'Patient?_has:Pupil:patient:code=x',
    'Patient?_has:Encounter:service-provider:status=x',
    'Observation?value-quantity=heavy',
    'Observation?value-quantity=1|a|b|c',
    'Observation?value-quantity=1|a|',
    'Observation?value-quantity=1e999',
    'Observation?value-quantity=1e-9999999',
    'Observation?code-value-quantity=x',
    'Observation?code-value-quantity=x$1$2',
    'Observation?code-value-string=x$--',
    'Observation?code:text=--',
    'Observation?code.x=1',
    'Observation?subject:Pupil.name=x',
    'Observation?subject:Patient=Device/d1',
    'Observation?subject.shoe=1',
    'Observation?focus.focus.focus.focus.status=1',
    'Observation?focus.focus.status=1',
    'Location?near=40',
  ])('%s', async (search) => {
    const [type, query = ''] = search.split(/\?(.*)/s);
    const answer = await server.get(`${type}?${encode(query)}`);
    expect([search, answer.status]).toEqual([search, 400]);
    expect(answer.body['resourceType']).toBe('OperationOutcome');
    expect(placesOf(answer.body)[0]).toMatch(/^http\./);
  });

  it('in too great a number', async () => {
    const many = (count: number, text: string) => Array.from({ length: count }, () => text).join(',');
    expect((await server.get(`Patient?${Array.from({ length: 51 }, () => 'name=a').join('&')}`)).status).toBe(400);
    expect((await server.get(`Patient?birthdate=${many(51, '2000')}`)).status).toBe(400);
    expect((await server.get(`Patient?identifier=${many(1001, 'x')}`)).status).toBe(400);
    expect((await server.get(`Patient?identifier=${many(1000, 'x')}`)).status).toBe(200);
    expect((await server.get(`Patient?_sort=${many(6, 'name')}`)).status).toBe(400);
  });
});

describe('handling=lenient', () => {
  it('leaves unknown parameters out, says so, and keeps them out of the self link', async () => {
    const answer = await server.get('Patient?nam=x&gender=female&shoe=44', { Prefer: 'handling=lenient' });
    expect(answer.status).toBe(200);
    expect(matchIds(answer.body)).toEqual(['sehla']);
    const outcome = entriesOf(answer.body).find(({ search }) => (search as JsonObject)['mode'] === 'outcome');
    expect(JSON.stringify(outcome)).toContain('nam, shoe');
    expect(linkOf(answer.body, 'self')).toBe(`${server.baseUrl}/Patient?gender=female`);
  });

  it.each(['birthdate=soon', 'name:fuzzy=x', '_count=ten'])('does not excuse %s', async (query) => {
    expect((await server.get(`Patient?${query}`, { Prefer: 'handling=lenient' })).status).toBe(400);
  });
});

describe('POST _search', () => {
  it('takes parameters in the body and in the address', async () => {
    const body = new URLSearchParams([
      ['name', 'Şəhla'],
      ['_elements', 'name'],
    ]);
    const answer = await server.post('Patient/_search?gender=female', body);
    expect([answer.status, matchIds(answer.body)]).toEqual([200, ['sehla']]);
    expect(linkOf(answer.body, 'self')).toContain('gender=female&name=');
    expect(
      (await server.post('Patient/_search', '', { 'Content-Type': 'application/x-www-form-urlencoded' })).status,
    ).toBe(200);
    expect((await server.send('POST', 'Patient/_search')).status).toBe(200);
    expect((await server.post('Patient/_search', { name: 'x' })).status).toBe(415);
  });
});

describe('total, summary and elements', () => {
  it('tells the total unless it is not wanted', async () => {
    expect((await server.get('Observation?_count=2')).body['total']).toBe(7);
    expect((await server.get('Observation?_count=2&_total=accurate')).body['total']).toBe(7);
    expect((await server.get('Observation?_count=2&_total=none')).body['total']).toBeUndefined();
  });

  it.each(['_summary=count', '_count=0'])('%s gives the number alone', async (control) => {
    const { body } = await server.get(`Observation?status=final&${control}`);
    expect([body['total'], body['entry'], linkOf(body, 'next')]).toEqual([6, undefined, undefined]);
  });

  it('keeps mandatory elements, and includes whole where elements name a type', async () => {
    const { body } = await server.get(
      'Observation?_id=w1&_elements=Observation.valueQuantity&_include=Observation:subject',
    );
    const [match, included] = entriesOf(body).map(({ resource }) => resource as JsonObject);
    expect(Object.keys(match ?? {}).sort()).toEqual(['code', 'id', 'meta', 'resourceType', 'status', 'valueQuantity']);
    expect(included).toMatchObject({ id: 'sehla', birthDate: '1985-04-12' });
    expect(JSON.stringify(included?.['meta'])).not.toContain('SUBSETTED');
  });

  it('_summary=text, data and true keep their parts', async () => {
    const at = async (summary: string) => {
      const { body } = await server.get(`Patient?_id=sehla&_summary=${summary}`);
      return Object.keys(entriesOf(body)[0]?.['resource'] as JsonObject).sort();
    };
    expect(await at('text')).toEqual(['id', 'meta', 'resourceType']);
    expect(await at('data')).toContain('generalPractitioner');
    expect(await at('true')).not.toContain('generalPractitioner');
    expect(await at('true')).toContain('birthDate');
  });
});

describe('included resources', () => {
  const included = async (search: string) => {
    const answer = await server.get(search);
    expect(answer.status, answer.text).toBe(200);
    return entriesOf(answer.body)
      .filter(({ search: how }) => (how as JsonObject)['mode'] === 'include')
      .map(
        ({ resource }) =>
          `${String((resource as JsonObject)['resourceType'])}/${String((resource as JsonObject)['id'])}`,
      )
      .sort();
  };

  it.each([
    ['Observation?_id=w2&_include=Observation:subject', ['Patient/sehla']],
    ['Observation?_id=w2,w1&_include=Observation:subject', ['Patient/sehla']],
    ['Observation?_id=text&_include=Observation:subject', []],
    ['Observation?_id=text&_include=Observation:performer:Patient', ['Patient/sehla']],
    ['Observation?_id=text&_include=Observation:performer:Practitioner', []],
    [
      'Observation?_id=w2&_include=Observation:subject&_include=Observation:encounter',
      ['Encounter/e1', 'Patient/sehla'],
    ],
    ['Observation?_id=w2&_include=Observation:encounter&_include=Encounter:service-provider', ['Encounter/e1']],
    [
      'Observation?_id=w2&_include=Observation:encounter&_include:iterate=Encounter:service-provider&_include:iterate=Organization:partof',
      ['Encounter/e1', 'Organization/org', 'Organization/parent'],
    ],
    ['Patient?_id=sehla&_revinclude=Observation:subject', ['Observation/w1', 'Observation/w2']],
    [
      'Patient?_id=sehla&_revinclude=Observation:patient&_revinclude=Condition:patient',
      ['Condition/c1', 'Observation/w1', 'Observation/w2'],
    ],
    [
      'Patient?_id=kamil&_include=Patient:link&_revinclude:iterate=Condition:patient',
      ['Condition/c1', 'Patient/sehla'],
    ],
    ['Patient?_id=sehla,kamil&_include=Patient:link', []],
    ['Organization?_id=org&_include:recurse=Organization:partof', ['Organization/parent']],
  ])('%s', async (search, addresses) => {
    expect(await included(search)).toEqual(addresses);
  });
});
