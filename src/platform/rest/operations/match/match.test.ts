import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject, validateResource } from '#platform/fhir';
import { fatherNameUrl, identifierSystems } from '#platform/names';
import { entriesOf, type FhirServer, placesOf, startFhirServer } from '../../../../../test/support/fhir-server.ts';

let server: FhirServer;
const ids: Record<string, string> = {};

type Facts = {
  readonly fin?: string;
  readonly family: string;
  readonly given: string;
  readonly father?: string;
  readonly birthDate?: string;
  readonly gender?: string;
  readonly phone?: string;
};

const patient = ({ fin, family, given, father, birthDate, gender, phone }: Facts, others: JsonObject = {}) => ({
  resourceType: 'Patient',
  ...(fin === undefined ? {} : { identifier: [{ system: identifierSystems.fin, value: fin }] }),
  name: [
    {
      ...(father === undefined ? {} : { extension: [{ url: fatherNameUrl, valueString: father }] }),
      family,
      given: [given],
    },
  ],
  ...(phone === undefined ? {} : { telecom: [{ system: 'phone', value: phone }] }),
  ...(gender === undefined ? {} : { gender }),
  ...(birthDate === undefined ? {} : { birthDate }),
  ...others,
});

const şəhla = {
  fin: '5ABC123',
  family: 'Əliyeva',
  given: 'Şəhla',
  father: 'Rauf',
  birthDate: '1985-03-12',
  gender: 'female',
  phone: '+994 50 123 45 67',
};

beforeAll(async () => {
  server = await startFhirServer();
  const people: Record<string, object> = {
    şəhla: patient(şəhla),
    twin: patient({ ...şəhla, fin: '5ABD777', given: 'Nigar' }),
    brother: patient({ ...şəhla, fin: '5ABF111', family: 'Əliyev', given: 'Anar', gender: 'male' }),
    mother: patient({ ...şəhla, fin: '2QWE345', given: 'Leyla', father: 'Kamil', birthDate: '1960-07-01' }),
    namesake: patient({
      fin: '7XYZ999',
      family: 'Əliyeva',
      given: 'Şəhla',
      father: 'Kamil',
      birthDate: '1971-09-30',
      gender: 'female',
    }),
    stranger: patient({ fin: '1AAA111', family: 'Quliyev', given: 'Orxan', birthDate: '1999-01-02', gender: 'male' }),
    replaced: patient(
      { fin: '8RRR888', family: 'Həsənov', given: 'Tural', birthDate: '1990-10-10' },
      { active: false },
    ),
  };
  for (const [name, resource] of Object.entries(people)) ids[name] = (await server.create({ ...resource })).id;
});
afterAll(() => server.close());

type Found = readonly [name: string | undefined, grade: unknown];

function foundIn(bundle: JsonObject): Found[] {
  return entriesOf(bundle)
    .filter(({ search }) => isJsonObject(search) && search['mode'] === 'match')
    .map(({ resource, search }) => {
      const id = isJsonObject(resource) ? resource['id'] : undefined;
      const [grade] = isJsonObject(search) && Array.isArray(search['extension']) ? search['extension'] : [];
      return [Object.keys(ids).find((name) => ids[name] === id), isJsonObject(grade) && grade['valueCode']];
    });
}

async function match(facts: Facts, others: Record<string, unknown> = {}): Promise<Found[]> {
  const parameter = [
    { name: 'resource', resource: patient(facts) },
    ...Object.entries(others).map(([name, value]) => ({
      name,
      [typeof value === 'boolean' ? 'valueBoolean' : 'valueInteger']: value,
    })),
  ];
  const answer = await server.post('Patient/$match', { resourceType: 'Parameters', parameter });
  expect([answer.status, validateResource(answer.body)]).toEqual([200, []]);
  return foundIn(answer.body);
}

describe('Patient/$match', () => {
  it('finds the one who is meant, and below her those who come near', async () => {
    expect(await match(şəhla)).toEqual([
      ['şəhla', 'certain'],
      ['twin', 'possible'],
    ]);
  });

  it.each<[string, Facts]>([
    ['a passport', { family: 'Aliyeva', given: 'Shahla', father: 'Rauf', birthDate: '1985-03-12' }],
    ['Russian', { family: 'Алиева', given: 'Шахла', father: 'Рауф', birthDate: '1985-03-12' }],
    [
      'a hurry: day and month exchanged',
      { family: 'Eliyeva', given: 'Sehla', father: 'Rauf', birthDate: '1985-12-03', gender: 'female' },
    ],
    [
      'a hurry: a wrong digit of the day',
      { family: 'Eliyeva', given: 'Sehla', father: 'Rauf', birthDate: '1985-03-17', gender: 'female' },
    ],
    [
      'a hurry: the year exchanged',
      { family: 'Eliyeva', given: 'Sehla', father: 'Rauf', birthDate: '1958-03-12', gender: 'female' },
    ],
    [
      'a hurry: a letter left out',
      { family: 'Əliyeva', given: 'Şəla', father: 'Rauf', birthDate: '1985-03-12', gender: 'female' },
    ],
    [
      'her new surname',
      { family: 'Məmmədova', given: 'Şəhla', father: 'Rauf', birthDate: '1985-03-12', gender: 'female' },
    ],
    ['her maiden papers and a wrong number', { ...şəhla, fin: '5ABC128' }],
    [
      'her telephone, another surname and no birth',
      { family: 'Məmmədova', given: 'Şəhla', father: 'Rauf', phone: '0501234567' },
    ],
  ])('finds her by %s, but never as certain without her number', async (_, facts) => {
    const [[first, grade] = [undefined, undefined], ...others] = await match(facts);
    expect(first).toBe('şəhla');
    expect(['probable', 'possible']).toContain(grade);
    expect(others.filter(([, each]) => each === 'certain' || each === 'probable')).toEqual([]);
  });

  it('takes nobody for certain whose twin is meant', async () => {
    const { fin: _fin, ...unnumbered } = şəhla;
    const [first, ...others] = await match({ ...unnumbered, given: 'Nigar' });
    expect(first).toEqual(['twin', 'probable']);
    expect(others.filter(([, grade]) => grade !== 'possible')).toEqual([]);
    const mistaken = await match({ ...şəhla, given: 'Nigar' });
    expect(mistaken.filter(([, grade]) => grade === 'certain')).toEqual([]);
  });

  it('gives only the one who is certain, where that is wanted', async () => {
    expect(await match(şəhla, { onlyCertainMatches: true })).toEqual([['şəhla', 'certain']]);
    const { fin: _fin, ...unnumbered } = şəhla;
    expect(await match(unnumbered, { onlyCertainMatches: true })).toEqual([]);
    const double = await server.create(patient(şəhla));
    expect(await match(şəhla, { onlyCertainMatches: true })).toEqual([]);
    expect((await match(şəhla)).filter(([, grade]) => grade === 'certain').length).toBe(2);
    await server.delete(`Patient/${double.id}`);
  });

  it('never takes a record that is out of use for certain', async () => {
    const tural = { fin: '8RRR888', family: 'Həsənov', given: 'Tural', birthDate: '1990-10-10' };
    expect(await match(tural)).toEqual([['replaced', 'possible']]);
  });

  it('gives as many as are wanted, with scores in order', async () => {
    expect((await match(şəhla, { count: 1 })).length).toBe(1);
    const { body } = await server.post('Patient/$match', patient(şəhla));
    const scores = entriesOf(body).map(({ search }) => (isJsonObject(search) ? Number(search['score']) : -1));
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(scores.every((score) => score >= 0 && score <= 1)).toBe(true);
  });

  it('says when more people come near than were compared', async () => {
    const entry = Array.from({ length: 310 }, (_, at) => ({
      resource: patient({ family: 'Babayev', given: 'Elnur', father: `Ata${at}`, birthDate: '1980-01-01' }),
      request: { method: 'POST', url: 'Patient' },
    }));
    expect((await server.post('', { resourceType: 'Bundle', type: 'transaction', entry })).status).toBe(200);
    const { body, text } = await server.post('Patient/$match', patient({ family: 'Babayev', given: 'Elnur' }));
    expect([text.includes('too-costly'), validateResource(body)]).toEqual([true, []]);
  }, 30_000);

  it('leaves a record of who was shown', async () => {
    await match(şəhla, { onlyCertainMatches: true });
    const [row] = await server.database.sql<{ matches: number; patients: string[] }[]>`
      select matches, patients from audit.entry where action = '$match' order by seq desc limit 1`;
    expect(row).toEqual({ matches: 1, patients: [ids['şəhla']] });
  });
});

describe('Patient/$match is refused', () => {
  it.each([
    [{ resourceType: 'Patient', name: [{ given: ['Şəhla'] }] }, 'http.resource'],
    [{ resourceType: 'Patient', birthDate: '1985-03-12' }, 'http.resource'],
    [{ resourceType: 'Patient', gender: 'x' }, 'Patient.gender'],
    [{ resourceType: 'Parameters' }, 'http.resource'],
    [{ resourceType: 'Practitioner' }, 'Practitioner'],
    [
      {
        resourceType: 'Parameters',
        parameter: [
          { name: 'resource', resource: patient(şəhla) },
          { name: 'count', valueInteger: 0 },
        ],
      },
      'http.count',
    ],
  ])('for %j', async (body, place) => {
    const answer = await server.post('Patient/$match', body);
    expect([answer.status, placesOf(answer.body)]).toEqual([400, [place]]);
  });
});
