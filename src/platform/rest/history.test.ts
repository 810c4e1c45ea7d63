import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject } from '#platform/fhir';
import { entriesOf, type FhirServer, linkOf, startFhirServer } from '../../../test/support/fhir-server.ts';

let server: FhirServer;
let moment = Date.parse('2026-03-01T08:00:00.000Z');
const minute = 60_000;

/** Every write is a minute after the one before. */
const now = (): Date => {
  moment += minute;
  return new Date(moment);
};

beforeAll(async () => {
  server = await startFhirServer({ now });
});
afterAll(() => server.close());

const body = (id: string, family: string) => ({ resourceType: 'Patient', id, name: [{ family }] });

function line(entry: JsonObject): string {
  const { request, response, resource } = entry as { request: JsonObject; response: JsonObject; resource?: unknown };
  const family = isJsonObject(resource) ? (resource['name'] as { family: string }[])[0]?.family : '-';
  return `${String(request['method'])} ${String(request['url'])} ${String(response['status'])} ${String(response['etag'])} ${family}`;
}

const linesOf = (bundle: JsonObject): string[] => entriesOf(bundle).map(line);

describe('history of one resource', () => {
  it('tells every version with the interaction that made it, newest first', async () => {
    await server.put('Patient/h1', body('h1', 'A'));
    await server.put('Patient/h1', body('h1', 'B'));
    const operations = [{ op: 'replace', path: '/name/0/family', value: 'C' }];
    await server.patch('Patient/h1', operations, { 'Content-Type': 'application/json-patch+json' });
    await server.delete('Patient/h1');
    await server.put('Patient/h1', body('h1', 'D'));
    const { body: bundle } = await server.get('Patient/h1/_history');
    expect(bundle['type']).toBe('history');
    expect(linesOf(bundle)).toEqual([
      'PUT Patient/h1 200 W/"5" D',
      'DELETE Patient/h1 204 W/"4" -',
      'PATCH Patient/h1 200 W/"3" C',
      'PUT Patient/h1 200 W/"2" B',
      'PUT Patient/h1 201 W/"1" A',
    ]);
    expect(entriesOf(bundle)[0]?.['fullUrl']).toBe(`${server.baseUrl}/Patient/h1`);
  });

  it('tells a create by POST as such', async () => {
    const { id } = await server.create({ resourceType: 'Patient', name: [{ family: 'P' }] });
    await server.put(`Patient/${id}`, body(id, 'Q'));
    expect(linesOf((await server.get(`Patient/${id}/_history`)).body)).toEqual([
      `PUT Patient/${id} 200 W/"2" Q`,
      'POST Patient 201 W/"1" P',
    ]);
  });

  it('stays readable after a deletion', async () => {
    await server.put('Patient/h2', body('h2', 'A'));
    await server.delete('Patient/h2');
    const answer = await server.get('Patient/h2/_history');
    expect(answer.status).toBe(200);
    expect(linesOf(answer.body)).toHaveLength(2);
  });

  it('comes in pages that hold each version once', async () => {
    for (let at = 1; at <= 7; at += 1) {
      await server.put('Patient/h3', body('h3', `F${at}`));
    }
    const seen: string[] = [];
    let next: string | undefined = `${server.baseUrl}/Patient/h3/_history?_count=3`;
    while (next !== undefined) {
      const { body: bundle } = await server.get(next);
      expect(entriesOf(bundle).length).toBeLessThanOrEqual(3);
      seen.push(...linesOf(bundle).map((each) => each.split(' ').at(-1) ?? ''));
      next = linkOf(bundle, 'next');
    }
    expect(seen).toEqual(['F7', 'F6', 'F5', 'F4', 'F3', 'F2', 'F1']);
  });

  it('shows what was made since a moment, and what was current at one', async () => {
    const start = moment;
    for (const family of ['A', 'B', 'C']) {
      await server.put('Patient/h4', body('h4', family));
    }
    const at = (minutes: number): string => new Date(start + minutes * minute).toISOString();
    const families = async (query: string): Promise<string[]> =>
      linesOf((await server.get(`Patient/h4/_history?${query}`)).body).map((each) => each.split(' ').at(-1) ?? '');
    expect(await families(`_since=${at(2)}`)).toEqual(['C', 'B']);
    expect(await families(`_since=${at(4)}`)).toEqual([]);
    expect(await families(`_at=${at(2.5)}`)).toEqual(['B']);
    expect(await families(`_at=${at(0.5)}`)).toEqual([]);
    expect(await families(`_at=${at(9)}`)).toEqual(['C']);
    expect(await families('_at=2026')).toEqual(['C', 'B', 'A']);
  });

  it.each(['_count=x', '_count=-1', '_since=soon', '_at=2026-13', '_cursor=abc'])('refuses %s', async (query) => {
    await server.put('Patient/h5', body('h5', 'A'));
    const answer = await server.get(`Patient/h5/_history?${query}`);
    expect([answer.status, answer.body['resourceType']]).toEqual([400, 'OperationOutcome']);
  });

  it.each(['_cursor=999999999999999', '_cursor=0', '_since=0000', '_at=9999-12-31T23:59:59-12:00', '_count=99999999'])(
    'takes %s',
    async (query) => {
      expect((await server.get(`Patient/h5/_history?${query}`)).status).toBe(200);
    },
  );
});

describe('history of a type and of the whole record', () => {
  it('comes newest first, in pages that hold each version once while others write', async () => {
    for (let at = 1; at <= 9; at += 1) {
      await server.create({ resourceType: 'Organization', name: `O${at}` });
    }
    const seen: string[] = [];
    let next: string | undefined = `${server.baseUrl}/Organization/_history?_count=4`;
    while (next !== undefined) {
      const { body: bundle } = await server.get(next);
      seen.push(...entriesOf(bundle).map(({ resource }) => String((resource as JsonObject)['name'])));
      await server.create({ resourceType: 'Organization', name: 'late' });
      next = linkOf(bundle, 'next');
    }
    expect(seen).toEqual(['O9', 'O8', 'O7', 'O6', 'O5', 'O4', 'O3', 'O2', 'O1']);
  });

  it('tells deletions, and versions since superseded with their own content', async () => {
    await server.put('Location/l1', { resourceType: 'Location', id: 'l1', name: 'A' });
    await server.put('Location/l1', { resourceType: 'Location', id: 'l1', name: 'B' });
    await server.delete('Location/l1');
    const { body: bundle } = await server.get('Location/_history');
    const names = entriesOf(bundle).map(({ resource }) => (isJsonObject(resource) ? resource['name'] : null));
    expect(names).toEqual([null, 'B', 'A']);
  });

  it('shows what was current at a moment', async () => {
    const start = moment;
    for (const name of ['A', 'B', 'C']) {
      await server.put('Device/d1', { resourceType: 'Device', id: 'd1', lotNumber: name });
    }
    const at = new Date(start + 2.5 * minute).toISOString();
    const { body: bundle } = await server.get(`Device/_history?_at=${at}`);
    expect(entriesOf(bundle).map(({ resource }) => (resource as JsonObject)['lotNumber'])).toEqual(['B']);
  });

  it('holds every type', async () => {
    await server.create({ resourceType: 'Organization', name: 'last' });
    const { body: bundle } = await server.get('_history?_count=1000');
    const types = new Set(entriesOf(bundle).map(({ fullUrl }) => String(fullUrl).split('/').at(-2) ?? ''));
    expect([...types].sort()).toEqual(['Device', 'Location', 'Organization', 'Patient']);
    expect((await server.get('Nothing/_history')).status).toBe(404);
  });
});
