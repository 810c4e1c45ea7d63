import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject, validateResource } from '#platform/fhir';
import { firstChange, readChanges } from '#platform/store';
import { checkRecord } from '../../../../test/support/check-record.ts';
import {
  entriesOf,
  type FhirServer,
  matchIds,
  placesOf,
  startFhirServer,
} from '../../../../test/support/fhir-server.ts';

let server: FhirServer;
beforeEach(async () => {
  await server?.close();
  server = await startFhirServer();
});
afterAll(() => server.close());

const marker = 'zzmarkerzz';

function request(others: Record<string, unknown> = {}) {
  const given = { legalBasis: 'Court order 7', reason: 'Ordered by the court', ...others };
  const parameter = Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({ name, [typeof value === 'boolean' ? 'valueBoolean' : 'valueString']: value }));
  return { resourceType: 'Parameters', parameter };
}

const expunge = (address: string, others: Record<string, unknown> = {}) =>
  server.post(`${address}/$expunge`, request(others));

const observation = (subject: string, text: string, others: JsonObject = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text },
  subject: { reference: subject },
  identifier: [{ system: `urn:${text}`, value: text }],
  valueQuantity: { value: 7 },
  effectiveDateTime: '2024-01-01',
  ...others,
});

async function make(resource: JsonObject): Promise<string> {
  return `${String(resource['resourceType'])}/${(await server.create(resource)).id}`;
}

/** Rows of any table, of any part, in which a text, a list or a document holds the words. */
async function rowsWith(words: string): Promise<string[]> {
  const columns = await server.database.ownerSql<{ place: string; name: string }[]>`
    select format('%I.%I', table_schema, table_name) as place, column_name as name
    from information_schema.columns join information_schema.tables using (table_schema, table_name)
    where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'
      and data_type not in ('bigint', 'integer', 'smallint', 'boolean', 'numeric', 'timestamp with time zone', 'xid8')`;
  expect(columns.length).toBeGreaterThan(30);
  const found = [];
  for (const { place, name } of columns) {
    const [row] = await server.database.ownerSql.unsafe<{ count: number }[]>(
      `select count(*)::int as count from ${place} where strpos(lower("${name}"::text), $1) > 0`,
      [words],
    );
    if (row && row.count > 0) found.push(`${place}.${name}`);
  }
  return found;
}

async function entriesLeft(): Promise<number> {
  const [row] = await server.database.ownerSql<{ count: number }[]>`
    select ((select count(*) from record.range_entry) + (select count(*) from record.identifier_entry))::int as count`;
  return row?.count ?? -1;
}

describe('$expunge of one resource', () => {
  it('leaves no byte of it, in no version and no table', async () => {
    const patient = await make({ resourceType: 'Patient' });
    const address = await make(observation(patient, `${marker}1`));
    const id = address.slice('Observation/'.length);
    await server.put(address, { ...observation(patient, `${marker}2`), id });
    expect(await rowsWith(marker)).toEqual(
      expect.arrayContaining(['record.resource.content', 'record.resource.strings', 'record.history.content']),
    );
    const answer = await expunge(address);
    expect([answer.status, validateResource(answer.body)]).toEqual([200, []]);
    expect(answer.body).toMatchObject({
      parameter: [
        { name: 'erased', valueInteger: 1 },
        { name: 'erasedVersions', valueInteger: 0 },
      ],
    });
    expect(await rowsWith(marker)).toEqual([]);
    expect(await entriesLeft()).toBe(0);
    expect(await checkRecord(server.database.ownerSql)).toEqual([]);
  });

  it('is gone for readers, searches and histories, which stay valid', async () => {
    const patient = await make({ resourceType: 'Patient' });
    const address = await make(observation(patient, marker));
    await expunge(address);
    expect((await server.get(address)).status).toBe(410);
    expect((await server.get(`${address}/_history/1`)).status).toBe(404);
    expect(matchIds((await server.get(`Observation?patient=${patient}`)).body)).toEqual([]);
    for (const path of [`${address}/_history`, 'Observation/_history', '_history']) {
      const { status, body } = await server.get(path);
      expect([path, status, validateResource(body)]).toEqual([path, 200, []]);
      expect(entriesOf(body)[0]).toMatchObject({
        request: { method: 'DELETE' },
        response: { status: '204', etag: 'W/"2"' },
      });
    }
    expect((await server.get(`${patient}/$everything`)).text).not.toContain(address);
  });

  it('leaves records of who, when, why and on what ground, and tells subscribers', async () => {
    const patient = await make({ resourceType: 'Patient' });
    const address = await make(observation(patient, marker));
    await expunge(address);
    const [erasure] = await server.database
      .sql`select actor, type, id, resources, legal_basis, reason from audit.erasure`;
    expect(erasure).toEqual({
      actor: 'tester',
      type: 'Observation',
      id: address.slice('Observation/'.length),
      resources: 1,
      legal_basis: 'Court order 7',
      reason: 'Ordered by the court',
    });
    const actions = await server.database.sql<{ action: string }[]>`
      select action from audit.entry where type = 'Observation' order by seq`;
    expect(actions.map(({ action }) => action)).toEqual(['POST', 'ERASE']);
    const { changes } = await readChanges(server.database.sql, firstChange, 100);
    const own = changes.filter(({ type }) => type === 'Observation');
    expect(own).toMatchObject([{ method: 'ERASE', version: 2, patient: patient.slice('Patient/'.length) }]);
  });

  it('takes what was deleted before, and lets the id be used again', async () => {
    const patient = await make({ resourceType: 'Patient' });
    const address = await make(observation(patient, marker));
    await server.delete(address);
    expect((await expunge(address)).status).toBe(200);
    expect(await rowsWith(marker)).toEqual([]);
    expect((await expunge(address)).status).toBe(410);
    const id = address.slice('Observation/'.length);
    expect((await server.put(address, { ...observation(patient, 'new'), id })).headers.get('etag')).toBe('W/"4"');
    expect((await expunge(address)).status).toBe(200);
    expect(await checkRecord(server.database.ownerSql)).toEqual([]);
  });

  it('leaves the rest of the record as it is, and refuses to leave references behind unless that is accepted', async () => {
    const patient = await make({ resourceType: 'Patient' });
    const panel = await make(observation(patient, marker));
    const member = await make(observation(patient, 'derived', { derivedFrom: [{ reference: panel }] }));
    const refused = await expunge(panel);
    expect([refused.status, placesOf(refused.body)]).toEqual([409, [member]]);
    expect((await server.get(panel)).status).toBe(200);
    const accepted = await expunge(panel, { acceptDangling: true });
    expect(accepted.body).toMatchObject({
      parameter: [{ valueInteger: 1 }, { valueInteger: 0 }, { valueReference: { reference: member } }],
    });
    expect((await server.get(member)).status).toBe(200);
  });

  it('refuses to damage the record of another, whatever is accepted', async () => {
    const patient = await make({ resourceType: 'Patient' });
    const other = await make({ resourceType: 'Patient' });
    const shared = await make(observation(patient, marker));
    const foreign = await make(observation(other, 'x', { derivedFrom: [{ reference: shared }] }));
    const answer = await expunge(shared, { acceptDangling: true });
    expect([answer.status, placesOf(answer.body)]).toEqual([409, [foreign]]);
    expect(await rowsWith(marker)).not.toEqual([]);
  });
});

describe('$expunge of a whole record', () => {
  async function chart(): Promise<{ patient: string; addresses: string[] }> {
    const patient = await make({
      resourceType: 'Patient',
      name: [{ family: marker }],
      telecom: [{ system: 'phone', value: marker }],
    });
    const encounter = await make({
      resourceType: 'Encounter',
      status: 'finished',
      class: { code: 'AMB', display: marker },
      subject: { reference: patient },
    });
    const one = await make(observation(patient, marker, { encounter: { reference: encounter } }));
    await server.put(one, { ...observation(patient, `${marker}b`), id: one.slice('Observation/'.length) });
    const deleted = await make(observation(patient, `${marker}c`));
    await server.delete(deleted);
    const file = await make({
      resourceType: 'Binary',
      contentType: 'text/plain',
      securityContext: { reference: patient },
      data: Buffer.from(marker).toString('base64'),
    });
    const attachment = { contentType: 'text/plain', url: file, title: marker };
    const document = await make({
      resourceType: 'DocumentReference',
      status: 'current',
      subject: { reference: patient },
      content: [{ attachment }],
    });
    return { patient, addresses: [patient, encounter, one, deleted, file, document] };
  }

  it('leaves no byte of it, and nothing of others is touched', async () => {
    const { patient, addresses } = await chart();
    const other = await make({ resourceType: 'Patient', name: [{ family: 'stays' }] });
    const kept = await make(observation(other, 'kept'));
    const data = Buffer.from(marker).toString('base64').toLowerCase();
    expect(await rowsWith(data)).not.toEqual([]);
    const answer = await expunge(patient, { scope: 'record' });
    expect(answer.body).toMatchObject({
      parameter: [
        { name: 'erased', valueInteger: addresses.length },
        { name: 'erasedVersions', valueInteger: 0 },
      ],
    });
    expect([await rowsWith(marker), await rowsWith(data)]).toEqual([[], []]);
    for (const address of addresses) expect((await server.get(address)).status, address).toBe(410);
    expect((await server.get(`${patient}/$everything`)).status).toBe(410);
    for (const address of [other, kept]) expect((await server.get(address)).status).toBe(200);
    expect(await checkRecord(server.database.ownerSql)).toEqual([]);
    const erased = await server.database.sql`select from audit.entry where action = 'ERASE'`;
    expect(erased.length).toBe(addresses.length);
  });

  it('can be tried first', async () => {
    const { patient, addresses } = await chart();
    const answer = await expunge(patient, { scope: 'record', dryRun: true });
    expect(answer.body).toMatchObject({
      parameter: [
        { name: 'erased', valueInteger: addresses.length },
        { name: 'erasedVersions', valueInteger: 0 },
      ],
    });
    expect((await server.get(patient)).status).toBe(200);
    expect((await server.database.sql`select from audit.erasure`).length).toBe(0);
  });

  it('refuses while the record of another refers to it, and says where', async () => {
    const { patient } = await chart();
    const child = await make({ resourceType: 'Patient' });
    const foreign = await make(observation(child, 'measured-by-the-mother', { performer: [{ reference: patient }] }));
    const group = await make({
      resourceType: 'Group',
      type: 'person',
      actual: true,
      member: [{ entity: { reference: child } }, { entity: { reference: patient } }],
    });
    const answer = await expunge(patient, { scope: 'record', acceptDangling: true });
    expect([answer.status, placesOf(answer.body).toSorted()]).toEqual([409, [group, foreign].toSorted()]);
    expect((await server.get(patient)).status).toBe(200);
  });

  it('takes what others write to it at the same time', async () => {
    const { patient } = await chart();
    let going = true;
    const writers = Array.from({ length: 4 }, async () => {
      const written = [];
      while (going) written.push((await server.post('Observation', observation(patient, marker))).status);
      return written;
    });
    const answer = await expunge(patient, { scope: 'record' });
    going = false;
    await Promise.all(writers);
    expect(answer.status).toBe(200);
    expect(await checkRecord(server.database.ownerSql)).toEqual([]);
    expect((await server.get(patient)).status).toBe(410);
  });
});

describe("versions of an erased record in resources that are another's now", () => {
  async function twoPatients() {
    return [await make({ resourceType: 'Patient' }), await make({ resourceType: 'Patient' })] as const;
  }

  async function expectStays(address: string, text: string) {
    expect((await server.get(address)).body).toMatchObject({ code: { text } });
    const history = await server.get(`${address}/_history`);
    expect([history.status, validateResource(history.body)]).toEqual([200, []]);
    expect((await server.get('_history')).text).not.toContain(marker);
    expect(await rowsWith(marker)).toEqual([]);
    expect(await checkRecord(server.database.ownerSql)).toEqual([]);
  }

  it.each(['given', 'ours'])('lose their content where the resource was corrected (id %s)', async (ids) => {
    const [wrong, right] = await twoPatients();
    const id = ids === 'given' ? 'x-1' : (await server.create(observation(wrong, marker))).id;
    const address = `Observation/${id}`;
    if (ids === 'given') await server.put(address, { ...observation(wrong, marker), id });
    await server.put(address, { ...observation(right, 'stays'), id });
    await server.put(address, { ...observation(wrong, `${marker}2`), id });
    await server.put(address, { ...observation(right, 'stays-too'), id });
    const tried = await expunge(wrong, { scope: 'record', dryRun: true });
    expect(tried.body).toMatchObject({ parameter: [{ valueInteger: 1 }, { valueInteger: 2 }] });
    const answer = await expunge(wrong, { scope: 'record' });
    expect(answer.body).toMatchObject({ parameter: [{ valueInteger: 1 }, { valueInteger: 2 }] });
    const statuses = [];
    for (const version of [1, 2, 3, 4]) statuses.push((await server.get(`${address}/_history/${version}`)).status);
    expect(statuses).toEqual([410, 200, 410, 200]);
    await expectStays(address, 'stays-too');
    const erased = await server.database.sql`
      select version, patient from audit.entry where action = 'ERASE' and type = 'Observation' order by version`;
    const patient = wrong.slice('Patient/'.length);
    expect([...erased]).toEqual([
      { version: 1, patient },
      { version: 3, patient },
    ]);
    const { changes } = await readChanges(server.database.sql, firstChange, 100);
    const methods = changes.filter(({ type }) => type === 'Observation').map(({ method }) => method);
    expect(methods).toEqual(['ERASE', 'PUT', 'ERASE', 'PUT']);
  });

  it('lose it where the id was used again, and where that is deleted in turn', async () => {
    for (const isDeleted of [false, true]) {
      const [gone, other] = await twoPatients();
      const { id } = await server.create(observation(gone, marker));
      const address = `Observation/${id}`;
      await server.delete(address);
      await server.put(address, { ...observation(other, 'stays'), id });
      if (isDeleted) await server.delete(address);
      const answer = await expunge(gone, { scope: 'record' });
      expect(answer.body).toMatchObject({ parameter: [{ valueInteger: 1 }, { valueInteger: 1 }] });
      expect((await server.get(`${address}/_history/1`)).status).toBe(410);
      expect((await server.get(`${address}/_history/3`)).body).toMatchObject({ code: { text: 'stays' } });
      expect(await rowsWith(marker)).toEqual([]);
      if (!isDeleted) await expectStays(address, 'stays');
    }
  });

  it('stay where they only name the patient', async () => {
    const [performer, subject] = await twoPatients();
    const { id } = await server.create(observation(subject, 'one', { performer: [{ reference: performer }] }));
    await server.put(`Observation/${id}`, { ...observation(subject, 'two'), id });
    const answer = await expunge(performer, { scope: 'record' });
    expect(answer.body).toMatchObject({ parameter: [{ valueInteger: 1 }, { valueInteger: 0 }] });
    expect((await server.get(`Observation/${id}/_history/1`)).status).toBe(200);
  });
});

describe('the files of an erased record', () => {
  const baseUrl = 'http://record.test/fhir';
  beforeEach(async () => {
    await server.close();
    server = await startFhirServer({ baseUrl });
  });

  const file = (others: JsonObject = {}) =>
    make({ resourceType: 'Binary', contentType: 'text/plain', data: 'AAAA', ...others });
  const document = (patient: string, url: string) =>
    make({
      resourceType: 'DocumentReference',
      status: 'current',
      subject: { reference: patient },
      content: [{ attachment: { contentType: 'text/plain', url } }],
    });
  const of = (reference: string) => ({ securityContext: { reference } });

  async function expungeWith(patient: string, name: string) {
    await document(patient, name);
    const { status, body } = await expunge(patient, { scope: 'record' });
    expect([status, validateResource(body)]).toEqual([200, []]);
    const parameters = Array.isArray(body['parameter']) ? body['parameter'] : [];
    return parameters.filter((each) => isJsonObject(each) && each['name'] === 'kept');
  }

  const kept = (address: string) => [{ name: 'kept', valueReference: { reference: address } }];

  const encounterOf = (patient: string) =>
    make({
      resourceType: 'Encounter',
      status: 'finished',
      class: { code: 'AMB' },
      subject: { reference: patient },
    });

  it('are erased where their context leads to the patient, in whatever form', async () => {
    for (const absolute of [false, true]) {
      for (const target of ['Patient', 'Encounter']) {
        const patient = await make({ resourceType: 'Patient' });
        const context = target === 'Patient' ? patient : await encounterOf(patient);
        const scan = await file(of(absolute ? `${baseUrl}/${context}` : context));
        expect(await expungeWith(patient, absolute ? `${baseUrl}/${scan}/_history/1` : scan)).toEqual([]);
        expect((await server.get(scan)).status, `${target} ${absolute}`).toBe(410);
      }
    }
  });

  it('stay where their context leads to another, or nowhere, and the answer says so', async () => {
    const other = await make({ resourceType: 'Patient' });
    const encounter = await encounterOf(other);
    const organization = await make({ resourceType: 'Organization', name: 'x' });
    const contexts = [other, `${baseUrl}/${other}`, encounter, `${baseUrl}/${encounter}`, organization];
    for (const context of [undefined, ...contexts]) {
      const patient = await make({ resourceType: 'Patient' });
      const scan = await file(context === undefined ? {} : of(context));
      expect(await expungeWith(patient, scan), context).toEqual(kept(scan));
      expect((await server.get(scan)).status, context).toBe(200);
    }
  });

  it.each(['', '/_history/1', 'absolute'])('stay where the record of another names them (%s)', async (form) => {
    const patient = await make({ resourceType: 'Patient' });
    const other = await make({ resourceType: 'Patient' });
    const scan = await file(of(patient));
    const foreign = await document(other, form === 'absolute' ? `${baseUrl}/${scan}` : `${scan}${form}`);
    expect(await expungeWith(patient, scan)).toEqual(kept(scan));
    for (const address of [scan, foreign]) expect((await server.get(address)).status).toBe(200);
    expect(await checkRecord(server.database.ownerSql)).toEqual([]);
  });

  it('are erased where they were deleted before', async () => {
    const patient = await make({ resourceType: 'Patient' });
    const data = Buffer.from(marker).toString('base64');
    const scan = await file({ ...of(patient), data });
    await server.delete(scan);
    expect(await expungeWith(patient, scan)).toEqual([]);
    expect(await rowsWith(data.toLowerCase())).toEqual([]);
  });
});

describe('$expunge is refused', () => {
  it.each([
    [{ reason: undefined }, 'http.reason'],
    [{ legalBasis: undefined }, 'http.legalBasis'],
    [{ reason: ' . ' }, 'http.reason'],
    [{ scope: 'all' }, 'http.scope'],
    [{ colour: 'red' }, 'Parameters.parameter[2].valueString'],
  ])('for %j', async (others, place) => {
    const patient = await make({ resourceType: 'Patient' });
    const answer = await expunge(patient, others);
    expect([answer.status, placesOf(answer.body)]).toEqual([400, [place]]);
    expect((await server.get(patient)).status).toBe(200);
  });

  it('for a record of what is no patient, for nothing, and by GET', async () => {
    const organization = await make({ resourceType: 'Organization', name: 'x' });
    expect((await expunge(organization, { scope: 'record' })).status).toBe(400);
    expect((await expunge('Patient/none')).status).toBe(404);
    expect((await server.get(`${organization}/$expunge`)).status).toBe(405);
    expect((await server.post('Patient/$expunge', request())).status).toBe(404);
  });

  it('to the application in any other way', async () => {
    for (const table of ['record.history', 'record.change', 'audit.entry', 'audit.erasure']) {
      await expect(server.database.sql.unsafe(`delete from ${table}`)).rejects.toThrow('permission denied');
    }
    await expect(
      server.database.sql`insert into audit.erasure (bucket, actor, type, id, resources, legal_basis, reason)
        values (0, 'x', 'x', 'x', 0, 'x', 'x')`,
    ).rejects.toThrow('permission denied');
  });
});

it('an erasure that fails halfway leaves everything as it was', async () => {
  const patient = await make({ resourceType: 'Patient', name: [{ family: marker }] });
  const address = await make(observation(patient, marker));
  await server.database.ownerSql.unsafe('alter table audit.erasure add constraint never check (resources < 0)');
  const answer = await expunge(address);
  expect(answer.status).toBe(500);
  expect(isJsonObject((await server.get(address)).body['code'])).toBe(true);
  expect(await checkRecord(server.database.ownerSql)).toEqual([]);
});
