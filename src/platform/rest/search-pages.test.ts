import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '#platform/fhir';
import { entriesOf, type FhirServer, linkOf, matchIds, startFhirServer } from '../../../test/support/fhir-server.ts';

let server: FhirServer;

beforeAll(async () => {
  server = await startFhirServer();
});
afterAll(() => server.close());

/** Follows the next links; `between` runs before each further page. */
async function pages(search: string, between: () => Promise<unknown> = async () => undefined): Promise<string[][]> {
  const all: string[][] = [];
  let next: string | undefined = search;
  while (next !== undefined) {
    const answer = await server.get(next);
    expect(answer.status, answer.text).toBe(200);
    all.push(matchIds(answer.body));
    next = linkOf(answer.body, 'next');
    await between();
  }
  return all;
}

describe('order', () => {
  const people: readonly (readonly [
    id: string,
    family: string | undefined,
    given: string,
    birthDate: string | undefined,
  ])[] = [
    ['p1', 'Əhmədov', 'Zaur', '1990-01-01'],
    ['p2', 'Eyvazov', 'Anar', '1980'],
    ['p3', 'Əhmədov', 'Aqil', undefined],
    ['p4', 'Xəlilov', 'Oqtay', '1990-05'],
    ['p5', 'Həsənov', 'Ilqar', '2001-02-03'],
    ['p6', 'İsayev', 'Ömər', '1970-07-07'],
    ['p7', 'Isayev', 'Ulvi', '1970-07-07'],
    ['p8', undefined, 'Yalnız', '1960'],
    ['p9', 'Çələbi', 'Vüsal', '1955-01-01'],
    ['p10', 'Cəfərov', 'Vəli', '1956-01-01'],
    ['p11', 'Qasımov', 'A', undefined],
    ['p12', 'Kərimov', 'B', undefined],
  ];

  beforeAll(async () => {
    for (const [id, family, given, birthDate] of people) {
      await server.put(`Patient/${id}`, {
        resourceType: 'Patient',
        id,
        name: [{ ...(family === undefined ? {} : { family }), given: [given] }],
        ...(birthDate === undefined ? {} : { birthDate }),
        gender: Number(id.slice(1)) % 2 === 0 ? 'female' : 'male',
        telecom: [
          { system: 'email', value: `${given}@x.az` },
          { system: 'phone', value: id },
        ],
      });
    }
  });

  it.each([
    ['_sort=_id', 'p1 p10 p11 p12 p2 p3 p4 p5 p6 p7 p8 p9'],
    ['_sort=-_id', 'p9 p8 p7 p6 p5 p4 p3 p2 p12 p11 p10 p1'],
    ['_sort=_lastUpdated', 'p1 p2 p3 p4 p5 p6 p7 p8 p9 p10 p11 p12'],
    ['_sort=-_lastUpdated', 'p12 p11 p10 p9 p8 p7 p6 p5 p4 p3 p2 p1'],
    ['_sort=birthdate', 'p9 p10 p8 p6 p7 p2 p1 p4 p5 p3 p11 p12'],
    ['_sort=-birthdate', 'p5 p4 p1 p2 p6 p7 p8 p10 p9 p3 p11 p12'],
    ['_sort=birthdate,-_id', 'p9 p10 p8 p7 p6 p2 p1 p4 p5 p3 p12 p11'],
    ['_sort=gender,_id', 'p10 p12 p2 p4 p6 p8 p1 p11 p3 p5 p7 p9'],
    ['_sort=family', 'p10 p9 p2 p3 p1 p5 p4 p7 p6 p12 p11 p8'],
    ['_sort=-gender,-birthdate', 'p5 p1 p7 p9 p3 p11 p4 p2 p6 p8 p10 p12'],
    ['_sort=phone', 'p1 p10 p11 p12 p2 p3 p4 p5 p6 p7 p8 p9'],
  ])('%s', async (sort, ids) => {
    const { body } = await server.get(`Patient?${sort}&_count=50`);
    const expected = ids.split(' ');
    expect(matchIds(body)).toEqual(expected);
    for (const count of [1, 3, 5]) {
      expect((await pages(`Patient?${sort}&_count=${count}`)).flat()).toEqual(expected);
    }
  });

  it('orders by dates, numbers and texts that have no column of their own', async () => {
    const make = (id: string, value: number | undefined, issued: string | undefined, text: string | undefined) =>
      server.put(`Observation/${id}`, {
        resourceType: 'Observation',
        id,
        status: 'final',
        code: { coding: [{ code: text ?? 'none' }] },
        ...(value === undefined ? {} : { valueQuantity: { value, unit: 'u' } }),
        ...(issued === undefined ? {} : { valueDateTime: issued }),
        ...(text === undefined ? {} : { method: { coding: [{ code: text }] } }),
      });
    await make('o1', 5, undefined, 'ə');
    await make('o2', -3.5, undefined, 'f');
    await make('o3', undefined, '2020-01-01', undefined);
    await make('o4', 1e6, undefined, 'e');
    await make('o5', undefined, '2019', 'z');
    for (const count of [2, 10]) {
      expect((await pages(`Observation?_sort=value-quantity&_count=${count}`)).flat()).toEqual([
        'o2',
        'o1',
        'o4',
        'o3',
        'o5',
      ]);
      expect((await pages(`Observation?_sort=-value-quantity&_count=${count}`)).flat()).toEqual([
        'o4',
        'o1',
        'o2',
        'o3',
        'o5',
      ]);
      expect((await pages(`Observation?_sort=-value-date,_id&_count=${count}`)).flat()).toEqual([
        'o3',
        'o5',
        'o1',
        'o2',
        'o4',
      ]);
      expect((await pages(`Observation?_sort=method&_count=${count}`)).flat()).toEqual(['o4', 'o1', 'o2', 'o5', 'o3']);
    }
  });
});

describe('pages', () => {
  it.each(['', '&_sort=-_lastUpdated', '&_sort=-birthdate', '&_sort=family,_id'])(
    'visit each match once while others are written and deleted%s',
    async (sort) => {
      const tag = `pages${sort.replaceAll(',', '+')}`;
      const make = (number: number) =>
        server.create({
          resourceType: 'Patient',
          meta: { tag: [{ system: 'urn:t', code: tag }] },
          name: [{ family: `F${number % 7}` }],
          birthDate: `19${50 + (number % 40)}-01-01`,
        });
      const ids: string[] = [];
      for (let at = 0; at < 40; at += 1) {
        ids.push((await make(at)).id);
      }
      let number = 0;
      const seen = await pages(`Patient?_tag=${encodeURIComponent(tag)}&_count=7${sort}`, async () => {
        if (number > 60) return; // newcomers may come last, but not for ever
        number += 20;
        await Promise.all([make(number), make(number + 5)]);
      });
      const flat = seen.flat();
      expect(new Set(flat).size).toBe(flat.length);
      expect(ids.filter((id) => !flat.includes(id))).toEqual([]);
    },
  );

  it('go on where a match that was shown has gone', async () => {
    for (let at = 0; at < 6; at += 1) {
      await server.put(`Location/g${at}`, { resourceType: 'Location', id: `g${at}`, name: `N${at}` });
    }
    const first = await server.get('Location?_count=3&_sort=name');
    await server.delete('Location/g2');
    const second = await server.get(linkOf(first.body, 'next') ?? '');
    expect(matchIds(second.body)).toEqual(['g3', 'g4', 'g5']);
    expect(linkOf(second.body, 'next')).toBeUndefined();
  });

  it('carry the same parameters on, and a self link that gives the same page', async () => {
    const first = await server.get('Location?_count=2&_sort=-name&name=N&_elements=name&_total=none');
    const next = linkOf(first.body, 'next') ?? '';
    expect(new URL(next).searchParams.get('_elements')).toBe('name');
    const second = await server.get(next);
    const again = await server.get(linkOf(second.body, 'self') ?? '');
    expect(matchIds(again.body)).toEqual(matchIds(second.body));
    expect(matchIds(first.body)).not.toEqual(matchIds(second.body));
  });

  it.each([
    ['W10', '_sort=_lastUpdated'],
    [Buffer.from('["x","1"]').toString('base64url'), '_sort=_lastUpdated'],
    [Buffer.from('["2024-99-99","1"]').toString('base64url'), '_sort=_lastUpdated'],
    [Buffer.from('["heavy","1"]').toString('base64url'), '_sort=position'],
    [Buffer.from('["1","99999999999999999999999"]').toString('base64url'), '_sort=name'],
    [Buffer.from('["a\\u0000","1"]').toString('base64url'), '_sort=name'],
    [Buffer.from('[{"a":1},"1"]').toString('base64url'), '_sort=_lastUpdated'],
    [Buffer.from('["1"]').toString('base64url'), '_sort=name'],
    [Buffer.from('["-1"]').toString('base64url'), ''],
    ['%00', ''],
    ['🙂', ''],
  ])('refuse the cursor %s', async (cursor, sort) => {
    const type = sort.includes('position') ? 'Observation' : 'Location';
    const query = `_cursor=${encodeURIComponent(cursor)}&${sort.replace('position', 'value-quantity')}`;
    const answer = await server.get(`${type}?${query}`);
    expect([answer.status, answer.body['resourceType']]).toEqual([400, 'OperationOutcome']);
  });

  it('hold a thousand matches at most', async () => {
    const answer = await server.get('Patient?_count=999999999');
    expect(answer.status).toBe(200);
    expect(entriesOf(answer.body).length).toBeGreaterThan(100);
    const self = new URL(linkOf(answer.body, 'self') ?? '');
    expect(self.searchParams.get('_count')).toBe('999999999');
  });

  it('tell when included resources are cut off', async () => {
    const { id } = await server.create({ resourceType: 'Organization', name: 'Many' });
    const entry = Array.from({ length: 2001 }, () => ({
      resource: { resourceType: 'Location', managingOrganization: { reference: `Organization/${id}` } },
      request: { method: 'POST', url: 'Location' },
    }));
    const loaded = await server.post(
      '',
      { resourceType: 'Bundle', type: 'transaction', entry },
      { Prefer: 'return=minimal' },
    );
    expect(loaded.status).toBe(200);
    const { body } = await server.get(`Organization?_id=${id}&_revinclude=Location:organization`);
    const last = entriesOf(body).at(-1) as { search: JsonObject; resource: JsonObject };
    expect([entriesOf(body).length, last.search['mode'], last.resource['resourceType']]).toEqual([
      2002,
      'outcome',
      'OperationOutcome',
    ]);
  }, 60_000);
});
