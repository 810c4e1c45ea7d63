import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateResource } from '#platform/fhir';
import { type FhirServer, linkOf, matchIds, placesOf, startFhirServer } from '../../../../test/support/fhir-server.ts';

let server: FhirServer;
let patient: string;
const ids: Record<string, string> = {};

const vital = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }],
};

async function observe(name: string, about: string, code: string, day: string | undefined): Promise<void> {
  const { id } = await server.create({
    resourceType: 'Observation',
    status: 'final',
    category: [vital],
    code: { coding: [{ system: 'http://loinc.org', code }] },
    subject: { reference: about },
    ...(day === undefined ? {} : { effectiveDateTime: day }),
  });
  ids[name] = id;
}

beforeAll(async () => {
  server = await startFhirServer();
  patient = `Patient/${(await server.create({ resourceType: 'Patient' })).id}`;
  const other = `Patient/${(await server.create({ resourceType: 'Patient' })).id}`;
  ids['other'] = other;
  await observe('pulseOld', patient, '8867-4', '2024-01-01');
  await observe('pulseNew', patient, '8867-4', '2024-03-01');
  await observe('pulseMiddle', patient, '8867-4', '2024-02-01T10:00:00Z');
  await observe('weight', patient, '29463-7', '2023-01-01');
  await observe('weightUndated', patient, '29463-7', undefined);
  await observe('pulseOther', other, '8867-4', '2025-01-01');
});
afterAll(() => server.close());

async function last(query: string): Promise<(string | undefined)[]> {
  const { status, body } = await server.get(`Observation/$lastn?${query}`);
  expect([status, validateResource(body)]).toEqual([200, []]);
  return matchIds(body).map((id) => Object.keys(ids).find((name) => ids[name] === id));
}

describe('Observation/$lastn', () => {
  it('gives the most recent of each code, or as many as asked for', async () => {
    expect(await last(`patient=${patient}&category=vital-signs`)).toEqual(['pulseNew', 'weight']);
    expect(await last(`subject=${patient}&category=vital-signs&max=2`)).toEqual([
      'pulseNew',
      'pulseMiddle',
      'weight',
      'weightUndated',
    ]);
    expect(await last(`patient=${patient}&code=http://loinc.org|29463-7&max=5`)).toEqual(['weight', 'weightUndated']);
  });

  it('heeds the other search parameters', async () => {
    expect(await last(`patient=${patient}&category=vital-signs&date=lt2024-02-15`)).toEqual(['pulseMiddle', 'weight']);
    expect(await last(`patient=${patient}&category=laboratory`)).toEqual([]);
  });

  it('keeps several people apart', async () => {
    const query = `subject=${patient},${ids['other']}&code=8867-4`;
    expect(await last(query)).toEqual(['pulseOther', 'pulseNew']);
  });

  it('is asked by POST, and within a batch', async () => {
    const parameter = [
      { name: 'patient', valueString: patient },
      { name: 'code', valueString: '8867-4' },
      { name: 'max', valuePositiveInt: 2 },
    ];
    const posted = await server.post('Observation/$lastn', { resourceType: 'Parameters', parameter });
    expect(matchIds(posted.body)).toEqual([ids['pulseNew'], ids['pulseMiddle']]);
    expect(linkOf(posted.body, 'self')).toContain('Observation/$lastn?max=2&patient=');
    const entry = [{ request: { method: 'GET', url: `Observation/$lastn?patient=${patient}&code=8867-4` } }];
    const batch = await server.post('', { resourceType: 'Bundle', type: 'batch', entry });
    expect(batch.text).toContain(`Observation/${ids['pulseNew']}`);
  });

  it('looks through more than a page of observations', async () => {
    const owner = `Patient/${(await server.create({ resourceType: 'Patient' })).id}`;
    const entryOf = (at: number) => ({
      resource: {
        resourceType: 'Observation',
        status: 'final',
        code: { coding: [{ code: at < 3 ? 'rare' : 'often' }] },
        subject: { reference: owner },
        effectiveDateTime: new Date(Date.UTC(2020, 0, 1, 0, at)).toISOString(),
      },
      request: { method: 'POST', url: 'Observation' },
    });
    const entry = Array.from({ length: 1100 }, (_, at) => entryOf(at));
    expect((await server.post('', { resourceType: 'Bundle', type: 'transaction', entry })).status).toBe(200);
    const { body } = await server.get(`Observation/$lastn?patient=${owner}&code=rare,often&max=2`);
    expect(matchIds(body).length).toBe(4);
  }, 60_000);

  it('leaves a record of whose observations were shown', async () => {
    await last(`patient=${patient}&category=vital-signs`);
    const [row] = await server.database.sql<{ matches: number; patients: string[] }[]>`
      select matches, patients from audit.entry where action = '$lastn' order by seq desc limit 1`;
    expect(row).toEqual({ matches: 2, patients: [patient.slice('Patient/'.length)] });
  });

  it.each([
    ['category=vital-signs', 'http.patient'],
    ['patient=Patient/1', 'http.code'],
    ['patient=Patient/1&code=x&max=0', 'http.max'],
    ['patient=Patient/1&code=x&max=101', 'http.max'],
    ['patient=Patient/1&code=x&_count=3', 'http._count'],
    ['patient=Patient/1&code=x&colour=red', 'http.colour'],
  ])('refuses %s', async (query, place) => {
    const answer = await server.get(`Observation/$lastn?${query}`);
    expect([answer.status, placesOf(answer.body)]).toEqual([400, [place]]);
  });
});
