import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppError } from '#platform/errors';
import { isJsonObject, type JsonObject, parseJson } from '#platform/fhir';
import { indexedParameters, parseSearch, type SearchParameter, searchParametersOf, walkPath } from '#platform/search';
import { runSearch, type Store, writeResources } from '#platform/store';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/database.ts';
import { sampleOfWorld } from '../../../../test/support/world-sample.ts';
import { type Candidate, toCandidate } from './candidate.ts';
import { meetsConditions } from './meets-conditions.ts';
import { readCriteria } from './read-criteria.ts';

let database: TestDatabase;
let store: Store;
let record: readonly Candidate[] = [];

/** A measurement with everything that criteria can compare, which the seed country does not have. */
const observation: JsonObject = {
  resourceType: 'Observation',
  id: 'everything',
  status: 'final',
  code: { coding: [{ system: 'urn:codes', code: 'pressure', display: 'Qan təzyiqi' }], text: 'Təzyiq' },
  subject: { reference: 'Patient/own', identifier: { system: 'urn:fin', value: '1ABC' } },
  effectivePeriod: { start: '2024-02-10T08:00:00+04:00', end: '2024-02-10T09:30:00+04:00' },
  method: { text: 'əllə' },
  component: [
    {
      code: { coding: [{ system: 'urn:codes', code: 'sys' }] },
      valueQuantity: { value: 121.5, system: 'urn:u', code: 'mm' },
    },
    { code: { coding: [{ code: 'note' }] }, valueString: 'Yüngül Ağrı' },
    { code: { coding: [{ code: 'grade' }] }, valueCodeableConcept: { coding: [{ system: 'urn:g', code: 'a|b' }] } },
  ],
};
const others: readonly JsonObject[] = [
  {
    resourceType: 'Patient',
    id: 'own',
    name: [{ family: 'Əliyeva', given: ['Şəhla', 'İradə'] }],
    birthDate: '1980-02',
  },
  { resourceType: 'ValueSet', id: 'v', status: 'active', url: 'http://a.az/b/c', version: '2.0', name: 'Sonda' },
  {
    resourceType: 'RiskAssessment',
    id: 'r',
    status: 'final',
    subject: { reference: 'Patient/own' },
    prediction: [{ probabilityDecimal: 0.25 }],
  },
  {
    resourceType: 'Observation',
    id: 'value',
    status: 'final',
    code: { coding: [{ code: 'hba1c' }] },
    effectiveDateTime: '2024',
    valueQuantity: { value: 7.1, unit: '%', system: 'urn:u', code: '%' },
  },
];

beforeAll(async () => {
  const resources = [...(await sampleOfWorld(40)), observation, ...others];
  database = await createTestDatabase();
  store = { sql: database.sql, now: () => new Date() };
  await writeResources(
    store,
    { name: 'test' },
    resources.map((each) => {
      const resource = parseJson(JSON.stringify(each)) as typeof each & { resourceType: string }; // as: they are resources
      return { kind: 'update', type: resource.resourceType, target: String(resource['id']), resource };
    }),
  );
  const rows = await database.sql<{ content: string; updated: string }[]>`select content, updated from record.resource`;
  record = rows.map(({ content, updated }) => toCandidate(content, updated));
}, 120_000);
afterAll(() => database.drop());

const escapeValue = (text: string): string => text.replace(/[\\,|$]/g, '\\$&');

/** Texts a search could use to find an element by. */
function valuesOf(value: unknown): string[] {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    const text = escapeValue(String(value));
    return [text, text.slice(0, 4), text.slice(0, 10)];
  }
  if (!isJsonObject(value)) {
    return [];
  }
  const { system, code, value: inner, reference, start, end, unit, use } = value;
  const lists = ['coding', 'given', 'family', 'text', 'display', 'line', 'city', 'component'].flatMap(
    (name) => value[name] ?? [],
  );
  const pair = code ?? inner;
  return [
    ...(pair === undefined
      ? []
      : [`${escapeValue(String(system ?? ''))}|${escapeValue(String(pair))}`, escapeValue(String(pair))]),
    ...(system === undefined ? [] : [`${escapeValue(String(system))}|`]),
    ...(typeof reference === 'string' ? [reference, reference.slice(reference.indexOf('/') + 1)] : []),
    ...(typeof inner === 'number'
      ? [
          String(inner),
          `${inner}|${String(system ?? '')}|${String(code ?? '')}`,
          `${inner}||${String(unit ?? code ?? '')}`,
        ]
      : []),
    ...[start, end].flatMap((each) => (typeof each === 'string' ? [each, each.slice(0, 10)] : [])),
    ...(use === undefined ? [] : [`${String(use)}|${escapeValue(String(inner ?? ''))}`]),
    ...lists.flatMap((each) => valuesOf(each)),
  ].filter((each) => !each.endsWith('||') && each !== '');
}

function sought({ resource, type }: Candidate, { paths, components, code }: SearchParameter): string[] {
  const at = (all: SearchParameter['paths'], start: unknown): unknown[] =>
    all
      .flatMap((path) => walkPath({ value: path.fromResource ? resource : start, type }, path))
      .map((each) => each.value);
  if (code === '_id') return [String(resource.id)];
  if (components && components.length === 2) {
    const [first, second] = components;
    return at(paths, resource).flatMap((element) =>
      at(first?.paths ?? [], element)
        .flatMap(valuesOf)
        .flatMap((one) =>
          at(second?.paths ?? [], element)
            .flatMap(valuesOf)
            .map((other) => `${one}$${other}`),
        ),
    );
  }
  const codes = indexedParameters(type, code);
  const own = searchParametersOf(type).filter((each) => codes.includes(each.code));
  return own.flatMap((each) => at(each.paths, resource)).flatMap(valuesOf);
}

const modifiers: Readonly<Record<string, readonly string[]>> = {
  token: ['', '', ':not', ':text', ':of-type'],
  string: ['', '', ':exact', ':contains'],
  uri: ['', ':below', ':above'],
  reference: ['', '', ':identifier', ':Patient'],
};
const prefixes = ['', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'];

const pick = <Item>(items: readonly Item[], at: number): Item | undefined => items[at % Math.max(items.length, 1)];
type Query = { readonly type: string; readonly parameter: SearchParameter; readonly text: string };

/** A search for something that one of the resources has, or nearly. */
function toQuery([who, which, what, how, second]: readonly number[]): Query | undefined {
  const candidate = pick(record, who ?? 0);
  const known = candidate
    ? searchParametersOf(candidate.type).filter((each) => sought(candidate, each).length > 0)
    : [];
  const parameter = pick(known, which ?? 0);
  if (!candidate || !parameter) return undefined;
  const values = sought(candidate, parameter);
  const value = pick(values, what ?? 0) ?? '';
  const { type, code } = parameter;
  if ((how ?? 0) % 17 === 0)
    return { type: candidate.type, parameter, text: `${code}:missing=${String((second ?? 0) % 2 === 0)}` };
  const isCompared = ['date', 'number', 'quantity'].includes(type);
  const modifier = isCompared || code === '_id' ? '' : (pick(modifiers[type] ?? [''], how ?? 0) ?? '');
  const one = isCompared ? `${pick(prefixes, how ?? 0) ?? ''}${value}` : value;
  const alternatives = (second ?? 0) % 5 === 0 ? `${one},${pick(values, second ?? 0) ?? ''}` : one;
  return {
    type: candidate.type,
    parameter,
    text: new URLSearchParams([[`${code}${modifier}`, alternatives]]).toString(),
  };
}

async function found({ type }: Query, text: string): Promise<string[]> {
  const query = parseSearch(type, [...new URLSearchParams(text), ['_count', '1000']]);
  const { matches } = await runSearch(database.sql, query);
  return matches.map(({ id }) => id).sort();
}

async function met({ type }: Query, text: string): Promise<string[]> {
  const { conditions } = readCriteria(`${type}?${text}`, 'Subscription.criteria');
  const candidates = record.filter((each) => each.type === type);
  const decided = await Promise.all(candidates.map((each) => meetsConditions(database.sql, each, conditions)));
  return candidates.flatMap(({ id }, at) => (decided[at] === true ? [id] : [])).sort();
}

const numbers = fc.tuple(...Array.from({ length: 5 }, () => fc.nat(100_000)));

it('hears of exactly the resources that a search finds, for every type of the seed country and every parameter', async () => {
  const used = new Set<string>();
  let nonEmpty = 0;
  await fc.assert(
    fc.asyncProperty(numbers, async (choice) => {
      const query = toQuery(choice);
      if (!query) return;
      let expected: string[];
      try {
        expected = await found(query, query.text);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return; // what the search refuses is refused when the subscription is written
      }
      used.add(`${query.type}.${query.parameter.code}`);
      nonEmpty += expected.length > 0 ? 1 : 0;
      expect(await met(query, query.text), `${query.type}?${query.text}`).toEqual(expected);
    }),
    { numRuns: 1500, seed: 7 },
  );
  expect(used.size).toBeGreaterThan(120);
  expect(nonEmpty).toBeGreaterThan(700);
}, 120_000);

it.each([
  ['Observation', 'patient.name=aliyeva'],
  ['Observation', 'subject:Patient.family:exact=Əliyeva&status=final'],
  ['Observation', 'patient.birthdate=1980&code=pressure'],
  ['Observation', 'patient.family=Nobody'],
  ['Patient', '_has:Observation:patient:code=pressure'],
  ['Patient', '_has:Observation:subject:component-code=nothing'],
  ['Observation', 'component-code-value-quantity=sys$gt120'],
  ['Observation', 'component-code-value-quantity=sys$gt122'],
  ['Observation', 'combo-code-value-concept=grade$urn:g|a\\|b'],
  ['Observation', 'code-value-quantity=hba1c$ge7|urn:u|%25'],
  ['Observation', '_lastUpdated=gt2020'],
  ['ValueSet', 'url=http://a.az/b/c'],
])('decides %s?%s as the search does', async (type, text) => {
  const query = { type, parameter: searchParametersOf(type)[0] as SearchParameter, text }; // as: every type has some
  expect(await met(query, text)).toEqual(await found(query, text));
});

it.each([
  ['Observation?code=a&_sort=date', 'shapes the answer'],
  ['Observation?nonsense=a', 'not known for Observation'],
  ['Nothing?code=a', 'no resource type'],
  ['http://x', 'no resource type'],
  ['Observation?code:nonsense=a', 'not supported'],
])('refuses %s', (text, why) => {
  expect(() => readCriteria(text, 'Subscription.criteria')).toThrow(why);
});
