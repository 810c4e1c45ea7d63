import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FhirServer, linkOf, matchIds, startFhirServer } from '../../../../test/support/fhir-server.ts';
import { evaluate, type Plain } from '../../../../test/support/search-evaluator.ts';

let server: FhirServer;

beforeAll(async () => {
  server = await startFhirServer();
});
afterAll(() => server.close());

// Few values of each kind, so that resources meet queries often, and near misses too.
const words = ['Əli', 'Əliyev', 'Eli', 'Şahin', 'Sah', 'İman', 'Iman', 'Ağa', 'Ağayeva', 'Çiçək'];
const systems = ['urn:a', 'urn:b'];
const values = ['1', '2', 'a|b', 'x,y', 'p$q', 'w\\z'];
const codeValues = ['c1', 'c2', 'c3'];
const days = ['2023', '2024', '2024-02', '2024-02-10', '2024-02-29', '2024-12-31', '2025-01-01'];
const moments = [...days, '2024-02-10T00:00:00+04:00', '2024-02-09T20:30:00Z', '2024-12-31T23:59:59+04:00'];
const numbers = [0, 1, 1.5, 5.4, 5.45, 5.35, 100, -2, 5400, 0.001];
const units = ['kg', 'g'];
const measured = ['urn:a', 'http://unitsofmeasure.org'];
const patientIds = ['p1', 'p2', 'p3', 'p4', 'p5', 'p6'];
const observationIds = Array.from({ length: 16 }, (_, at) => `o${at + 1}`);

const some = <Item>(items: readonly Item[]) => fc.constantFrom(...items);
const maybe = <Item>(arbitrary: fc.Arbitrary<Item>) => fc.option(arbitrary, { nil: undefined, freq: 3 });
const without = (object: Plain): Plain =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
const lists = <Item>(arbitrary: fc.Arbitrary<Item>, most = 2) => fc.array(arbitrary, { minLength: 1, maxLength: most });

const identifier = fc.record({ system: maybe(some(systems)), value: some(values) }).map(without);
const coding = fc
  .record({ system: maybe(some(systems)), code: some(codeValues), display: maybe(some(words)) })
  .map(without);
const concept = fc.oneof(
  fc.record({ coding: lists(coding), text: maybe(some(words)) }).map(without),
  fc.record({ text: some(words) }),
);
const quantity = fc
  .record({
    value: some(numbers),
    unit: maybe(some(units)),
    system: maybe(some(measured)),
    comparator: maybe(some(['<', '>', '<=', '>='])),
  })
  .map((each) => without({ ...each, code: each.system === undefined ? undefined : (each.unit ?? 'kg') }));
const reference = (...types: readonly (readonly [string, readonly string[]])[]) =>
  fc.oneof(
    ...types.map(([type, ids]) => some(ids).map((id): Plain => ({ reference: `${type}/${id}` }))),
    identifier.filter((each) => each['system'] !== undefined).map((each): Plain => ({ identifier: each })),
  );
const isLiteral = (each: Plain): boolean => each['reference'] !== undefined;
const toPatient = ['Patient', patientIds] as const;
const toPractitioner = ['Practitioner', ['d1', 'd2']] as const;
const period = fc
  .tuple(maybe(some(moments)), maybe(some(moments)))
  .filter(
    ([start, end]) =>
      (start ?? end) !== undefined && (start === undefined || end === undefined || start.slice(0, 4) < end.slice(0, 4)),
  )
  .map(([start, end]) => without({ start, end }));

const patient = fc
  .record({
    name: maybe(
      lists(
        fc
          .record({ family: maybe(some(words)), given: maybe(lists(some(words))) })
          .map((each) => without({ text: 'Sah', ...each })),
      ),
    ),
    gender: maybe(some(['male', 'female'])),
    active: maybe(fc.boolean()),
    birthDate: maybe(some(days)),
    identifier: maybe(lists(identifier)),
    generalPractitioner: maybe(lists(reference(toPractitioner))),
    link: maybe(lists(some(patientIds).map((id) => ({ other: { reference: `Patient/${id}` }, type: 'seealso' })))),
    meta: maybe(fc.record({ tag: lists(coding) })),
  })
  .map(without);
const tagged = maybe(fc.record({ tag: lists(coding) }));
const practitioner = fc
  .record({ name: maybe(lists(fc.record({ family: some(words) }))), active: maybe(fc.boolean()), meta: tagged })
  .map(without);
const listed = fc
  .record({ entry: lists(reference(toPatient, ['Observation', observationIds]).filter(isLiteral), 6) })
  .map(({ entry }) => ({ status: 'current', mode: 'working', entry: entry.map((item) => ({ item })) }));
/** Rule obs-7: an observation whose code is also that of a component has no value of its own. */
function repeatsCode({ code, component = [] }: Plain): boolean {
  const codings = (concept: Plain): string[] => (concept['coding'] ?? []).map((each: Plain) => JSON.stringify(each));
  const own = codings(code);
  return (component as Plain[]).some((each) => codings(each['code']).some((coding) => own.includes(coding)));
}

const observation = fc
  .record({
    status: some(['final', 'amended']),
    code: concept,
    subject: maybe(reference(toPatient, ['Device', ['p1', 'x']])),
    performer: maybe(lists(reference(toPatient, toPractitioner))),
    hasMember: maybe(lists(some(observationIds).map((id) => ({ reference: `Observation/${id}` })))),
    effective: maybe(fc.oneof(some(moments), period)),
    value: maybe(fc.oneof(quantity, some(words))),
    meta: tagged,
    component: maybe(lists(fc.record({ code: concept, valueQuantity: maybe(quantity) }).map(without))),
  })
  .map(({ effective, value: anyValue, ...rest }) => {
    const value = repeatsCode(rest) ? undefined : anyValue;
    return without({
      ...rest,
      ...(typeof effective === 'string' ? { effectiveDateTime: effective } : { effectivePeriod: effective }),
      ...(typeof value === 'string' ? { valueString: value } : { valueQuantity: value }),
    });
  });

const named = (resourceType: string, ids: readonly string[], arbitrary: fc.Arbitrary<Plain>): fc.Arbitrary<Plain>[] =>
  ids.map((id) => arbitrary.map((each) => ({ resourceType, id, ...each })));
const record = fc.tuple(
  ...named('Patient', patientIds, patient),
  ...named('Practitioner', ['d1', 'd2'], practitioner),
  ...named('Observation', observationIds, observation),
  ...named('List', ['l1', 'l2'], listed),
);

type Pair = readonly [string, string];

const escapeValue = (text: string): string => text.replace(/[\\,|$]/g, '\\$&');
const tokenText = fc.oneof(
  some([...values, ...codeValues]).map(escapeValue),
  fc
    .tuple(some([...systems, '']), some([...values, ...codeValues]))
    .map(([system, code]) => `${system}|${escapeValue(code)}`),
  some(systems).map((system) => `${system}|`),
);
const prefix = some(['', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb']);
const dateText = fc.tuple(prefix, some(moments)).map((both) => both.join(''));
const numberText = fc
  .tuple(prefix, some(['0', '1', '1.5', '5', '5.4', '5.40', '100', '-2', '-1.0', '5400', '0.0054', '1000']))
  .map((both) => both.join(''));
const quantityText = fc.oneof(
  numberText,
  fc.tuple(numberText, some(['', ...measured]), some(units)).map((parts) => parts.join('|')),
);
const oneOf = (text: fc.Arbitrary<string>) => lists(text).map((all) => all.join(','));
const wordText = fc.tuple(some(words), fc.integer({ min: 1, max: 8 })).map(([word, length]) => word.slice(0, length));
const contentText = lists(wordText.filter((text) => text.length > 1)).map((all) => all.join(' '));
const quoted = wordText.map((text) => JSON.stringify(text));
const filterTest = (...tests: readonly (readonly [names: string, operations: string, fc.Arbitrary<string>])[]) =>
  fc.oneof(
    ...tests.map(([names, operations, value]) =>
      fc.tuple(some(names.split(' ')), some(operations.split(' ')), value).map((parts) => parts.join(' ')),
    ),
  );
const joined = (test: fc.Arbitrary<string>): fc.Arbitrary<Pair> => {
  const { filter } = fc.letrec<{ filter: string }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'filter' },
      test,
      fc.tuple(tie('filter'), some(['and', 'or']), test).map((parts) => parts.join(' ')),
      fc.tuple(test, some(['and', 'or']), tie('filter')).map(([left, word, right]) => `${left} ${word} (${right})`),
      tie('filter').map((inner) => `not (${inner})`),
    ),
  }));
  return filter.map((text) => ['_filter', text]);
};
const missing = some(['true', 'false']);
const pairText = fc.tuple(some(codeValues), quantityText).map((both) => both.join('$'));

const condition = (name: string, text: fc.Arbitrary<string>): fc.Arbitrary<Pair> =>
  oneOf(text).map((value) => [name, value]);
const missings = (...names: readonly string[]) =>
  fc.tuple(
    some(names).map((name) => `${name}:missing`),
    missing,
  );

const patientCondition: fc.Arbitrary<Pair> = fc.oneof(
  ...['name', 'family', 'given', 'name:contains', 'family:contains', 'given:exact'].map((name) =>
    condition(name, wordText),
  ),
  ...['gender', 'gender:not'].map((name) => condition(name, some(['male', 'female', 'urn:a|male']))),
  condition('active', some(['true', 'false'])),
  condition('birthdate', dateText),
  condition('identifier', tokenText),
  condition('identifier:not', tokenText),
  condition('_tag', tokenText),
  condition('_id', some(patientIds)),
  condition('_id:not', some(patientIds)),
  condition('_list', some(['l1', 'l2', 'none'])),
  condition('_content', contentText),
  joined(
    filterTest(
      ['family given', 'eq ne sw co ew gt le', quoted],
      ['birthdate', 'eq ne lt ge sa eb', some(days)],
      ['gender active', 'eq ne', some(['male', 'true'])],
      ['name gender link birthdate', 'pr', some(['true', 'false'])],
      ['link', 're', some(patientIds)],
      ['link.family link.given', 'co sw', quoted],
    ),
  ),
  condition('general-practitioner', some(['Practitioner/d1', 'd2', 'Practitioner/none'])),
  condition(
    'general-practitioner:identifier',
    tokenText.filter((text) => !text.startsWith('|') && !text.endsWith('|')),
  ),
  condition('link', some(patientIds)),
  missings('name', 'gender', 'birthdate', 'identifier', 'general-practitioner', 'link'),
);
const practitionerCondition: fc.Arbitrary<Pair> = fc.oneof(
  condition('name', wordText),
  condition('active', some(['true', 'false'])),
  missings('name'),
);
const observationCondition: fc.Arbitrary<Pair> = fc.oneof(
  ...['code', 'component-code', 'combo-code', 'code:not', 'combo-code:not'].map((name) => condition(name, tokenText)),
  ...['code:text', 'combo-code:text'].map((name) => condition(name, wordText)),
  condition('status', some(['final', 'amended'])),
  condition('_list', some(['l1', 'l2'])),
  condition('_content', contentText),
  joined(
    filterTest(
      ['code', 'eq ne', some(codeValues)],
      ['value-string', 'eq ne sw ew', quoted],
      ['date', 'eq ne lt ge', some(days)],
      ['value-quantity', 'eq gt le', some(['1', '5.4', '5.4||kg'])],
      ['code date subject', 'pr', some(['true', 'false'])],
      ['patient.family', 'sw co', quoted],
    ),
  ),
  condition('date', dateText),
  ...['value-quantity', 'component-value-quantity', 'combo-value-quantity'].map((name) =>
    condition(name, quantityText),
  ),
  ...['code-value-quantity', 'combo-code-value-quantity'].map((name) => condition(name, pairText)),
  condition('value-string', wordText),
  condition('subject', some(['Patient/p1', 'p1', 'p2', 'Device/x', 'x'])),
  condition('subject:Patient', some(['p1', 'p2', 'Patient/p3'])),
  condition('patient', some(['Patient/p1', 'p2', 'p3'])),
  condition('performer', some(['Patient/p1', 'Practitioner/d1', 'p2', 'd2'])),
  condition('has-member', some(observationIds)),
  missings('subject', 'date', 'component-code', 'combo-value-quantity', 'value-quantity', 'performer'),
);
const through = (names: readonly string[], inner: fc.Arbitrary<Pair>): fc.Arbitrary<Pair> =>
  fc.tuple(some(names), inner).map(([name, [rest, value]]) => [`${name}${rest}`, value]);
const observationChain = fc.oneof(
  through(['subject:Patient.', 'patient.', 'performer:Patient.'], patientCondition),
  through(['performer:Practitioner.'], practitionerCondition),
  through(['performer.'], condition('name', wordText)),
  through(['has-member.', 'has-member:Observation.'], observationCondition),
  through(
    ['patient.general-practitioner.', 'subject:Patient.general-practitioner:Practitioner.'],
    practitionerCondition,
  ),
);
const patientChain = fc.oneof(
  through(['general-practitioner.'], practitionerCondition),
  through(['link.'], condition('family', wordText)),
  through(
    ['_has:Observation:patient:', '_has:Observation:subject:', '_has:Observation:performer:'],
    observationCondition,
  ),
  through(['_has:Patient:link:'], patientCondition),
  through(['_has:Observation:patient:has-member:Observation.'], observationCondition),
  through(
    ['_has:Observation:patient:has-member:Observation.performer:Practitioner._has:Patient:general-practitioner:'],
    patientCondition,
  ),
  through(['link.link.link.general-practitioner:Practitioner.'], practitionerCondition),
);
const commonCondition: fc.Arbitrary<Pair> = fc.oneof(
  condition('_tag', tokenText),
  condition('_tag:not', tokenText),
  condition('_id', some([...patientIds, 'd1', 'o1', 'o2'])),
  condition('_id:not', some(patientIds)),
  condition('_list', some(['l1', 'l2'])),
  condition('_content', contentText),
  missings('_tag'),
);
const sharedCondition = fc.oneof(
  condition('name', wordText),
  condition('active', some(['true', 'false'])),
  missings('name', 'active'),
  commonCondition,
);
const namedTypes = some(['Patient,Practitioner', 'Observation,Patient', 'Practitioner'] as const);
const query = fc.oneof(
  lists(fc.oneof({ weight: 3, arbitrary: patientCondition }, { weight: 2, arbitrary: patientChain }), 3).map(
    (all) => ['Patient', all] as const,
  ),
  lists(fc.oneof({ weight: 3, arbitrary: observationCondition }, { weight: 2, arbitrary: observationChain }), 3).map(
    (all) => ['Observation', all] as const,
  ),
  fc
    .tuple(some(['Patient/p1', 'Patient/p2', 'Practitioner/d1']), lists(observationCondition))
    .map(([place, all]) => [`${place}/Observation`, all] as const),
  fc
    .tuple(some(['Patient/p1', 'Patient/p3', 'Practitioner/d2']), lists(commonCondition))
    .map(([place, all]) => [`${place}/*`, [...all, ['_type', 'Patient,Observation'] as const]] as const),
  fc
    .tuple(namedTypes, lists(commonCondition))
    .map(([types, all]) => ['', [['_type', types] as const, ...all]] as const),
  lists(sharedCondition).map((all) => ['', [['_type', 'Patient,Practitioner'] as const, ...all]] as const),
);

/** Loads a record in three steps, so that entries left over from earlier versions would show. */
async function load(steps: readonly (readonly Plain[])[], deleted: readonly string[]): Promise<Plain[]> {
  for (const resources of steps) {
    const entry = resources.map((resource) => ({
      resource,
      request: { method: 'PUT', url: `${String(resource['resourceType'])}/${String(resource['id'])}` },
    }));
    const answer = await server.post('', { resourceType: 'Bundle', type: 'transaction', entry });
    expect(answer.status, answer.text).toBe(200);
  }
  await Promise.all(deleted.map((address) => server.delete(address)));
  const last = new Map(steps.flat().map((each) => [`${String(each['resourceType'])}/${String(each['id'])}`, each]));
  return [...last].filter(([address]) => !deleted.includes(address)).map(([, resource]) => resource);
}

async function search(place: string, conditions: readonly Pair[], count: number): Promise<string[]> {
  const ids: string[] = [];
  let next: string | undefined =
    `${place}?${new URLSearchParams([...conditions.map(([name, value]) => [name, value]), ['_count', String(count)]]).toString()}`;
  while (next !== undefined) {
    const answer = await server.get(next);
    expect(answer.status, answer.text).toBe(200);
    ids.push(...matchIds(answer.body));
    next = linkOf(answer.body, 'next');
  }
  return ids.sort();
}

it.each([11, 22, 33])(
  'random queries find in random records what a plain reading of the standard finds (seed %i)',
  async (seed) => {
    const [first = [], second = []] = fc.sample(record, { seed, numRuns: 2 });
    const half = second.filter((_, at) => at % 2 === 0);
    const resources = await load([first, half], seed === 11 ? [] : ['Patient/p5', 'Observation/o3', 'Observation/o8']);
    let nonEmpty = 0;
    await fc.assert(
      fc.asyncProperty(query, some([1, 4, 50]), async ([place, conditions], count) => {
        const expected = evaluate(resources, place, conditions);
        nonEmpty += expected.length > 0 ? 1 : 0;
        expect(await search(place, conditions, count)).toEqual(expected);
      }),
      { numRuns: 600, seed },
    );
    expect(nonEmpty).toBeGreaterThan(100);
  },
  120_000,
);
