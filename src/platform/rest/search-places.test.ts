import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '#platform/fhir';
import { entriesOf, type FhirServer, linkOf, matchIds, startFhirServer } from '../../../test/support/fhir-server.ts';

let server: FhirServer;

const concept = (code: string) => ({ coding: [{ system: 'urn:c', code }] });
const to = (reference: string) => ({ reference });

const resources: readonly JsonObject[] = [
  {
    resourceType: 'Patient',
    id: 'p1',
    name: [{ family: 'Əliyeva' }],
    gender: 'female',
    meta: { tag: [{ code: 'x' }] },
  },
  { resourceType: 'Patient', id: 'p2', generalPractitioner: [to('Practitioner/d1')] },
  { resourceType: 'Patient', id: 'p3', link: [{ other: to('Patient/p1'), type: 'seealso' }] },
  {
    resourceType: 'Practitioner',
    id: 'd1',
    name: [{ family: 'Əliyev' }],
    gender: 'male',
    meta: { tag: [{ code: 'x' }] },
  },
  { resourceType: 'Device', id: 'v1' },
  { resourceType: 'RelatedPerson', id: 'rp', patient: to('Patient/p1') },
  {
    resourceType: 'Encounter',
    id: 'e1',
    status: 'finished',
    class: { code: 'AMB' },
    subject: to('Patient/p1'),
    participant: [{ individual: to('Practitioner/d1') }],
  },
  {
    resourceType: 'Observation',
    id: 'o1',
    status: 'final',
    code: concept('a'),
    subject: to('Patient/p1'),
    encounter: to('Encounter/e1'),
  },
  {
    resourceType: 'Observation',
    id: 'o2',
    status: 'final',
    code: concept('b'),
    subject: to('Patient/p2'),
    performer: [to('Patient/p1'), to('RelatedPerson/rp')],
    device: to('Device/v1'),
  },
  { resourceType: 'Observation', id: 'o3', status: 'amended', code: concept('a'), subject: to('Patient/p2') },
  {
    resourceType: 'Condition',
    id: 'c1',
    subject: to('Patient/p1'),
    asserter: to('Practitioner/d1'),
    code: concept('a'),
    text: {
      status: 'generated',
      div: '<div xmlns="http://www.w3.org/1999/xhtml">Bud s&#252;m&#252;y&#252;n&#252;n <b>s&#305;n&#305;ğı</b> &amp; metastazlar</div>',
    },
  },
  {
    resourceType: 'Condition',
    id: 'c2',
    subject: to('Patient/p2'),
    code: { text: 'Qaraciyər metastazları' },
    note: [{ text: 'Biopsiya gözlənilir' }],
  },
  { resourceType: 'Location', id: 'l1', name: 'Palata' },
  ...(
    [
      ['baku', 40.4093, 49.8671],
      ['sumqait', 40.5897, 49.6686],
      ['ganca', 40.6828, 46.3606],
      ['fiji-west', -17.5, 179.9],
      ['fiji-east', -17.5, -179.9],
      ['pole', 89.9, 100],
    ] as const
  ).map(([id, latitude, longitude]) => ({ resourceType: 'Location', id, position: { latitude, longitude } })),
  {
    resourceType: 'List',
    id: 'watched',
    status: 'current',
    mode: 'working',
    entry: [{ item: to('Patient/p1') }, { item: to('Patient/p3') }, { item: to('Observation/o3') }],
  },
  { resourceType: 'Questionnaire', id: 'q1', status: 'active', url: 'http://vsis.az/q', version: '2' },
  {
    resourceType: 'QuestionnaireResponse',
    id: 'qr1',
    status: 'completed',
    questionnaire: 'http://vsis.az/q|2',
    subject: to('Patient/p2'),
  },
  {
    resourceType: 'MolecularSequence',
    id: 'm1',
    coordinateSystem: 0,
    referenceSeq: { genomeBuild: 'GRCh38', chromosome: concept('chr7'), windowStart: 100, windowEnd: 200 },
    variant: [
      { start: 120, end: 130 },
      { start: 150, end: 160 },
    ],
  },
  {
    resourceType: 'MolecularSequence',
    id: 'm2',
    coordinateSystem: 0,
    referenceSeq: { referenceSeqId: concept('NC7'), windowStart: 100, windowEnd: 200 },
  },
  { resourceType: 'Bundle', id: 'b1', type: 'collection' },
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

const encoded = (path: string): string => path.replace(/[^\x20-\x7e]/g, encodeURIComponent).replaceAll(' ', '%20');

async function found(path: string): Promise<string> {
  const answer = await server.get(encoded(path));
  expect(answer.status, answer.text).toBe(200);
  return matchIds(answer.body).sort().join(' ');
}

describe('a search over several types', () => {
  it.each([
    ['?_type=Patient,Practitioner', 'd1 p1 p2 p3'],
    ['?_type=Patient,Practitioner&name=Əli', 'd1 p1'],
    ['?_type=Patient,Practitioner&gender=male', 'd1'],
    ['?_type=Observation,Condition&code=urn:c|a', 'c1 o1 o3'],
    ['?_type=Observation,Condition&patient=p1', 'c1 o1'],
    ['?_tag=x', 'd1 p1'],
    ['?_type=Patient&_tag=x', 'p1'],
    ['?_id=p1,d1,q1', 'd1 p1 q1'],
    ['?_id=p1&_type=Patient,Device', 'p1'],
    ['?_id:not=p1&_type=Patient,Device', 'p2 p3 v1'],
    ['?_tag:missing=true&_type=Patient,Practitioner', 'p2 p3'],
    ['?_list=watched', 'o3 p1 p3'],
    ['?_has:Observation:performer:status=final', 'p1 rp'],
    ['?_content=metastaz', 'c1 c2'],
    ['?_text=metastaz', 'c1'],
    ['?_lastUpdated=gt2100', ''],
  ])('/fhir%s finds %s', async (query, ids) => {
    expect(await found(query)).toBe(ids);
  });

  it('gives everything, page by page and each once, when nothing is asked', async () => {
    const ids: string[] = [];
    let next: string | undefined = `${server.baseUrl}?_count=4`;
    while (next !== undefined) {
      const { body }: { body: JsonObject } = await server.get(next);
      ids.push(...matchIds(body));
      next = linkOf(body, 'next');
    }
    expect(ids.sort()).toEqual(resources.map(({ id }) => String(id)).sort());
  });

  it('takes parameters by POST, and names its own address', async () => {
    const answer = await server.post('_search', new URLSearchParams({ _type: 'Patient,Device', _tag: 'x' }));
    expect([answer.status, matchIds(answer.body)]).toEqual([200, ['p1']]);
    expect(linkOf(answer.body, 'self')).toBe(`${server.baseUrl}?_type=Patient%2CDevice&_tag=x`);
  });

  it('sorts by what the types have in common', async () => {
    const answer = await server.get('?_type=Patient,Device,Practitioner&_tag=x&_sort=-_id');
    expect(matchIds(answer.body)).toEqual(['p1', 'd1']);
  });

  it.each([
    '?_type=Pupil',
    '?_type=Patient,Device&birthdate=2000',
    '?name=x',
    '?_sort=_lastUpdated',
    '?_total=accurate',
    '?_type=Patient,Device&_sort=birthdate&_tag=x',
    'Patient?_type=Patient',
    '?_query=current',
    'Patient?_list=$current-allergies',
    'Patient?_text:exact=x',
    'Patient?_text=not x',
    'Patient?_text=(xx',
    'Patient?_text=xx)',
    'Patient?_text=x',
    'Patient?_text=and',
    'Patient?_text=--',
    'Patient?_sort=_content',
    'Bundle?_text=xx',
  ])('refuses %s', async (path) => {
    expect((await server.get(encoded(path))).status).toBe(400);
  });

  it('leaves out what is unknown under lenient handling, for all its types', async () => {
    const answer = await server.get('?_type=Patient,Device&_tag=x&shoe=44', { Prefer: 'handling=lenient' });
    expect([answer.status, matchIds(answer.body)]).toEqual([200, ['p1']]);
    expect(answer.text).toContain('shoe');
    expect(linkOf(answer.body, 'self')).not.toContain('shoe');
  });
});

describe('a search within a compartment', () => {
  it.each([
    ['Patient/p1/Observation', 'o1 o2'],
    ['Patient/p1/Observation?code=a', 'o1'],
    ['Patient/p1/Condition?_text=sınıq or sınığı', 'c1'],
    ['Patient/p1/Patient', 'p1 p3'],
    ['Patient/p1/*', 'c1 e1 o1 o2 p1 p3 rp'],
    ['Patient/p1/*?_type=Encounter,Condition', 'c1 e1'],
    ['Patient/p2/*?_type=Observation,Condition&code=b', 'o2'],
    ['Patient/nobody/*', ''],
    ['Encounter/e1/*', 'e1 o1'],
    ['Encounter/e1/Observation', 'o1'],
    ['Practitioner/d1/*', 'c1 d1 e1 p2'],
    ['RelatedPerson/rp/*', 'o2 rp'],
    ['RelatedPerson/rp/Observation', 'o2'],
    ['Device/v1/Observation', 'o2'],
  ])('%s finds %s', async (path, ids) => {
    expect(await found(path)).toBe(ids);
  });

  it('takes parameters by POST, and names its own address', async () => {
    const answer = await server.post('Patient/p1/Observation/_search', new URLSearchParams({ code: 'a' }));
    expect([answer.status, matchIds(answer.body)]).toEqual([200, ['o1']]);
    expect(linkOf(answer.body, 'self')).toBe(`${server.baseUrl}/Patient/p1/Observation?code=a`);
    expect((await server.post('Patient/p1/*/_search', new URLSearchParams({ _type: 'Encounter' }))).status).toBe(200);
  });

  it.each(['Location/l1/Observation', 'Patient/p1/Location', 'Patient/p1/Pupil', 'Encounter/e1/Patient'])(
    'does not know %s',
    async (path) => {
      const answer = await server.get(path);
      expect([answer.status, answer.body['resourceType']]).toEqual([404, 'OperationOutcome']);
    },
  );

  it.each(['Patient/p1/*?_type=Location', 'Patient/p1/Observation?_type=Observation', 'Patient/p1/*?name=x'])(
    'refuses %s',
    async (path) => {
      expect((await server.get(path)).status).toBe(400);
    },
  );

  it('is in the audit trail as a search about the patient, even when it finds nothing', async () => {
    await server.get('Patient/p3/Observation');
    const rows = await server.database.ownerSql<{ patient: string; type: string; matches: number }[]>`
      select patient, type, matches from audit.entry where action = 'S' order by seq desc limit 1`;
    expect(rows).toEqual([{ patient: 'p3', type: 'Observation', matches: 0 }]);
  });
});

describe('in a batch', () => {
  it('both are read as well', async () => {
    const entry = ['?_type=Patient,Device&_tag=x', 'Patient/p1/Observation?code=a', 'Encounter/e1/*'].map((url) => ({
      request: { method: 'GET', url },
    }));
    const answer = await server.post('', { resourceType: 'Bundle', type: 'batch', entry });
    const found = entriesOf(answer.body).map(({ resource }) => matchIds(resource as JsonObject).sort());
    expect(found).toEqual([['p1'], ['o1'], ['e1', 'o1']]);
  });
});

describe('lists and text', () => {
  it.each([
    ['Patient?_list=watched', 'p1 p3'],
    ['Patient?_list=List/watched&gender=female', 'p1'],
    ['Patient?_list=other', ''],
    ['Observation?patient._list=watched', 'o1'],
    ['Condition?_text=(sümük OR süm) and metastaz', 'c1'],
    ['Condition?_text=metastaz not bud', ''],
    ['Condition?_content=metastaz not bud', 'c2'],
    ['Condition?_content=biopsiya', 'c2'],
    ['Condition?_content=qaraciyer "metastaz"', 'c2'],
    ['Condition?_content=biopsiya,sınığı', 'c1 c2'],
    ['Condition?_text=urn', ''],
    ['Patient?_content=eliyeva', 'p1'],
    ['Observation?patient._content=eliyeva', 'o1'],
    ['Patient?_has:Condition:patient:_text=metastaz', 'p1'],
  ])('%s finds %s', async (path, ids) => {
    expect(await found(path)).toBe(ids);
  });
});

describe('a composite of three', () => {
  it.each([
    ['chromosome-variant-coordinate=chr7$gt110$lt140', 'm1'],
    ['chromosome-variant-coordinate=urn:c|chr7$150$160', 'm1'],
    ['chromosome-variant-coordinate=chr7$120$160', ''],
    ['chromosome-variant-coordinate=chr8$120$130', ''],
    ['chromosome-window-coordinate=chr7$le100$ge200', 'm1'],
    ['referenceseqid-window-coordinate=NC7$le100$ge200', 'm2'],
    ['chromosome-window-coordinate=chr7$100$201', ''],
  ])('%s finds %s', async (query, ids) => {
    expect(await found(`MolecularSequence?${query}`)).toBe(ids);
  });

  it.each(['chromosome-variant-coordinate=chr7$1', 'chromosome-variant-coordinate=chr7$1$2$3'])(
    'refuses %s',
    async (query) => {
      expect((await server.get(`MolecularSequence?${query}`)).status).toBe(400);
    },
  );
});

describe('near', () => {
  it.each([
    ['Location?near=40.4093|49.8671|5|km', 'baku'],
    ['Location?near=40.4093|49.8671', 'baku sumqait'],
    ['Location?near=40.4093|49.8671|26|km', 'baku'],
    ['Location?near=40.4093|49.8671|27|km', 'baku sumqait'],
    ['Location?near=40.4093|49.8671|26000|m', 'baku'],
    ['Location?near=40.4093|49.8671|17|[mi_i]', 'baku sumqait'],
    ['Location?near=40.4093|49.8671|296', 'baku sumqait'],
    ['Location?near=40.4093|49.8671|300', 'baku ganca sumqait'],
    ['Location?near=-17.5|180|50|km', 'fiji-east fiji-west'],
    ['Location?near=89.9|-80|50|km', 'pole'],
    ['Location?near=40.4093|49.8671|1|km,40.6828|46.3606|1|km', 'baku ganca'],
    ['Location?near:missing=true', 'l1'],
    ['?_type=Location,Patient&near:missing=true', 'refused'],
  ])('%s finds %s', async (path, ids) => {
    if (ids === 'refused') {
      expect((await server.get(path)).status).toBe(400);
    } else {
      expect(await found(path)).toBe(ids);
    }
  });

  it('is an order as well, in pages', async () => {
    const first = await server.get('Location?near=40.4093|49.8671|400&_sort=near&_count=2');
    expect([first.status, matchIds(first.body)]).toEqual([200, ['baku', 'sumqait']]);
    expect(matchIds((await server.get(linkOf(first.body, 'next') ?? '')).body)).toEqual(['ganca']);
    const last = await server.get('Location?near=40.4093|49.8671|400&_sort=-near&_count=1');
    expect(matchIds(last.body)).toEqual(['ganca']);
  });

  it.each(['near=40', 'near=91|49', 'near=a|b', 'near=40|49|-1', 'near=40|49|1|kg', 'near=40|49|1|km|x', '_sort=near'])(
    'refuses %s',
    async (query) => {
      expect((await server.get(`Location?${query}`)).status).toBe(400);
    },
  );
});

describe('includes', () => {
  const included = async (path: string): Promise<string> => {
    const answer = await server.get(path);
    expect(answer.status, answer.text).toBe(200);
    return entriesOf(answer.body)
      .filter(({ search }) => (search as JsonObject)['mode'] === 'include')
      .map(({ resource }) => String((resource as JsonObject)['id']))
      .sort()
      .join(' ');
  };

  it.each([
    ['Observation?_id=o2&_include=*', 'p1 p2 rp v1'],
    ['Observation?_id=o2&_include=Observation:*', 'p1 p2 rp v1'],
    ['Observation?_id=o2&_include=Observation:*:Patient', 'p1 p2'],
    ['Observation?_id=o2&_include:iterate=*', 'd1 p1 p2 rp v1'],
    ['Observation?_id=o2&_include=Patient:*', ''],
    ['Device?_id=v1&_revinclude=*', 'o2'],
    ['Patient?_id=p1&_revinclude=Observation:*', 'o1 o2'],
    ['Patient?_id=p1&_revinclude=*', 'c1 e1 o1 o2 p3 rp watched'],
    ['Encounter?_id=e1&_revinclude:iterate=*', 'o1 '],
    ['QuestionnaireResponse?_id=qr1&_include=QuestionnaireResponse:questionnaire', 'q1'],
    ['QuestionnaireResponse?_id=qr1&_include=*', 'p2 q1'],
    ['Questionnaire?_id=q1&_revinclude=QuestionnaireResponse:questionnaire', 'qr1'],
    ['?_type=Observation,Condition&_id=o1,c1&_include=Observation:subject&_include=Condition:asserter', 'd1 p1'],
  ])('%s brings %s', async (path, ids) => {
    expect(await included(path)).toBe(ids.trim());
  });

  it.each(['_include=*:subject', '_include=Observation:*:Pupil', '_include:again=*', '_revinclude=**'])(
    'refuses %s',
    async (query) => {
      expect((await server.get(`Observation?${query}`)).status).toBe(400);
    },
  );
});

describe('chains', () => {
  it.each([
    ['Observation?patient.link:Patient._has:Observation:patient:encounter.participant:Practitioner.name=x', ''],
    ['Observation?patient._has:Observation:patient:encounter._has:Observation:encounter:patient.gender=female', 'o1'],
    ['Patient?link:Patient._has:Observation:patient:encounter.participant:Practitioner.name=Əli', 'p3'],
  ])('go as deep as %s', async (path, ids) => {
    expect(await found(path)).toBe(ids);
  });
});
