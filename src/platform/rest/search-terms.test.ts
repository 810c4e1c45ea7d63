import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '#platform/fhir';
import { type FhirServer, linkOf, matchIds, placesOf, startFhirServer } from '../../../test/support/fhir-server.ts';

let server: FhirServer;

const plants = 'http://vsis.az/fhir/CodeSystem/plants';
const roleCode = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode';
const concept = (code: string, system = plants) => ({ coding: [{ system, code }] });
const to = (reference: string) => ({ reference });

const observation = (id: string, code: string, more: JsonObject = {}): JsonObject => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: concept(code),
  ...more,
});

const valueSet = (id: string, compose: JsonObject, more: JsonObject = {}): JsonObject => ({
  resourceType: 'ValueSet',
  id,
  status: 'active',
  url: `http://vsis.az/fhir/ValueSet/${id}`,
  compose,
  ...more,
});

const resources: readonly JsonObject[] = [
  {
    resourceType: 'CodeSystem',
    id: 'plants',
    url: plants,
    status: 'active',
    content: 'complete',
    concept: [
      { code: 'tree', concept: [{ code: 'fruit', concept: [{ code: 'apple' }, { code: 'pear' }] }, { code: 'oak' }] },
      { code: 'herb' },
      { code: 'mint', property: [{ code: 'parent', valueCode: 'herb' }] },
    ],
    property: [{ code: 'parent', type: 'code' }],
  },
  valueSet(
    'fruits',
    { include: [{ system: plants, concept: [{ code: 'apple' }, { code: 'pear' }] }] },
    { version: '1.0' },
  ),
  valueSet('trees', { include: [{ system: plants, filter: [{ property: 'concept', op: 'is-a', value: 'tree' }] }] }),
  valueSet('all-plants', { include: [{ system: plants }] }),
  valueSet('not-trees', {
    include: [{ system: plants, filter: [{ property: 'concept', op: 'is-not-a', value: 'tree' }] }],
  }),
  valueSet('trees-but-apples', {
    include: [{ valueSet: ['http://vsis.az/fhir/ValueSet/trees'] }],
    exclude: [{ system: plants, concept: [{ code: 'apple' }] }],
  }),
  valueSet('circle', { include: [{ valueSet: ['http://vsis.az/fhir/ValueSet/circle'] }] }),
  valueSet('elsewhere', {
    include: [{ system: 'http://snomed.info/sct', filter: [{ property: 'concept', op: 'is-a', value: '1' }] }],
  }),
  observation('o-tree', 'tree'),
  observation('o-fruit', 'fruit'),
  observation('o-apple', 'apple', {
    valueQuantity: { value: 5400, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' },
  }),
  observation('o-oak', 'oak', {
    valueQuantity: { value: 5.4, unit: 'g', system: 'http://unitsofmeasure.org', code: 'g' },
  }),
  observation('o-mint', 'mint', {
    valueQuantity: { value: 0.0054, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
  }),
  observation('o-herb', 'herb', {
    valueQuantity: { value: 5.4, unit: 'm', system: 'http://unitsofmeasure.org', code: 'm' },
  }),
  observation('o-hot', 'oak', {
    valueQuantity: { value: 104, unit: 'F', system: 'http://unitsofmeasure.org', code: '[degF]' },
    component: [
      {
        code: concept('apple'),
        valueQuantity: { value: 12, unit: 'kPa', system: 'http://unitsofmeasure.org', code: 'kPa' },
      },
    ],
  }),
  { resourceType: 'Observation', id: 'o-none', status: 'amended', code: { text: 'no code' } },
  { resourceType: 'Patient', id: 'p1', contact: [], gender: 'female', maritalStatus: concept('M', 'urn:m') },
  { resourceType: 'Patient', id: 'p2', gender: 'male' },
  { resourceType: 'RelatedPerson', id: 'mother', patient: to('Patient/p1'), relationship: [concept('NMTH', roleCode)] },
  { resourceType: 'RelatedPerson', id: 'friend', patient: to('Patient/p1'), relationship: [concept('FRND', roleCode)] },
  { resourceType: 'Location', id: 'hospital' },
  { resourceType: 'Location', id: 'ward', partOf: to('Location/hospital') },
  { resourceType: 'Location', id: 'room', partOf: to('Location/ward') },
  { resourceType: 'Location', id: 'loop', partOf: to('Location/loop') },
  ...['hospital', 'ward', 'room'].map((place) => ({
    resourceType: 'Encounter',
    id: `e-${place}`,
    status: 'finished',
    class: { code: 'AMB' },
    location: [{ location: to(`Location/${place}`) }],
  })),
  ...['1', '1.2', '1.2.3', '12'].map((version, at) => ({
    resourceType: 'QuestionnaireResponse',
    id: `qr${at}`,
    status: 'completed',
    questionnaire: `http://vsis.az/q|${version}`,
  })),
  { resourceType: 'QuestionnaireResponse', id: 'qr-none', status: 'completed', questionnaire: 'http://vsis.az/q' },
];

beforeAll(async () => {
  server = await startFhirServer();
  for (const { contact: _, ...resource } of resources) {
    const answer = await server.put(`${String(resource['resourceType'])}/${String(resource['id'])}`, resource);
    if (answer.status !== 201) {
      throw new Error(answer.text);
    }
  }
});
afterAll(() => server.close());

const encoded = (path: string): string =>
  path.replace(/[|^<>"]/g, encodeURIComponent).replace(/%(?![0-9A-F]{2})/g, '%25');

async function found(path: string): Promise<string> {
  const answer = await server.get(encoded(path));
  expect(answer.status, answer.text).toBe(200);
  return matchIds(answer.body).sort().join(' ');
}

const set = (name: string): string => `http://vsis.az/fhir/ValueSet/${name}`;

describe('codes by value set', () => {
  it.each([
    [`Observation?code:in=${set('fruits')}`, 'o-apple'],
    [`Observation?code:in=${set('fruits')}|1.0`, 'o-apple'],
    ['Observation?code:in=ValueSet/fruits', 'o-apple'],
    [`Observation?code:in=${set('trees')}`, 'o-apple o-fruit o-hot o-oak o-tree'],
    [`Observation?code:not-in=${set('trees')}`, 'o-herb o-mint o-none'],
    [`Observation?code:in=${set('all-plants')}`, 'o-apple o-fruit o-herb o-hot o-mint o-oak o-tree'],
    [`Observation?code:in=${set('not-trees')}`, 'o-herb o-mint'],
    [`Observation?code:in=${set('trees-but-apples')}`, 'o-fruit o-hot o-oak o-tree'],
    [`Observation?code:in=${set('fruits')},${set('not-trees')}`, 'o-apple o-herb o-mint'],
    [`Observation?combo-code:in=${set('fruits')}`, 'o-apple o-hot'],
    ['Observation?status:in=http://hl7.org/fhir/ValueSet/observation-status&status=amended', 'o-none'],
    ['Patient?gender:in=http://hl7.org/fhir/ValueSet/administrative-gender', 'p1 p2'],
    ['Patient?gender:not-in=http://hl7.org/fhir/ValueSet/administrative-gender', ''],
    ['Patient?_has:RelatedPerson:patient:relationship:in=http://terminology.hl7.org/ValueSet/v3-FamilyMember', 'p1'],
    [`?_type=Observation,Condition&code:in=${set('fruits')}`, 'o-apple'],
  ])('%s finds %s', async (path, ids) => {
    expect(await found(path)).toBe(ids);
  });

  it.each([
    `code:in=${set('unknown')}`,
    `code:in=${set('fruits')}|2.0`,
    `code:in=${set('circle')}`,
    `code:in=${set('elsewhere')}`,
    'code:in=http://hl7.org/fhir/ValueSet/mimetypes',
    `identifier:in=${set('fruits')}`,
    `code:within=${set('fruits')}`,
  ])('refuses %s and names it', async (query) => {
    const answer = await server.get(`Observation?${encoded(query)}`);
    expect([answer.status, placesOf(answer.body)[0]]).toEqual([400, `http.${query.split('=')[0]}`]);
  });

  it('keeps what it was asked in the address of the next page', async () => {
    const first = await server.get(`Observation?code:in=${set('trees')}&_count=2`);
    const ids = matchIds(first.body);
    expect(ids).toHaveLength(2);
    const second = await server.get(linkOf(first.body, 'next') ?? '');
    expect(matchIds(second.body)).toHaveLength(2);
    expect(ids).not.toEqual(expect.arrayContaining(matchIds(second.body)));
  });
});

describe('codes above and below', () => {
  it.each([
    [`Observation?code:below=${plants}|tree`, 'o-apple o-fruit o-hot o-oak o-tree'],
    [`Observation?code:below=${plants}|fruit`, 'o-apple o-fruit'],
    [`Observation?code:below=${plants}|herb`, 'o-herb o-mint'],
    [`Observation?code:below=${plants}|unheard`, ''],
    [`Observation?code:above=${plants}|apple`, 'o-apple o-fruit o-tree'],
    [`Observation?code:above=${plants}|mint`, 'o-herb o-mint'],
    [`RelatedPerson?relationship:below=${roleCode}|PRN`, 'mother'],
    [`RelatedPerson?relationship:above=${roleCode}|NMTH`, 'mother'],
    [`RelatedPerson?relationship:below=${roleCode}|FAMMEMB`, 'mother'],
  ])('%s finds %s', async (path, ids) => {
    expect(await found(path)).toBe(ids);
  });

  it.each(['code:below=tree', 'code:below=urn:unknown|x', `code:above=${plants}|`, `identifier:below=${plants}|tree`])(
    'refuses %s',
    async (query) => {
      expect((await server.get(`Observation?${encoded(query)}`)).status).toBe(400);
    },
  );
});

describe('resources above and below', () => {
  it.each([
    ['Encounter?location:below=Location/hospital', 'e-hospital e-room e-ward'],
    ['Encounter?location:below=ward', 'e-room e-ward'],
    ['Encounter?location:above=Location/room', 'e-hospital e-room e-ward'],
    ['Encounter?location:above=hospital', 'e-hospital'],
    ['Location?partof:below=Location/hospital', 'room ward'],
    ['Location?partof:below=loop', 'loop'],
    ['Location?_has:Encounter:location:location:below=ward', 'room ward'],
    ['Encounter?location:below=nowhere', ''],
  ])('%s finds %s', async (path, ids) => {
    expect(await found(path)).toBe(ids);
  });

  it.each(['Observation?subject:below=Patient/p1', 'Encounter?location:below=a/b/c', 'Observation?device:below=x'])(
    'refuses %s',
    async (path) => {
      expect((await server.get(path)).status).toBe(400);
    },
  );
});

describe('versions of a canonical', () => {
  it.each([
    ['questionnaire=http://vsis.az/q', 'qr-none qr0 qr1 qr2 qr3'],
    ['questionnaire=http://vsis.az/q|1', 'qr0'],
    ['questionnaire:below=http://vsis.az/q', 'qr-none qr0 qr1 qr2 qr3'],
    ['questionnaire:below=http://vsis.az/q|1', 'qr0 qr1 qr2'],
    ['questionnaire:below=http://vsis.az/q|1.2', 'qr1 qr2'],
    ['questionnaire:above=http://vsis.az/q|1.2.3', 'qr0 qr1 qr2'],
    ['questionnaire:above=http://vsis.az/q|2', ''],
  ])('%s finds %s', async (query, ids) => {
    expect(await found(`QuestionnaireResponse?${query}`)).toBe(ids);
  });
});

describe('quantities in other units', () => {
  const ucum = 'http://unitsofmeasure.org';
  it.each([
    [`value-quantity=5.4|${ucum}|g`, 'o-apple o-mint o-oak'],
    [`value-quantity=5400|${ucum}|mg`, 'o-apple o-mint o-oak'],
    [`value-quantity=gt5.39|${ucum}|g`, 'o-apple o-mint o-oak'],
    [`value-quantity=gt5.4|${ucum}|g`, ''],
    [`value-quantity=le5400|${ucum}|mg`, 'o-apple o-mint o-oak'],
    [`value-quantity=ne5.4|${ucum}|g`, ''],
    [`value-quantity=40|${ucum}|Cel`, 'o-hot'],
    [`value-quantity=ge40|${ucum}|Cel`, 'o-hot'],
    [`value-quantity=lt313|${ucum}|K`, ''],
    [`value-quantity=5.4|${ucum}|m`, 'o-herb'],
    [`value-quantity=540|${ucum}|cm`, 'o-herb'],
    ['value-quantity=5.4||g', 'o-oak'],
    ['value-quantity=5.4', 'o-herb o-oak'],
    [`value-quantity=5.4|${ucum}|[unheard]`, ''],
    [`code-value-quantity=${plants}|apple$5.4|${ucum}|g`, 'o-apple'],
    [`component-code-value-quantity=${plants}|apple$90|${ucum}|mm[Hg]`, 'o-hot'],
    [`component-value-quantity=gt90|${ucum}|mm[Hg]`, 'o-hot'],
    [`component-value-quantity=gt91|${ucum}|mm[Hg]`, ''],
  ])('%s finds %s', async (query, ids) => {
    expect(await found(`Observation?${query}`)).toBe(ids);
  });

  it('are found in a unit that was never seen before, at once', async () => {
    const value = { value: 0.0054, system: ucum, code: 'Mg' };
    await server.put('Observation/o-ton', observation('o-ton', 'oak', { valueQuantity: value }));
    expect(await found(`Observation?value-quantity=5.4|${ucum}|kg`)).toBe('o-ton');
    const entry = [
      {
        resource: observation('x', 'oak', { valueQuantity: { ...value, code: 'ug' } }),
        request: { method: 'POST', url: 'Observation' },
      },
    ];
    expect((await server.post('', { resourceType: 'Bundle', type: 'transaction', entry })).status).toBe(200);
    const answer = await server.get(encoded(`Observation?value-quantity=5.4|${ucum}|ng`));
    expect(matchIds(answer.body)).toHaveLength(1);
  });
});
