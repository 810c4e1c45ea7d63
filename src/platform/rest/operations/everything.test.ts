import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject, validateResource } from '#platform/fhir';
import {
  entriesOf,
  type FhirServer,
  linkOf,
  matchIds,
  placesOf,
  startFhirServer,
} from '../../../../test/support/fhir-server.ts';

let server: FhirServer;
const ids: Record<string, string> = {};
let patient: string;

/** Creates a resource and remembers its id under a name. */
async function make(name: string, resource: JsonObject): Promise<string> {
  const { id } = await server.create(resource);
  ids[name] = id;
  return `${String(resource['resourceType'])}/${id}`;
}

beforeAll(async () => {
  server = await startFhirServer();
  const ministry = await make('ministry', { resourceType: 'Organization', name: 'Ministry' });
  const hospital = await make('hospital', {
    resourceType: 'Organization',
    name: 'Hospital',
    partOf: { reference: ministry },
  });
  const doctor = await make('doctor', { resourceType: 'Practitioner', name: [{ family: 'Həkim' }] });
  const role = await make('role', {
    resourceType: 'PractitionerRole',
    practitioner: { reference: doctor },
    organization: { reference: hospital },
  });
  await make('unrelated', { resourceType: 'Practitioner', name: [{ family: 'Başqa' }] });
  const medicine = await make('medicine', { resourceType: 'Medication', code: { text: 'Metformin' } });
  patient = await make('patient', { resourceType: 'Patient', name: [{ family: 'Əliyeva' }], birthDate: '1950-01-01' });
  const child = await make('child', {
    resourceType: 'Patient',
    link: [{ other: { reference: patient }, type: 'seealso' }],
  });
  const subject = { reference: patient };
  const encounter = await make('encounter', {
    resourceType: 'Encounter',
    status: 'finished',
    class: { code: 'AMB' },
    subject,
    period: { start: '2024-03-01T10:00:00+04:00', end: '2024-03-01T11:00:00+04:00' },
    participant: [{ individual: { reference: role } }],
    serviceProvider: { reference: hospital },
  });
  await make('early', { ...observation(subject, '2020-05-05'), encounter: { reference: encounter } });
  await make('late', observation(subject, '2024-03-01'));
  await make('undated', { resourceType: 'Goal', lifecycleStatus: 'active', description: { text: 'x' }, subject });
  await make('prescription', {
    resourceType: 'MedicationRequest',
    status: 'active',
    intent: 'order',
    subject,
    medicationReference: { reference: medicine },
    authoredOn: '2024-03-01',
  });
  await make('ofChild', { ...observation({ reference: child }, '2024-03-02'), performer: [subject] });
  await make('childAlone', observation({ reference: child }, '2024-03-02'));
});
afterAll(() => server.close());

const observation = (subject: unknown, day: string) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  subject,
  effectiveDateTime: day,
});

function named(bundle: JsonObject, mode: string): string[] {
  const shown = entriesOf(bundle)
    .filter(({ search }) => isJsonObject(search) && search['mode'] === mode)
    .map(({ resource }) => isJsonObject(resource) && resource['id']);
  return Object.entries(ids)
    .filter(([, id]) => shown.includes(id))
    .map(([name]) => name)
    .toSorted();
}

const everything = (query = '') => server.get(`${patient}/$everything${query}`);

describe('Patient/$everything', () => {
  it('gives the whole record, and what it refers to outside of any record', async () => {
    const { status, body } = await everything();
    expect(status).toBe(200);
    expect(named(body, 'match')).toEqual([
      'early',
      'encounter',
      'late',
      'ofChild',
      'patient',
      'prescription',
      'undated',
    ]);
    expect(named(body, 'include')).toEqual(['doctor', 'hospital', 'medicine', 'ministry', 'role']);
    expect(body['total']).toBe(7);
    expect(linkOf(body, 'self')).toBe(`${server.baseUrl}/${patient}/$everything`);
    expect(linkOf(body, 'next')).toBeUndefined();
    expect(validateResource(body)).toEqual([]);
  });

  it('gives resources exactly as they are stored, each once, with the address to read it by', async () => {
    const exact = await server.create({
      ...observation({ reference: patient }, '2024-04-01'),
      valueQuantity: { value: 1 },
    });
    const text = JSON.stringify({ ...exact, valueQuantity: { value: 0 } }).replace('"value":0', '"value":1.10');
    await server.put(`Observation/${exact.id}`, text);
    const stored = (await server.get(`Observation/${exact.id}`)).text;
    const answer = await everything();
    expect(answer.text).toContain(`{"fullUrl":"${server.baseUrl}/Observation/${exact.id}","resource":${stored},`);
    const urls = entriesOf(answer.body).map(({ fullUrl }) => fullUrl);
    expect(new Set(urls).size).toBe(urls.length);
    await server.delete(`Observation/${exact.id}`);
    expect((await everything()).text).not.toContain(exact.id);
  });

  it.each([
    ['?start=2024-01-01', ['encounter', 'late', 'ofChild', 'patient', 'prescription', 'undated']],
    ['?end=2020-12-31', ['early', 'patient', 'undated']],
    ['?start=2024-03-01&end=2024-03-01', ['encounter', 'late', 'patient', 'prescription', 'undated']],
    ['?_type=Observation', ['early', 'late', 'ofChild']],
    ['?_type=Encounter,MedicationRequest&_type=Patient', ['encounter', 'patient', 'prescription']],
    ['?_since=2999-01-01T00:00:00Z', []],
    ['?_since=2020-01-01T00:00:00Z&_type=Patient', ['patient']],
  ])('gives what %s asks for', async (query, wanted) => {
    const { status, body } = await everything(query);
    expect([status, named(body, 'match')]).toEqual([200, wanted]);
    expect(validateResource(body)).toEqual([]);
  });

  it('gives only the types asked for of what the record refers to as well', async () => {
    expect(named((await everything('?_type=Encounter,PractitionerRole')).body, 'include')).toEqual(['role']);
    expect(named((await everything('?_type=Encounter')).body, 'include')).toEqual([]);
  });

  it('is asked by POST with the same parameters', async () => {
    const parameter = [{ name: '_type', valueCode: 'Observation' }];
    const { body } = await server.post(`${patient}/$everything`, { resourceType: 'Parameters', parameter });
    expect(named(body, 'match')).toEqual(['early', 'late', 'ofChild']);
    expect(linkOf(body, 'self')).toBe(`${server.baseUrl}/${patient}/$everything?_type=Observation`);
  });

  it('is answered within a batch', async () => {
    const entry = [{ request: { method: 'GET', url: `${patient}/$everything?_type=Patient` } }];
    const { body } = await server.post('', { resourceType: 'Bundle', type: 'batch', entry });
    const [answer] = entriesOf(body);
    expect(isJsonObject(answer?.['resource']) && matchIds(answer['resource'])).toEqual([ids['patient']]);
  });

  it('visits each resource once, page by page, while others are written, changed and deleted', async () => {
    const owner = await server.create({ resourceType: 'Patient' });
    const subject = { reference: `Patient/${owner.id}` };
    const made = [];
    for (let at = 0; at < 20; at += 1) made.push((await server.create(observation(subject, '2024-01-01'))).id);
    const seen: string[] = [];
    let next: string | undefined = `Patient/${owner.id}/$everything?_count=4`;
    for (let page = 0; next !== undefined; page += 1) {
      const { body } = await server.get(next);
      const found = matchIds(body);
      expect(found.length).toBeLessThanOrEqual(4);
      expect(body['total']).toBeUndefined();
      seen.push(...found);
      next = linkOf(body, 'next');
      const [first = ''] = seen.filter((id) => id !== owner.id);
      await server.put(`Observation/${first}`, { ...observation(subject, '2025-01-01'), id: first });
      if (page === 1) await server.delete(`Observation/${made[1]}`);
      if (page === 2) made.push((await server.create(observation(subject, '2024-01-01'))).id);
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.toSorted()).toEqual([owner.id, ...made].toSorted());
  });

  it('goes on with another page where a record has more bytes than one answer may, and streams it', async () => {
    const owner = await server.create({ resourceType: 'Patient' });
    const attachment = { contentType: 'text/plain', data: 'QUJD'.repeat(3_000_000) }; // 12 MB
    const subject = { reference: `Patient/${owner.id}` };
    for (let at = 0; at < 4; at += 1) {
      await server.create({ resourceType: 'DocumentReference', status: 'current', subject, content: [{ attachment }] });
    }
    const first = await server.get(`Patient/${owner.id}/$everything`);
    const next = linkOf(first.body, 'next');
    expect(first.headers.get('content-length')).toBeNull();
    expect(Buffer.byteLength(first.text)).toBeLessThan(37_000_000);
    const second = await server.get(String(next));
    expect(linkOf(second.body, 'next')).toBeUndefined();
    expect([matchIds(first.body).length, matchIds(second.body).length]).toEqual([4, 1]);
  }, 60_000);

  it('leaves a record of whose record was read, before it is answered', async () => {
    await everything();
    const [row] = await server.database.sql<{ patient: string; matches: number }[]>`
      select patient, matches from audit.entry where action = '$everything' order by seq desc limit 1`;
    expect(row).toEqual({ patient: ids['patient'], matches: 7 });
  });
});

describe('Encounter/$everything', () => {
  it('gives the encounter with what was recorded in it, and what that refers to', async () => {
    const { status, body } = await server.get(`Encounter/${ids['encounter']}/$everything`);
    expect(status).toBe(200);
    expect(named(body, 'match')).toEqual(['early', 'encounter']);
    expect(named(body, 'include')).toEqual(['doctor', 'hospital', 'ministry', 'patient', 'role']);
    expect([body['total'], validateResource(body)]).toEqual([2, []]);
  });

  it('heeds its parameters and comes in pages', async () => {
    const typed = await server.get(`Encounter/${ids['encounter']}/$everything?_type=Observation`);
    expect([named(typed.body, 'match'), named(typed.body, 'include')]).toEqual([['early'], []]);
    const first = await server.get(`Encounter/${ids['encounter']}/$everything?_count=1`);
    const second = await server.get(String(linkOf(first.body, 'next')));
    expect([named(first.body, 'match'), named(second.body, 'match')]).toEqual([['encounter'], ['early']]);
    const start = await server.get(`Encounter/${ids['encounter']}/$everything?start=2024-01-01`);
    expect([start.status, placesOf(start.body)]).toEqual([400, ['http.start']]);
  });

  it('leaves a record of whose encounter was read, and is not there for what is not', async () => {
    await server.get(`Encounter/${ids['encounter']}/$everything`);
    const [row] = await server.database.sql<{ type: string; patient: string }[]>`
      select type, patient from audit.entry where action = '$everything' order by seq desc limit 1`;
    expect(row).toEqual({ type: 'Encounter', patient: ids['patient'] });
    expect((await server.get('Encounter/none/$everything')).status).toBe(404);
  });
});

describe('Patient/$everything is refused', () => {
  it.each([
    ['?_count=0', 'http._count'],
    ['?_count=many', 'http._count'],
    ['?_cursor=x', 'http._cursor'],
    ['?_type=Nothing', 'http._type'],
    ['?start=spring', 'http.start'],
    ['?_since=2024', 'http._since'],
    ['?colour=red', 'http.colour'],
  ])('for %s', async (query, place) => {
    const answer = await everything(query);
    expect([answer.status, placesOf(answer.body)]).toEqual([400, [place]]);
  });

  it('for one who is not there, or no longer', async () => {
    expect((await server.get('Patient/none/$everything')).status).toBe(404);
    const { id } = await server.create({ resourceType: 'Patient' });
    await server.delete(`Patient/${id}`);
    expect((await server.get(`Patient/${id}/$everything`)).status).toBe(410);
    expect((await server.get(`Patient/${id}/$everything?_type=Observation`)).status).toBe(410);
  });

  it('for all people at once, with the address where it can be asked', async () => {
    const answer = await server.get('Patient/$everything');
    expect(answer.status).toBe(404);
    expect(answer.text).toContain('/Patient/[id]/$everything');
  });
});
