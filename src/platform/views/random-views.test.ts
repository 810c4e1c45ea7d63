import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '#platform/fhir';
import { clause } from '#platform/store';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { evaluateView } from '../../../test/support/view-evaluator.ts';
import { parseView } from './parse-view.ts';
import { runView } from './run-view.ts';
import { givenSource } from './sources.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function rowsOf(definition: JsonObject, resources: readonly JsonObject[]): Promise<JsonObject[]> {
  const view = parseView(definition);
  const source = { ...givenSource(view.resource, JSON.stringify(resources)), content: clause`root.v::text` };
  const { columns, batches } = runView(database.sql, view, source);
  const rows: JsonObject[] = [];
  for await (const batch of batches) {
    rows.push(
      ...batch.rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, JSON.parse(row[at] ?? 'null')]))),
    );
  }
  return rows;
}

const word = fc.constantFrom('a', 'b', 'A', 'ə', "it's", 'ab');
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 3 });
const some = <Value>(value: fc.Arbitrary<Value>) => maybe(fc.array(value, { minLength: 1, maxLength: 3 }));
const moment = fc.constantFrom('2020-01-01T10:00:00Z', '2020-01-01T14:00:00+04:00', '2021-05-06T07:08:09.5Z');
const day = fc.constantFrom('1970', '1970-06', '1970-06-15', '1980-01-01', '2000-02');

const telecom = fc.record({
  system: maybe(fc.constantFrom('phone', 'email')),
  value: maybe(word),
  rank: maybe(fc.integer({ min: 1, max: 3 })),
  period: maybe(fc.record({ start: moment })),
});
const humanName = fc.record({ use: maybe(fc.constantFrom('usual', 'old')), family: maybe(word), given: some(word) });
const contact = fc.record({
  gender: maybe(fc.constantFrom('male', 'female')),
  name: maybe(humanName),
  telecom: some(telecom),
});
const patient = fc
  .record({
    resourceType: fc.constant('Patient'),
    id: fc.uuid(),
    active: maybe(fc.boolean()),
    gender: maybe(fc.constantFrom('male', 'female')),
    birthDate: maybe(day),
    deceasedBoolean: maybe(fc.boolean()),
    multipleBirthInteger: maybe(fc.integer({ min: 1, max: 3 })),
    name: some(humanName),
    telecom: some(telecom),
    contact: some(contact),
    extension: some(fc.record({ url: fc.constantFrom('urn:a', 'urn:b'), valueString: word })),
  })
  .map((value): JsonObject => JSON.parse(JSON.stringify(value)));

type Context = 'Patient' | 'HumanName' | 'Contact' | 'ContactPoint' | 'string';

/** From each context: lists and what their elements are, and single values of each kind. */
const steps: Record<Context, readonly (readonly [string, Context])[]> = {
  Patient: [
    ['name', 'HumanName'],
    ['telecom', 'ContactPoint'],
    ['contact', 'Contact'],
    ['contact.telecom', 'ContactPoint'],
    ['contact.name', 'HumanName'],
    ['name.given', 'string'],
    ["extension('urn:a').value.ofType(string)", 'string'],
    ['Patient.name.given', 'string'],
  ],
  HumanName: [['given', 'string']],
  Contact: [
    ['telecom', 'ContactPoint'],
    ['name.given', 'string'],
  ],
  ContactPoint: [],
  string: [],
};
const texts: Record<Context, readonly string[]> = {
  Patient: ['id', 'gender', 'name.first().family', 'contact.name.first().use', '%resource.gender'],
  HumanName: ['family', 'use', 'given.first()', 'given[1]'],
  Contact: ['gender', 'name.family', 'telecom.first().value'],
  ContactPoint: ['system', 'value'],
  string: ['$this'],
};
const truths: Record<Context, readonly string[]> = {
  Patient: [
    'active',
    'deceased.ofType(boolean)',
    'deceased.exists()',
    'birthDate < @1975',
    'birthDate >= @1970-06',
    'birthDate = @1980-01-01',
    'birthDate != @1970',
  ],
  HumanName: ['given.count() > 1', '$this.exists()'],
  Contact: ['name.exists()', 'telecom.rank.exists()'],
  ContactPoint: ['period.start > @2020-06-01T00:00:00Z', 'period.start = @2020-01-01T10:00:00Z', 'rank.exists()'],
  string: ['$this.exists()', '$this.length() > 1'],
};
const numbers: Record<Context, readonly string[]> = {
  Patient: ['multipleBirth.ofType(integer)', 'name.count()', 'telecom.rank.first()'],
  HumanName: ['given.count()'],
  Contact: ['telecom.rank.first()'],
  ContactPoint: ['rank'],
  string: ['$this.length()'],
};

const literal = word.map((text) => `'${text.replaceAll("'", "\\'")}'`);
const small = fc.integer({ min: 0, max: 3 }).map(String);
const pick = (from: readonly string[]) => fc.constantFrom(...from);
const joined = (...parts: readonly (fc.Arbitrary<string> | string)[]) =>
  fc.tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part))).map((all) => all.join(''));

/** A list in a context, with what its elements are. */
function list(context: Context, depth: number): fc.Arbitrary<readonly [string, Context]> {
  return fc.constantFrom(...steps[context]).chain(([path, element]) => {
    const plain = fc.constant(path);
    const narrowed = fc.oneof(
      plain,
      joined(plain, '.where(', condition(element, depth - 1), ')'),
      joined(plain, '.skip(', small, ')'),
      joined(plain, '.take(', small, ')'),
      joined(plain, '.tail()'),
    );
    return (depth > 0 ? narrowed : plain).map((text) => [text, element] as const);
  });
}

function listText(context: Context, depth: number): fc.Arbitrary<string> {
  return list(context, depth).map(([path]) => path);
}

const hasLists = (context: Context): boolean => steps[context].length > 0;

function text(context: Context, depth: number): fc.Arbitrary<string> {
  const plain = pick(texts[context]);
  if (depth <= 0) {
    return plain;
  }
  return fc.oneof(
    plain,
    literal,
    fc.constant('%word'),
    joined('iif(', condition(context, depth - 1), ', ', text(context, depth - 1), ', ', text(context, depth - 1), ')'),
    joined('(', text(context, depth - 1), ' & ', text(context, depth - 1), ')'),
    joined('(', text(context, depth - 1), ').upper()'),
    joined('(', text(context, depth - 1), ').substring(', small, ')'),
    joined('(', text(context, depth - 1), ").replace('a', 'bb')"),
  );
}

function condition(context: Context, depth: number): fc.Arbitrary<string> {
  const plain = fc.oneof(
    pick(truths[context]),
    joined(pick(texts[context]), fc.constantFrom(' = ', ' != '), literal),
    joined(pick(numbers[context]), fc.constantFrom(' = ', ' < ', ' >= ', ' != '), small),
  );
  if (depth <= 0) {
    return plain;
  }
  const connective = fc.constantFrom(' and ', ' or ', ' xor ', ' implies ');
  const overLists = hasLists(context)
    ? [
        joined(listText(context, depth - 1), fc.constantFrom('.exists()', '.empty()', '.exists().not()')),
        joined(listText(context, depth - 1), '.count() > ', small),
        list(context, 0).chain(([path, element]) =>
          joined(path, fc.constantFrom('.exists(', '.all('), condition(element, depth - 1), ')'),
        ),
        joined(listText(context, 0), ' = ', listText(context, 0)),
      ]
    : [];
  return fc.oneof(
    plain,
    joined('(', condition(context, depth - 1), connective, condition(context, depth - 1), ')'),
    joined('(', condition(context, depth - 1), ').not()'),
    joined(text(context, depth - 1), fc.constantFrom(' = ', ' != ', ' < ', ' >= '), text(context, depth - 1)),
    joined('(', text(context, depth - 1), fc.constantFrom(").startsWith('a')", ").endsWith('b')", ").contains('t')")),
    ...overLists,
  );
}

let names = 0;
const named = (path: fc.Arbitrary<string>, collection = false): fc.Arbitrary<JsonObject> =>
  path.map((value) => {
    names += 1;
    return { name: `c${names}`, path: value, ...(collection ? { collection } : {}) };
  });

function column(context: Context): fc.Arbitrary<JsonObject> {
  const primitives = hasLists(context) ? list(context, 2).filter(([, element]) => element === 'string') : undefined;
  return fc.oneof(
    named(text(context, 2)),
    named(condition(context, 2)),
    named(pick(numbers[context])),
    named(fc.constant('%rowIndex')),
    ...(primitives
      ? [
          named(
            primitives.map(([path]) => path),
            true,
          ),
          named(primitives.map(([path]) => `${path}.join('-')`)),
          named(primitives.map(([path]) => `${path}.first()`)),
          named(primitives.map(([path]) => `${path}.last()`)),
        ]
      : []),
  );
}

function selection(context: Context, depth: number): fc.Arbitrary<JsonObject> {
  const iterated = hasLists(context)
    ? fc
        .tuple(list(context, 1), fc.constantFrom('forEach', 'forEachOrNull'))
        .chain(([[path, element], kind]) => body(element, depth).map((value) => ({ ...value, [kind]: path })))
    : body(context, depth);
  return fc.oneof(body(context, depth), iterated);
}

/** Columns, nested selects and a union whose branches have the columns of the first under the same names. */
function body(context: Context, depth: number): fc.Arbitrary<JsonObject> {
  const parts = {
    column: fc.array(column(context), { minLength: 1, maxLength: 3 }),
    select:
      depth > 0
        ? maybe(fc.array(selection(context, depth - 1), { minLength: 1, maxLength: 2 }))
        : fc.constant(undefined),
    unionAll: depth > 0 ? maybe(union(context)) : fc.constant(undefined),
  };
  return fc.record(parts).map((value): JsonObject => JSON.parse(JSON.stringify(value)));
}

function union(context: Context): fc.Arbitrary<JsonObject[]> {
  const branch = hasLists(context)
    ? fc.oneof(
        text(context, 1).map((path) => ({ path })),
        fc
          .tuple(list(context, 1), fc.constantFrom('forEach', 'forEachOrNull'))
          .chain(([[path, element], kind]) =>
            text(element, 1).map((own) => ({ path: own, iteration: { [kind]: path } })),
          ),
      )
    : text(context, 1).map((path) => ({ path }));
  return fc.array(branch, { minLength: 1, maxLength: 3 }).map((branches) => {
    names += 1;
    const name = `u${names}`;
    return branches.map((each) => ({
      column: [{ name, path: each.path }],
      ...('iteration' in each ? (each.iteration as JsonObject) : {}), // as: the record above
    }));
  });
}

const view = fc
  .record({
    select: fc.array(selection('Patient', 2), { minLength: 1, maxLength: 2 }),
    where: maybe(condition('Patient', 2).map((path) => [{ path }])),
  })
  .map(
    (value): JsonObject => ({
      resource: 'Patient',
      constant: [{ name: 'word', valueString: 'a' }],
      ...JSON.parse(JSON.stringify(value)),
    }),
  );

describe('a compiled view', () => {
  it('gives what the specification gives over objects in memory, for random views and patients', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(view, fc.array(patient, { minLength: 1, maxLength: 4 }), async (definition, patients) => {
        const found = await rowsOf(definition, patients);
        const expected = evaluateView(definition, patients);
        expect(sorted(found)).toEqual(sorted(expected));
      }),
      { numRuns: 150 },
    );
  });
});

function sorted(rows: readonly object[]): string[] {
  return rows.map((row) => JSON.stringify(Object.entries(row).sort(([one], [other]) => (one < other ? -1 : 1)))).sort();
}
