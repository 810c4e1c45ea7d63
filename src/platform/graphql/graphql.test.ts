import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery, printType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject } from '#platform/fhir';
import { type FhirServer, startFhirServer } from '../../../test/support/fhir-server.ts';

let server: FhirServer;

/** That of the example on the page of the standard. */
const chalmers = {
  resourceType: 'Patient',
  id: 'chalmers',
  active: true,
  identifier: [{ system: 'urn:oid:1.2.36.146.595.217.0.1', value: '12345' }],
  name: [
    { use: 'official', family: 'Chalmers', given: ['Peter', 'James'] },
    { use: 'usual', given: ['Jim'] },
    { use: 'maiden', family: 'Windsor', given: ['Peter', 'James'] },
  ],
  telecom: [
    { system: 'phone', value: '1', rank: 1 },
    { system: 'email', value: 'a@b', rank: 2 },
  ],
  birthDate: '1974-12-25',
  _birthDate: { extension: [{ url: 'urn:birth-time', valueDateTime: '1974-12-25T14:35:45-05:00' }] },
  generalPractitioner: [{ reference: 'Practitioner/gp' }],
};

const observation = (id: string, value: string, more: JsonObject = {}) =>
  `{"resourceType":"Observation","id":"${id}","status":"final","code":{"text":"x","coding":[{"system":"urn:c","code":"${id}"}]},"subject":{"reference":"Patient/chalmers"},"valueQuantity":{"value":${value},"unit":"kg"}${Object.entries(
    more,
  )
    .map(([key, each]) => `,"${key}":${JSON.stringify(each)}`)
    .join('')}}`;

beforeAll(async () => {
  server = await startFhirServer();
  await server.put('Practitioner/gp', { resourceType: 'Practitioner', id: 'gp', name: [{ family: 'Həkim' }] });
  await server.put('Patient/chalmers', chalmers);
  await server.put('Patient/other', {
    resourceType: 'Patient',
    id: 'other',
    name: [{ family: 'Other, with a comma' }],
    generalPractitioner: [{ reference: 'Practitioner/gp' }],
  });
  await server.put('Observation/o1', observation('o1', '1.10'));
  await server.put('Observation/o2', observation('o2', '2.500', { effectiveDateTime: '2024-01-01' }));
  await server.put(
    'Observation/inner',
    observation('inner', '3', {
      contained: [{ resourceType: 'Practitioner', id: 'p', name: [{ family: 'Within' }] }],
      performer: [{ reference: '#p' }, { reference: 'https://elsewhere.example/Practitioner/1' }, { display: 'x' }],
    }),
  );
});
afterAll(() => server.close());

async function ask(query: string, options: { at?: string; variables?: JsonObject; operationName?: string } = {}) {
  const { at, ...rest } = options;
  const path = at === undefined ? '$graphql' : `${at}/$graphql`;
  return server.post(path, { query, ...rest }, { 'Content-Type': 'application/json' });
}

async function dataOf(query: string, options: { at?: string; variables?: JsonObject; operationName?: string } = {}) {
  const answer = await ask(query, options);
  expect([answer.status, answer.text.slice(0, 300)]).toEqual([200, expect.stringContaining('{"data":')]);
  return answer.body['data'] as JsonObject; // as: the form of an answer of GraphQL
}

async function errorOf(query: string, options: { at?: string; variables?: JsonObject } = {}) {
  const answer = await ask(query, options);
  const [error] = answer.body['errors'] as { message: string; extensions: { resource: JsonObject } }[]; // as: see above
  expect(answer.body['data']).toBeNull();
  expect(error?.extensions.resource['resourceType']).toBe('OperationOutcome');
  return `${answer.status} ${error?.message}`;
}

describe('a query is sent', () => {
  const query = '{ Patient(id: "chalmers") { id } }';
  const data = { Patient: { id: 'chalmers' } };

  it('in the address, as a body of GraphQL, as JSON, and as Parameters', async () => {
    const got = await server.get(`$graphql?query=${encodeURIComponent(query)}`);
    expect([got.headers.get('Content-Type'), got.body]).toEqual(['application/json; charset=utf-8', { data }]);
    expect((await server.post('$graphql', query, { 'Content-Type': 'application/graphql' })).body).toEqual({ data });
    expect(await dataOf(query)).toEqual(data);
    const parameter = [{ name: 'query', valueString: query }];
    expect((await server.post('$graphql', { resourceType: 'Parameters', parameter })).body).toEqual({ data });
  });

  it('with variables and the name of an operation', async () => {
    const two = 'query A($id: ID!) { Patient(id: $id) { id } } query B($id: String) { Patient(id: $id) { active } }';
    const variables = { id: 'chalmers' };
    expect(await dataOf(two, { variables, operationName: 'B' })).toEqual({ Patient: { active: true } });
    const address = new URLSearchParams({ query: two, variables: JSON.stringify(variables), operationName: 'A' });
    expect((await server.get(`$graphql?${address.toString()}`)).body).toEqual({ data });
  });

  it('with fragments, aliases, @skip and @include', async () => {
    const fields = await dataOf(
      `query($no: Boolean = false) { a: Patient(id: chalmers) { ...Names active @skip(if: true) gender @include(if: $no) } }
       fragment Names on Patient { called: name(use: usual) { given } ... on Patient { birthDate } }`,
    );
    expect(fields).toEqual({ a: { called: [{ given: ['Jim'] }], birthDate: '1974-12-25' } });
  });
});

describe('fields', () => {
  it('are those of FHIR, choices by their JSON name, numbers as they were written', async () => {
    const answer = await ask('{ Observation(id: o1) { resourceType valueQuantity { value unit } valueString } }');
    expect(answer.text).toBe(
      '{"data":{"Observation":{"resourceType":"Observation","valueQuantity":{"value":1.10,"unit":"kg"},"valueString":null}}}',
    );
  });

  it('give the extensions of primitives', async () => {
    expect(
      await dataOf('{ birthDate _birthDate { extension { url valueDateTime } } }', { at: 'Patient/chalmers' }),
    ).toEqual({
      birthDate: '1974-12-25',
      _birthDate: { extension: [{ url: 'urn:birth-time', valueDateTime: '1974-12-25T14:35:45-05:00' }] },
    });
  });

  it.each([
    ['name(use: official) { family }', 'name', [{ family: 'Chalmers' }]],
    ['name(given: "Jim") { use }', 'name', [{ use: 'usual' }]],
    ['telecom(rank: 2) { value }', 'telecom', [{ value: 'a@b' }]],
    ['name(fhirpath: "family.exists()") { family }', 'name', [{ family: 'Chalmers' }, { family: 'Windsor' }]],
    [`name(fhirpath: "use = 'usual' or $index = 0") { use }`, 'name', [{ use: 'official' }, { use: 'usual' }]],
    ['name(_offset: 1, _count: 1) { use }', 'name', [{ use: 'usual' }]],
    ['name(fhirpath: "family.exists()", _offset: 1) { family }', 'name', [{ family: 'Windsor' }]],
    ['name(use: none) { use }', 'name', []],
    ['x: extension(url: "urn:none") { url }', 'x', null],
  ])('%s selects items of a list', async (query, key, expected) => {
    expect(await dataOf(`{ ${query} }`, { at: 'Patient/chalmers' })).toEqual({ [key]: expected });
  });
});

describe('references', () => {
  it('are resolved, all of a level at once', async () => {
    const query =
      '{ PatientList(_sort: _id) { id generalPractitioner { resource { ... on Practitioner { name { family } } } } } }';
    const resource = { name: [{ family: 'Həkim' }] };
    expect(await dataOf(query)).toEqual({
      PatientList: ['chalmers', 'other'].map((id) => ({ id, generalPractitioner: [{ resource }] })),
    });
  });

  it('by type, by fragment, and with the common fields of what is not named', async () => {
    const at = 'Observation/o1';
    expect(await dataOf('{ subject { resource(type: Patient) { birthDate } } }', { at })).toEqual({
      subject: { resource: { birthDate: '1974-12-25' } },
    });
    expect(await dataOf('{ subject { resource(type: Group) { quantity } } }', { at })).toEqual({
      subject: { resource: null },
    });
    expect(await dataOf('{ subject { resource { id resourceType ... on Group { quantity } } } }', { at })).toEqual({
      subject: { resource: { id: 'chalmers', resourceType: 'Patient' } },
    });
    expect(await dataOf('{ subject { resource { __typename } } }', { at })).toEqual({
      subject: { resource: { __typename: 'Patient' } },
    });
  });

  it('to contained resources, which have no searches of their own', async () => {
    const at = 'Observation/inner';
    const query = '{ performer(_count: 1) { resource { ... on Practitioner { name { family } } } } contained { id } }';
    expect(await dataOf(query, { at })).toEqual({
      performer: [{ resource: { name: [{ family: 'Within' }] } }],
      contained: [{ id: 'p' }],
    });
    const reverse = '{ contained { ... on Practitioner { PatientList(_reference: general_practitioner) { id } } } }';
    expect(await errorOf(reverse, { at })).toMatch(/^400 .*within another/);
  });

  it('that cannot be resolved are an error, unless they are optional', async () => {
    const at = 'Observation/inner';
    expect(await errorOf('{ performer { resource { id } } }', { at })).toMatch(/^404 .*optional: true/);
    expect(await dataOf('{ performer { resource(optional: true) { id } } }', { at })).toEqual({
      performer: [{ resource: { id: 'p' } }, { resource: null }, { resource: null }],
    });
  });
});

describe('searches', () => {
  it.each([
    ['PatientList(family: "chal") { id }', 'PatientList', ['chalmers']],
    [
      'PatientList(general_practitioner: "Practitioner/gp", _sort: "-_id") { id }',
      'PatientList',
      ['other', 'chalmers'],
    ],
    ['PatientList(_id: [chalmers, none]) { id }', 'PatientList', ['chalmers']],
    ['PatientList(family: "Other, with a comma") { id }', 'PatientList', ['other']],
    ['PatientList(identifier: "urn:oid:1.2.36.146.595.217.0.1|12345") { id }', 'PatientList', ['chalmers']],
    ['PatientList(fhirpath: "active = true") { id }', 'PatientList', ['chalmers']],
    ['ObservationList(code: "urn:c|o1") { id }', 'ObservationList', ['o1']],
    ['ObservationList(value_quantity: "gt2", _sort: "value-quantity") { id }', 'ObservationList', ['o2', 'inner']],
    ['ObservationList(_sort: _id, _count: 2) { id }', 'ObservationList', ['inner', 'o1']],
  ])('%s', async (query, key, ids) => {
    expect(await dataOf(`{ ${query} }`)).toEqual({ [key]: ids.map((id) => ({ id })) });
  });

  it('take variables, lists of them too', async () => {
    const query = 'query($ids: [String]) { PatientList(_id: $ids, _sort: _id) { id } }';
    expect(await dataOf(query, { variables: { ids: ['other', 'chalmers'] } })).toEqual({
      PatientList: [{ id: 'chalmers' }, { id: 'other' }],
    });
  });

  it('in pages, each going on where the one before it ended', async () => {
    const fields = '{ count offset pagesize first previous next last edges { mode score resource { id } } }';
    const pages: unknown[] = [];
    let query = `{ ObservationConnection(_count: 2, subject: "Patient/chalmers", _sort: _id) ${fields} }`;
    for (let at = 0; at < 2; at += 1) {
      const page = (await dataOf(query))['ObservationConnection'];
      if (!isJsonObject(page)) throw new Error('no page');
      const { first, next, edges, ...rest } = page;
      expect(first).toEqual(expect.any(String));
      pages.push({ ...rest, ids: (edges as { resource: { id: string } }[]).map(({ resource }) => resource.id) }); // as: asked so
      if (typeof next !== 'string') break;
      query = `{ ObservationConnection(_cursor: "${next}") ${fields} }`;
    }
    const common = { count: 3, pagesize: 2, previous: null, last: null };
    expect(pages).toEqual([
      { ...common, offset: 0, ids: ['inner', 'o1'] },
      { ...common, offset: 2, ids: ['o2'] },
    ]);
  });

  it('a cursor that is none, or that goes with another search, is refused', async () => {
    for (const cursor of ['x', Buffer.from('[[["a"]],null,0]').toString('base64url')]) {
      expect(await errorOf(`{ PatientConnection(_cursor: "${cursor}") { next } }`)).toMatch(/^400 _cursor/);
    }
    const forged = Buffer.from(JSON.stringify([[['shoe', '43']], null, 0])).toString('base64url');
    expect(await errorOf(`{ PatientConnection(_cursor: "${forged}") { next } }`)).toMatch(/^400 .*shoe/);
    expect(await errorOf('{ PatientConnection(_cursor: "x", family: a) { next } }')).toMatch(/^400 _cursor/);
  });
});

describe('what refers to a resource', () => {
  it('is found for all resources of a level at once', async () => {
    const query = '{ PatientList(_sort: _id) { id ObservationList(_reference: patient, _sort: _id) { id } } }';
    expect(await dataOf(query)).toEqual({
      PatientList: [
        { id: 'chalmers', ObservationList: [{ id: 'inner' }, { id: 'o1' }, { id: 'o2' }] },
        { id: 'other', ObservationList: [] },
      ],
    });
  });

  it('from one resource, with other parameters, and as pages', async () => {
    const at = 'Patient/chalmers';
    expect(await dataOf('{ ObservationList(_reference: subject, code: "urn:c|o2") { id } }', { at })).toEqual({
      ObservationList: [{ id: 'o2' }],
    });
    expect(await dataOf('{ ObservationList(_reference: subject, _count: 1, _sort: _id) { id } }', { at })).toEqual({
      ObservationList: [{ id: 'inner' }],
    });
    const connection =
      '{ ObservationConnection(_reference: patient, _count: 1) { count edges { resource { id } } next } }';
    expect(await dataOf(connection, { at })).toMatchObject({
      ObservationConnection: { count: 3, edges: [{ resource: { id: expect.any(String) } }], next: expect.any(String) },
    });
    const practitioner = '{ PatientList(_reference: general_practitioner, _sort: _id) { id } }';
    expect(await dataOf(practitioner, { at: 'Practitioner/gp' })).toEqual({
      PatientList: [{ id: 'chalmers' }, { id: 'other' }],
    });
  });

  it('names what may be said where the reference parameter is none', async () => {
    const answer = await errorOf('{ ObservationList(_reference: encounter) { id } }', { at: 'Patient/chalmers' });
    expect(answer).toMatch(/^400 _reference: one of .*patient.*subject/);
    expect(await errorOf('{ ObservationList { id } }', { at: 'Patient/chalmers' })).toMatch(/^400 _reference/);
  });
});

/** The examples of FHIR R4, graphql.html#flattening. */
describe('directives of FHIR', () => {
  const at = 'Patient/chalmers';
  const identifier = { system: ['urn:oid:1.2.36.146.595.217.0.1'], value: ['12345'] };

  it('@flatten', async () => {
    expect(
      await dataOf('{ identifier @flatten { system value } active name @flatten { text given family } }', { at }),
    ).toEqual({
      ...identifier,
      active: true,
      given: ['Peter', 'James', 'Jim', 'Peter', 'James'],
      family: ['Chalmers', 'Windsor'],
    });
  });

  it('@first', async () => {
    expect(await dataOf('{ name @flatten { given @first family } }', { at })).toEqual({
      given: ['Peter', 'Jim', 'Peter'],
      family: ['Chalmers', 'Windsor'],
    });
    expect(await dataOf('{ name @first { use } }', { at })).toEqual({ name: [{ use: 'official' }] });
  });

  it('@singleton', async () => {
    const query =
      '{ identifier @flatten { system @singleton value @singleton } name @flatten @first { given family @singleton } }';
    expect(await dataOf(query, { at })).toEqual({
      system: 'urn:oid:1.2.36.146.595.217.0.1',
      value: '12345',
      given: ['Peter', 'James'],
      family: 'Chalmers',
    });
    expect(await errorOf('{ name @flatten { family @singleton } }', { at })).toMatch(/^400 @singleton: family/);
  });

  it('@slice', async () => {
    const given = { 'given.official': ['Peter', 'James'], 'given.usual': ['Jim'], 'given.maiden': ['Peter', 'James'] };
    expect(await dataOf('{ name @flatten @slice(path: "use") { given family @singleton } }', { at })).toEqual({
      ...given,
      'family.official': 'Chalmers',
      'family.maiden': 'Windsor',
    });
    expect(await dataOf('{ name @flatten @slice(path: "$index") { family @singleton } }', { at })).toEqual({
      'family.0': 'Chalmers',
      'family.2': 'Windsor',
    });
    expect(await dataOf('{ telecom @slice(path: "system") { value } }', { at })).toEqual({
      'telecom.phone': [{ value: '1' }],
      'telecom.email': [{ value: 'a@b' }],
    });
  });

  it('values of different types do not come together; decimals stay as they were', async () => {
    expect(await errorOf('{ name @flatten { x: use } telecom @flatten { x: value } }', { at })).toMatch(
      /^400 @flatten/,
    );
    expect(await errorOf('{ birthDate @flatten }', { at })).toMatch(/^400 @flatten/);
    const answer = await ask(
      '{ ObservationList(_id: [o1, o2], _sort: _id) @flatten { valueQuantity @flatten { value } } }',
    );
    expect(answer.text).toBe('{"data":{"value":[1.10,2.500]}}');
  });
});

describe('errors', () => {
  it.each([
    ['{ Patient(id: "none") { id } }', {}, /^404 /],
    ['{ id }', { at: 'Patient/none' }, /^404 /],
    ['{ Patient(id: "chalmers") { shoe } }', {}, /^400 .*shoe/],
    ['{ Patient(id: "chalmers") { name } }', {}, /^400 .*subfields/],
    ['{ Patient(id: "chalmers") { birthDate(_count: 1) } }', {}, /^400 .*_count/],
    ['{ PatientList(shoe: 43) { id } }', {}, /^400 .*shoe/],
    ['{ PatientList(birthdate: "x") { id } }', {}, /^400 .*birthdate/],
    ['{ ShoeList { id } }', {}, /^400 .*ShoeList/],
    ['mutation { PatientCreate { id } }', {}, /^400 /],
    ['{ Patient(id: ', {}, /^400 .*Syntax/],
    ['', {}, /400/],
    ['{ Patient(id: chalmers) { name(fhirpath: "given(") { use } } }', {}, /^400 .*FHIRPath|fhirpath/],
    [`{ Patient(id: chalmers) { name(fhirpath: "given.matches('(a+)+b')") { use } } }`, {}, /^400 .*matches/],
    ['{ a: PatientList { ...F } } fragment F on Patient { ...F }', {}, /^400 /],
    ['query($x: String!) { PatientList(family: $x) { id } }', {}, /^400 .*\$x/],
  ])('%s', async (query, options, pattern) => {
    if (query === '') expect((await ask(query)).status).toBe(400);
    else expect(await errorOf(query, options)).toMatch(pattern);
  });

  it('one that is no query of this form of body', async () => {
    expect((await server.post('$graphql', '{"variables":1}', { 'Content-Type': 'application/json' })).status).toBe(400);
    expect((await server.post('$graphql', 'x', { 'Content-Type': 'text/plain' })).status).toBe(415);
    expect((await server.get('$graphql?query={a}&variables=[]')).status).toBe(400);
  });
});

describe('bounds', () => {
  const nested = (depth: number): string =>
    depth === 0 ? 'id' : `subject { resource { ... on Observation { id ${nested(depth - 1)} } } }`;

  it.each([
    ['depth', `{ Observation(id: o1) { ${nested(20)} } }`, /^413 .*levels/],
    ['tokens', `{ ${'a '.repeat(5000)} }`, /^400 .*tokens/],
    ['characters', `{ a } #${'x'.repeat(100_001)}`, /^400 /],
    [
      'fields by fragments',
      `{ Patient(id: chalmers) { ...F0 } } ${Array.from({ length: 20 }, (_, at) => `fragment F${at} on Patient { id ${at < 19 ? `...F${at + 1} ...F${at + 1}` : 'id'} }`).join(' ')}`,
      /^413 .*fields/,
    ],
    [
      'searches',
      `{ ${Array.from({ length: 51 }, (_, at) => `a${at}: PatientList(_id: "x${at}") { id }`).join(' ')} }`,
      /^413 .*50 times/,
    ],
    ['repeats', `{ Patient(id: chalmers) { ${'name { use } '.repeat(700)} } }`, /^413 .*name of one place 20 times/],
    [
      'repeats within',
      `{ ${`Patient(id: chalmers) { ${'name { use } '.repeat(2)} } `.repeat(11)} }`,
      /^413 .*20 times/,
    ],
    [
      'repeats by fragments',
      `{ Patient(id: chalmers) { ${Array.from({ length: 21 }, (_, at) => `...F${at}`).join(' ')} } } ${Array.from({ length: 21 }, (_, at) => `fragment F${at} on Patient { ... { name { use } } }`).join(' ')}`,
      /^413 .*20 times/,
    ],
    [
      'circles of fragments',
      `{ Patient(id: chalmers) { ...F0 } } ${Array.from({ length: 25 }, (_, at) => `fragment F${at} on Patient { ...F${(at + 1) % 25} ...F${(at + 1) % 25} }`).join(' ')}`,
      /^413 .*selections/,
    ],
  ])('on %s', async (_what, query, pattern) => {
    const startMs = performance.now();
    expect(await errorOf(query)).toMatch(pattern);
    expect(performance.now() - startMs).toBeLessThan(2000);
  });

  it('on evaluations of FHIRPath', async () => {
    const name = Array.from({ length: 40 }, (_, at) => ({ family: `f${at}` }));
    await server.put('Patient/many', { resourceType: 'Patient', id: 'many', name });
    const fields = Array.from({ length: 300 }, (_, at) => `a${at}: name(fhirpath: "use.exists()") { use }`).join(' ');
    expect(await errorOf(`{ ${fields} }`, { at: 'Patient/many' })).toMatch(/^413 .*10000 times/);
    await server.delete('Patient/many');
  });

  it('on resources: a list is whole or refused', async () => {
    const entry = Array.from({ length: 1001 }, (_, at) => ({
      resource: { resourceType: 'Basic', code: { text: `b${at}` }, subject: { reference: 'Patient/other' } },
      request: { method: 'POST', url: 'Basic' },
    }));
    expect((await server.post('', { resourceType: 'Bundle', type: 'transaction', entry })).status).toBe(200);
    expect(await errorOf('{ BasicList { id } }')).toMatch(/^413 .*1000 resources/);
    expect(await errorOf('{ BasicList(_reference: subject) { id } }', { at: 'Patient/other' })).toMatch(/^413 /);
    expect(await errorOf('{ a: BasicList(_count: 600) { id } b: BasicList(_count: 600) { id } }')).toMatch(/^413 /);
    expect((await dataOf('{ BasicList(_count: 5) { id } }'))['BasicList']).toHaveLength(5);
    const wide = Array.from({ length: 300 }, (_, at) => `a${at}: id`).join(' ');
    expect(await errorOf(`{ BasicList(_count: 900) { ${wide} } }`)).toMatch(/^413 .*200000 values/);
  }, 60_000);
});

it('statements do not grow with the resources of a level', async () => {
  const statements = async (query: string): Promise<number> => {
    const before = await countReads();
    await dataOf(query);
    return (await countReads()) - before;
  };
  const levels = '{ id generalPractitioner { resource { id } } ObservationList(_reference: patient) { id } }';
  const one = await statements(`{ PatientList(_id: chalmers) ${levels} }`);
  const two = await statements(`{ PatientList(_id: [chalmers, other]) ${levels} }`);
  expect(two).toBe(one);
});

/** Searches that the audit trail tells of: one for each statement of search. */
async function countReads(): Promise<number> {
  const [row] = await server.database.sql<{ count: number }[]>`
    select count(*)::int as count from audit.entry where action = 'S'`;
  return row?.count ?? 0;
}

it('each resource that is shown is in the audit trail', async () => {
  const [newest] = await server.database.sql<{ last: string }[]>`
    select coalesce(max(seq), 0)::text as last from audit.entry`;
  await dataOf(
    '{ Patient(id: chalmers) { generalPractitioner { resource { id } } ObservationList(_reference: patient) { id } } }',
  );
  const rows = await server.database.sql`
    select action, type, id, matches, patients from audit.entry where seq > ${newest?.last ?? '0'}::text::bigint order by action, type, id`;
  expect(rows.map((row) => ({ ...row }))).toEqual([
    { action: 'R', type: 'Patient', id: 'chalmers', matches: null, patients: null },
    { action: 'R', type: 'Practitioner', id: 'gp', matches: null, patients: null },
    { action: 'S', type: 'Observation', id: null, matches: 3, patients: ['chalmers'] },
  ]);
});

it('describes itself', async () => {
  const answer = await ask(getIntrospectionQuery());
  const schema = buildClientSchema(answer.body['data'] as unknown as IntrospectionQuery); // as: the answer to that query
  expect(Object.keys(schema.getTypeMap()).length).toBeGreaterThan(800);
  expect(printType(schema.getType('HumanName') ?? fail())).toContain('given: [String]');
  expect(printType(schema.getType('PatientContact') ?? fail())).toContain('relationship(');
  expect(printType(schema.getType('Patient') ?? fail())).toContain('ObservationList(');
  expect((await ask(getIntrospectionQuery())).text).toBe(answer.text);
  const few = await dataOf('{ __type(name: "PatientConnection") { fields { name } } }');
  expect(few['__type']).toMatchObject({ fields: expect.arrayContaining([{ name: 'edges' }]) });
}, 60_000);

function fail(): never {
  throw new Error('the schema has no such type');
}

describe('a search parameter that is added', () => {
  it('is an argument like any other once it is ready, and refused with its reason before', async () => {
    const own = await startFhirServer({ added: { refreshMs: 50 } });
    const asked = async (query: string) => own.post('$graphql', { query }, { 'Content-Type': 'application/json' });
    try {
      await own.put('Patient/p', { resourceType: 'Patient', id: 'p', contact: [{ name: { family: 'Nar' } }] });
      await own.put('Patient/q', { resourceType: 'Patient', id: 'q', contact: [{ name: { family: 'Alma' } }] });
      await own.put('Basic/b', {
        resourceType: 'Basic',
        id: 'b',
        code: { text: 'x' },
        extension: [{ url: 'urn:who', valueReference: { reference: 'Patient/p' } }],
      });
      const query = '{ PatientList(contact_family: nar) { id } PatientConnection(contact_family: nar) { count } }';
      expect((await asked(query)).text).toContain('Unknown argument');
      const added = { resourceType: 'SearchParameter', status: 'active', description: 'A test.' };
      const parameters = [
        { code: 'contact-family', base: ['Patient'], type: 'string', expression: 'Patient.contact.name.family' },
        {
          code: 'who',
          base: ['Basic'],
          type: 'reference',
          target: ['Patient'],
          expression: "Basic.extension('urn:who').value.ofType(Reference)",
        },
      ];
      for (const each of parameters) {
        const id = `sp-${each.code}`;
        const put = await own.put(`SearchParameter/${id}`, { ...added, ...each, id, url: `urn:${id}`, name: 'Added' });
        expect([put.status, put.text]).toEqual([201, put.text]);
      }
      const refusals = new Set<string>();
      let answer = await asked(query);
      for (; answer.status !== 200; answer = await asked(query)) {
        refusals.add(/Unknown argument|Try again later/.exec(answer.text)?.[0] ?? answer.text);
      }
      expect(refusals).toContain('Try again later');
      expect([...refusals].filter((each) => each.length > 20)).toEqual([]);
      expect(answer.body['data']).toEqual({ PatientList: [{ id: 'p' }], PatientConnection: { count: 1 } });
      await expect.poll(async () => (await own.get('Basic?who=Patient/p')).status).toBe(200);
      const below = await asked('{ PatientList { id BasicList(_reference: who) { id } } }');
      expect(below.body['data']).toEqual({
        PatientList: [
          { id: 'p', BasicList: [{ id: 'b' }] },
          { id: 'q', BasicList: [] },
        ],
      });
      expect((await asked('{ __type(name: "Query") { fields { args { name } } } }')).text).toContain('contact_family');
    } finally {
      await own.close();
    }
  });
});
