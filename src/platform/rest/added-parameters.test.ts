import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '#platform/fhir';
import { verifyRecord } from '#platform/store';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { entriesOf, type FhirServer, matchIds, placesOf, startFhirServer } from '../../../test/support/fhir-server.ts';

let database: TestDatabase;
let server: FhirServer;
/** A second process of the same record, which indexes as one must where the record is spread over several servers. */
let other: FhirServer;

const added = { refreshMs: 100 };

beforeAll(async () => {
  database = await createTestDatabase();
  server = await startFhirServer({ database, added });
  other = await startFhirServer({ database, added: { ...added, distributed: true } });
});
afterAll(async () => {
  await server.close();
  await other.close();
  await database.drop();
});

const definition = (code: string, more: JsonObject): JsonObject => ({
  resourceType: 'SearchParameter',
  id: `sp-${code}`,
  url: `http://vsis.az/fhir/SearchParameter/${code}`,
  name: code.replaceAll('-', ''),
  status: 'active',
  description: 'A test.',
  code,
  base: ['Patient'],
  type: 'token',
  ...more,
});

const put = (resource: JsonObject, to: FhirServer = server) =>
  to.put(`${String(resource['resourceType'])}/${String(resource['id'])}`, resource);

/** Asks until the parameter is ready, and gives the answer. */
async function whenReady(path: string, from: FhirServer = server): Promise<string> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const answer = await from.get(path);
    if (answer.status === 200) {
      return matchIds(answer.body).sort().join(' ');
    }
    await delay(50);
  }
  throw new Error(`not ready: ${path} ${(await from.get(path)).text}`);
}

const bloodGroup = (code: string) => ({
  url: 'http://vsis.az/fhir/blood-group',
  valueCodeableConcept: { coding: [{ system: 'urn:blood', code }] },
});

const patient = (id: string, more: JsonObject): JsonObject => ({ resourceType: 'Patient', id, ...more });

describe('a search parameter that is added', () => {
  beforeAll(async () => {
    await put(
      patient('old-a', {
        extension: [bloodGroup('A')],
        name: [{ family: 'Alma', given: ['X', 'Y'] }],
        multipleBirthInteger: 2,
      }),
    );
    await put(
      patient('old-b', {
        extension: [bloodGroup('B')],
        name: [{ family: 'Nar' }],
        contact: [{ name: { family: 'Heyva' } }],
      }),
    );
    await put(patient('old-none', { communication: [{ language: { coding: [{ code: 'az' }] }, preferred: true }] }));
  });

  it('is refused until what was stored before is indexed, then finds old and new, in every process', async () => {
    const { status } = await put(
      definition('blood-group', { expression: "Patient.extension('http://vsis.az/fhir/blood-group').value" }),
    );
    expect(status).toBe(201);
    const early = await server.get('Patient?blood-group=urn:blood|A');
    expect([early.status, placesOf(early.body)]).toEqual([503, ['http.blood-group']]);
    expect(early.headers.get('retry-after')).not.toBeNull();
    await put(patient('new-a', { extension: [bloodGroup('A')] }));
    expect(await whenReady('Patient?blood-group=urn:blood|A')).toBe('new-a old-a');
    expect(await whenReady('Patient?blood-group=urn:blood|A', other)).toBe('new-a old-a');
    await put(patient('other-b', { extension: [bloodGroup('B')] }), other);
    expect(await whenReady('Patient?blood-group=B')).toBe('old-b other-b');
    expect(await whenReady('Patient?blood-group:missing=true')).toBe('old-none');
    expect(await whenReady('Patient?blood-group:not=urn:blood|A')).toBe('old-b old-none other-b');
  });

  it('is in the CapabilityStatement, and works wherever parameters do', async () => {
    const statement = (await server.get('metadata')).body as {
      rest: { resource: { type: string; searchParam: { name: string }[] }[] }[];
    };
    const described = statement.rest[0]?.resource.find(({ type }) => type === 'Patient');
    expect(described?.searchParam.map(({ name }) => name)).toContain('blood-group');
    await put({
      resourceType: 'Observation',
      id: 'o1',
      status: 'final',
      code: { text: 'x' },
      subject: { reference: 'Patient/old-a' },
    });
    expect(await whenReady('Observation?patient.blood-group=A')).toBe('o1');
    expect(await whenReady('Patient?_filter=blood-group%20eq%20B%20and%20name%20pr%20true')).toBe('old-b');
    const conditional = await server.post(
      'Patient',
      { resourceType: 'Patient', extension: [bloodGroup('A')] },
      { 'If-None-Exist': 'blood-group=B&name=nar' },
    );
    expect([conditional.status, conditional.body['id']]).toEqual([200, 'old-b']);
  });

  it.each<[string, JsonObject, string, string]>([
    ['contact-name', { type: 'string', expression: 'Patient.contact.name.family' }, 'contact-name=hey', 'old-b'],
    ['birth-rank', { type: 'number', expression: '(Patient.multipleBirth as integer)' }, 'birth-rank=gt1', 'old-a'],
    ['speaks', { expression: 'Patient.communication.where(preferred = true).language' }, 'speaks=az', 'old-none'],
    ['many-names', { expression: 'Patient.name.given.count() > 1' }, 'many-names=true', 'old-a'],
    [
      'any-family',
      { type: 'string', expression: 'Patient.name.family | Patient.contact.name.family' },
      'any-family=nar,heyva',
      'old-b',
    ],
  ])('%s finds by %j', async (code, more, query, ids) => {
    expect((await put(definition(code, more))).status).toBe(201);
    expect(await whenReady(`Patient?${query}`)).toBe(ids);
  });

  it('may be over several types, and over references, dates and quantities', async () => {
    await put({
      resourceType: 'Basic',
      id: 'b1',
      code: { text: 'x' },
      author: { reference: 'Practitioner/d1' },
      created: '2024-05-05',
    });
    await put({ resourceType: 'Practitioner', id: 'd1', birthDate: '1970-01-01' });
    await put(
      definition('made-by', {
        base: ['Basic'],
        type: 'reference',
        target: ['Practitioner'],
        expression: 'Basic.author.where(resolve() is Practitioner)',
      }),
    );
    await put(
      definition('when', {
        base: ['Basic', 'Practitioner'],
        type: 'date',
        expression: 'Basic.created | Practitioner.birthDate',
      }),
    );
    expect(await whenReady('Basic?made-by=Practitioner/d1')).toBe('b1');
    expect(await whenReady('Basic?made-by.when=1970')).toBe('b1');
    expect(await whenReady('Basic?when=ge2024-05&_sort=-when')).toBe('b1');
    expect(await whenReady('Practitioner?_has:Basic:made-by:when=2024')).toBe('d1');
    const included = await server.get('Basic?_include=Basic:made-by');
    expect(entriesOf(included.body)).toHaveLength(2);
    expect(entriesOf((await server.get('Practitioner?_revinclude=Basic:made-by')).body)).toHaveLength(2);
  });

  it('goes with its resource, and its entries with it', async () => {
    await put(definition('passing', { expression: 'Patient.name.family' }));
    expect(await whenReady('Patient?passing=Nar')).toBe('old-b');
    const entries = async () => {
      const [row] = await database.ownerSql<{ keys: number }[]>`
        select cardinality(keys) as keys from record.resource where type = 'Patient' and id = 'old-b'`;
      return row?.keys ?? 0;
    };
    const before = await entries();
    await put(definition('passing', { status: 'retired', expression: 'Patient.name.family' }));
    expect((await server.get('Patient?passing=Nar')).status).toBe(400);
    await expect.poll(entries, { timeout: 10_000 }).toBeLessThan(before);
    await put(definition('passing', { expression: 'Patient.contact.name.family' }));
    expect(await whenReady('Patient?passing=Heyva')).toBe('old-b');
    expect(await whenReady('Patient?passing=Nar')).toBe('');
    await server.delete('SearchParameter/sp-passing');
    expect((await server.get('Patient?passing=Heyva')).status).toBe(400);
    await expect.poll(async () => (await other.get('Patient?passing=Heyva')).status).toBe(400);
  });

  it('changes neither content nor version of what it finds', async () => {
    const before = await server.get('Patient/old-a');
    await put(definition('late', { type: 'string', expression: 'Patient.name.given' }));
    expect(await whenReady('Patient?late=y')).toBe('old-a');
    const after = await server.get('Patient/old-a');
    expect([after.text, after.headers.get('etag')]).toEqual([before.text, before.headers.get('etag')]);
    expect(entriesOf((await server.get('Patient/old-a/_history')).body)).toHaveLength(1);
  });
});

describe('what cannot be searched by', () => {
  it.each<[string, JsonObject, string]>([
    ['x', { expression: 'Patient.nam' }, 'expression'],
    ['x', { expression: 'Patient.name.(' }, 'expression'],
    ['x', {}, 'expression'],
    ['x', { expression: 'Observation.code' }, 'expression'],
    ['name', { expression: 'Patient.address.city' }, 'code'],
    ['_x', { expression: 'Patient.name' }, 'code'],
    ['x', { base: ['Parameters'], expression: 'Parameters.id' }, 'base'],
    ['x', { type: 'special', expression: 'Patient.address' }, 'type'],
    ['x', { type: 'date', expression: 'Patient.name' }, 'type'],
    ['x', { type: 'token', expression: 'Patient.name' }, 'type'],
  ])('%s with %j is not stored, for its %s', async (code, more, element) => {
    const answer = await put(definition(code, { ...more, id: 'refused' }));
    expect([answer.status, placesOf(answer.body)[0]]).toEqual([422, `SearchParameter.${element}`]);
  });

  it('is stored all the same while it is a draft, and where it repeats the standard', async () => {
    expect((await put(definition('draft', { status: 'draft', expression: 'Patient.nam' }))).status).toBe(201);
    const standard = { url: 'http://hl7.org/fhir/SearchParameter/individual-gender', expression: 'Patient.gender' };
    expect((await put(definition('gender', standard))).status).toBe(201);
  });

  it('is a code that another definition has taken', async () => {
    const twin = { ...definition('blood-group', { expression: 'Patient.maritalStatus' }), id: 'twin' };
    const answer = await put(twin);
    expect([answer.status, placesOf(answer.body)[0]]).toEqual([422, 'SearchParameter.code']);
  });

  it('names its place in a Bundle', async () => {
    const resource = definition('x', { expression: 'Patient.nam' });
    const entry = [{ resource, request: { method: 'PUT', url: 'SearchParameter/sp-x' } }];
    const answer = await server.post('', { resourceType: 'Bundle', type: 'transaction', entry });
    expect([answer.status, placesOf(answer.body)[0]]).toEqual([422, 'Bundle.entry[0].resource.expression']);
  });
});

describe('the indexing of what is stored', () => {
  const many = 450;

  it('misses nothing that two processes write meanwhile', async () => {
    for (let at = 0; at < many; at += 150) {
      const entry = Array.from({ length: 150 }, (_, more) => ({
        resource: { resourceType: 'Device', id: `v${at + more}`, lotNumber: `L${(at + more) % 3}` },
        request: { method: 'PUT', url: `Device/v${at + more}` },
      }));
      expect((await server.post('', { resourceType: 'Bundle', type: 'transaction', entry })).status).toBe(200);
    }
    await put(definition('lot', { base: ['Device'], expression: 'Device.lotNumber' }));
    const writes = Array.from({ length: 60 }, async (_, at) =>
      put({ resourceType: 'Device', id: `v${at}`, lotNumber: 'moved' }, at % 2 === 0 ? server : other),
    );
    await Promise.all(writes);
    await whenReady('Device?lot=L0');
    const counted = async (lot: string) => (await server.get(`Device?lot=${lot}&_summary=count`)).body['total'];
    expect([await counted('moved'), await counted('L0'), await counted('L1'), await counted('L2')]).toEqual([
      60, 130, 130, 130,
    ]);
  });

  it('goes on behind the last resource it visited, whichever process that was', async () => {
    const visited = 300;
    await database.ownerSql`
      update record.resource set keys = '{}' where type = 'Device'`;
    await database.ownerSql`
      update record.search_index
      set building = covered, covered = '{}', since = now() - interval '1 hour', position = (
        select rid from record.resource where type = 'Device' order by rid limit 1 offset ${visited - 1})
      where type = 'Device'`;
    const left = async () => {
      const [row] = await database.ownerSql<{ isOpen: boolean }[]>`
        select building is not null as "isOpen" from record.search_index where type = 'Device'`;
      return row?.isOpen;
    };
    await expect.poll(left, { timeout: 10_000 }).toBe(false);
    const [row] = await database.ownerSql<{ again: number }[]>`
      select count(*) as again from record.resource where type = 'Device' and keys <> '{}'`;
    expect(row?.again).toBe(many - visited);
  });

  it('takes place for records that were stored by an older program', async () => {
    await database.ownerSql`delete from record.search_index where type = 'Practitioner'`;
    await database.ownerSql`update record.resource set keys = '{}', strings = '' where type = 'Practitioner'`;
    await put({ resourceType: 'Practitioner', id: 'd1', birthDate: '1970-01-01', name: [{ family: 'Alimov' }] });
    await database.ownerSql`update record.resource set keys = '{}', strings = '' where type = 'Practitioner'`;
    await expect
      .poll(async () => matchIds((await server.get('Practitioner?_content=alimov')).body), { timeout: 10_000 })
      .toEqual(['d1']);
  });

  it('leaves a record that is found by what it says', async () => {
    const isAtRest = async () => {
      const [row] = await database.ownerSql<{ left: number }[]>`
        select count(*) as left from record.search_index where building is not null`;
      return row?.left;
    };
    await expect.poll(isAtRest, { timeout: 20_000 }).toBe(0);
    const faults: string[] = [];
    await verifyRecord(database.sql, { sample: 1, onFault: (fault) => faults.push(fault) });
    expect(faults.filter((fault) => !fault.startsWith('Device/'))).toEqual([]); // those were emptied by hand above
  });
});
