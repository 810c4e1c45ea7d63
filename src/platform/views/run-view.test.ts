import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '#platform/errors';
import type { JsonObject } from '#platform/fhir';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { parseView } from './parse-view.ts';
import { runView } from './run-view.ts';
import { givenSource } from './sources.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const baseUrl = 'https://vsis.az/fhir';

/** The texts of the columns, row by row; resources are JSON text so that decimals keep their digits. */
async function textsOf(definition: JsonObject, resources: string): Promise<(string | null)[][]> {
  const view = parseView(definition);
  const rows: (string | null)[][] = [];
  for await (const batch of runView(database.sql, view, givenSource(view.resource, resources), { baseUrl }).batches) {
    rows.push(...batch.rows.map((row) => [...row]));
  }
  return rows;
}

/** What one expression comes to over one resource, as JSON text. */
async function valueOf(path: string, resource: string, type?: string): Promise<string | null | undefined> {
  const column = { name: 'value', path, ...(type === undefined ? {} : { type }) };
  const rows = await textsOf({ resource: typeOf(resource), select: [{ column: [column] }] }, `[${resource}]`);
  return rows[0]?.[0];
}

function typeOf(resource: string): string {
  return String((JSON.parse(resource) as JsonObject)['resourceType']); // as: the resources below are objects
}

async function refusalOf(run: Promise<unknown>): Promise<AppError> {
  const error = await run.then(
    () => new Error('it was taken'),
    (reason: unknown) => reason,
  );
  if (error instanceof AppError) {
    return error;
  }
  throw error;
}

const patient = JSON.stringify({
  resourceType: 'Patient',
  id: 'p1',
  active: true,
  name: [
    { use: 'official', family: 'Əliyeva', given: ['Şəhla', null], _given: [null, { extension: [{ url: 'urn:x' }] }] },
    { use: 'old', family: 'Quliyeva', given: ['Şəhla'] },
  ],
  birthDate: '1970-06',
  _birthDate: { extension: [{ url: 'urn:time', valueDateTime: '1970-06-03T10:00:00+04:00' }] },
  deceasedDateTime: '2020-02-29T23:30:00+04:00',
  generalPractitioner: [
    { reference: 'Practitioner/d1' },
    { reference: 'Organization/o1/_history/3' },
    { reference: 'https://vsis.az/fhir/Practitioner/d2' },
    { reference: 'https://elsewhere.example/fhir/Practitioner/d3' },
    { reference: '#inner' },
    { display: 'only a name' },
  ],
  managingOrganization: { reference: 'Organization/o2' },
  contained: [
    { resourceType: 'Practitioner', id: 'inner', active: false },
    { resourceType: 'Organization', id: 'other', name: 'N' },
  ],
  extension: [
    { url: 'urn:code', valueCode: 'x' },
    { url: 'urn:flag', valueBoolean: false },
  ],
});

const observation = `{"resourceType":"Observation","id":"o1","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"1"}]},
  "valueQuantity":{"value":1.10,"unit":"mmol/l"},"effectivePeriod":{"start":"2024-02","end":"2024-02-10"},
  "component":[{"code":{"text":"a"},"valueQuantity":{"value":5}},{"code":{"text":"b"},"valueString":"s"},{"code":{"text":"c"}}],
  "referenceRange":[{"low":{"value":-1.5}}]}`;

describe('an expression in a column', () => {
  it.each<[string, string | null]>([
    ['getResourceKey()', '"p1"'],
    ['managingOrganization.getReferenceKey()', '"o2"'],
    ['managingOrganization.getReferenceKey(Patient)', null],
    ["generalPractitioner.getReferenceKey(Practitioner).join(',')", '"d1,d2"'],
    ["generalPractitioner.getReferenceKey().join(',')", '"d1,o1,d2"'],
    ['name[1].family', '"Quliyeva"'],
    ['name[2].family', null],
    ['name[0 - 1].family', null],
    ['name.last().family', '"Quliyeva"'],
    ['name.given.count()', '2'],
    ['name.where($index = 1).family', '"Quliyeva"'],
    ["name.where(use = 'old' or use = 'nickname').family.single()", '"Quliyeva"'],
    ["name.where(family.startsWith('Q')).use.first()", '"old"'],
    ["name.select(given.first() & ' ' & family).join('; ')", '"Şəhla Əliyeva; Şəhla Quliyeva"'],
    ['name.given.distinct().count()', '1'],
    ['name.given.isDistinct()', 'false'],
    ['name.all(given.exists())', 'true'],
    ['name.family.first().upper()', '"ƏLIYEVA"'],
    ['name.family.first().length()', '7'],
    ['name.family.first().substring(1, 2)', '"li'.concat('"')],
    ['name.family.first().substring(9)', null],
    ["name.family.first().indexOf('iy')", '2'],
    ["name.family.first().matches('^Ə.*a$')", 'true'],
    ["name.family.first().replaceMatches('[ae]', '_')", '"Əliy_v_"'],
    ["' a '.trim()", '"a"'],
    ["'12'.toInteger() + 1", '13'],
    ["'x'.toInteger()", null],
    ["'1.50'.toDecimal()", '1.50'],
    ["'yes'.toBoolean()", 'true'],
    ['active.toString()', '"true"'],
    ['active and deceased.exists()', 'true'],
    ['deceased is boolean', 'false'],
    ['deceased is dateTime', 'true'],
    ['(deceased as dateTime).exists()', 'true'],
    ['deceased', '"2020-02-29T23:30:00+04:00"'],
    ['deceased.ofType(dateTime) > @2020-02-29', null],
    ['deceased.ofType(dateTime) > @2020-02-28', 'true'],
    ['deceased.ofType(dateTime) = @2020-02-29T19:30:00Z', 'true'],
    ['birthDate = @1970-06', 'true'],
    ['birthDate = @1970-06-03', null],
    ['birthDate < @1971', 'true'],
    ['birthDate.lowBoundary()', '"1970-06-01"'],
    ['birthDate.highBoundary()', '"1970-06-30"'],
    ['birthDate.highBoundary(6)', '"1970-06"'],
    ["birthDate.extension('urn:time').value.ofType(dateTime)", '"1970-06-03T10:00:00+04:00"'],
    ['name.first().given.extension.url.first()', '"urn:x"'],
    ["extension('urn:code').value.ofType(string).first()", '"x"'],
    ["extension('urn:code').value.ofType(code).first()", '"x"'],
    ["extension('urn:flag').value.ofType(boolean).first()", 'false'],
    ["extension('urn:flag').value.exists()", 'true'],
    ['contained.ofType(Organization).name', '"N"'],
    ['contained.ofType(Practitioner).active.not()', 'true'],
    ['contained.first().is(Practitioner)', 'true'],
    ['(name.family | name.given).count()', '3'],
    ["'Quliyeva' in name.family", 'true'],
    ["name.use contains 'nickname'", 'false'],
    ['{} in name.use', null],
    ["iif(active, 'a', 'b')", '"a"'],
    ["iif(gender = 'male', 'a')", null],
    ['2 + 3 * 4', '14'],
    ['7 div 2', '3'],
    ['-7 mod 4', '-3'],
    ['7 / 2', '3.5'],
    ['1 / 3', '0.33333333'],
    ['1 / 0', null],
    ['0.1 + 0.2', '0.3'],
    ['(-3).abs()', '3'],
    ['3.7.floor() + 3.2.ceiling() + 3.9.truncate()', '10'],
    ['3.14159.round(2)', '3.14'],
    ["'a' + 'b'", '"ab"'],
    ["'a' & {}", '"a"'],
    ["'a' + {}", null],
    ['(true xor false) and (false implies true)', 'true'],
    ["%resource.id = 'p1'", 'true'],
    ['%loinc', '"http://loinc.org"'],
    ['today() > @2020-01-01', 'true'],
    ['now() > @2020-01-01', 'true'],
    ['Patient.id', '"p1"'],
    ['meta.lastUpdated', null],
  ])('%s is %s', async (path, expected) => {
    expect(await valueOf(path, patient)).toBe(expected);
  });

  // The examples of FHIRPath for boundaries, and how they look within a record.
  it.each<[string, string | null]>([
    ['1.587.lowBoundary()', '1.5865'],
    ['1.587.lowBoundary(6)', '1.586500'],
    ['1.587.lowBoundary(2)', '1.58'],
    ['1.587.highBoundary()', '1.5875'],
    ['1.587.highBoundary(2)', '1.59'],
    ['(-1.587).lowBoundary()', '-1.5875'],
    ['(-1.587).lowBoundary(2)', '-1.59'],
    ['120.highBoundary(2)', '120.50'],
    ['1.0.lowBoundary(32)', null],
    ['@2014.lowBoundary(6)', '"2014-01"'],
    ['@2014-02.highBoundary()', '"2014-02-28"'],
    ['@2016-02.highBoundary()', '"2016-02-29"'],
    ['@2014-01-01T08.lowBoundary(17)', '"2014-01-01T08:00:00.000+14:00"'],
    ['@2014-01-01T08:05+04:00.highBoundary()', '"2014-01-01T08:05:59.999+04:00"'],
    ['@2014-01-01T08:05:01.5Z.highBoundary()', '"2014-01-01T08:05:01.599Z"'],
    ['@T10:30.lowBoundary()', '"10:30:00.000"'],
    ['@T10:30.highBoundary(6)', '"10:30:59"'],
    ['@T10:30 < @T10:31', 'true'],
    ['value.ofType(Quantity).value.lowBoundary()', '1.095'],
    ['effective.ofType(Period).lowBoundary()', '"2024-02-01T00:00:00.000+14:00"'],
    ['effective.ofType(Period).highBoundary(8)', '"2024-02-10"'],
    ['value.ofType(Quantity).value', '1.10'],
    ['value.ofType(Quantity).value * 1', '1.10'],
    ['referenceRange.low.value.first() + 1', '-0.5'],
    ['component.value.ofType(Quantity).value', '5'],
    ['component.value.count()', '2'],
    ['component.where(value.exists().not()).code.text', '"c"'],
    ["code.coding.exists(system = %loinc and code = '1')", 'true'],
    ['value.unit', '"mmol/l"'],
  ])('%s is %s', async (path, expected) => {
    expect(await valueOf(path, observation)).toBe(expected);
  });

  it('of a complex type is the element itself, where the column names the type', async () => {
    expect(JSON.parse((await valueOf('name.first()', patient, 'HumanName')) ?? '')).toMatchObject({ use: 'official' });
    expect(await valueOf('value', observation, 'Quantity')).toBe('{"unit": "mmol/l", "value": 1.10}');
  });

  it.each([
    ['nmae.family', /Patient has no element nmae/],
    ['name.first', /HumanName has no element first/],
    ['birthDate.value', /date has no element value/],
    ['name', /must name as its type/],
    ['gender > 5', /cannot be compared/],
    ['deceased > @2020', /choose a type with ofType/],
    ['gender + 1', /cannot be/],
    ['birthDate + 1', /cannot be of the type date/],
    ['%unknown', /no constant unknown/],
    ['gender.nothing()', /do not know the function nothing/],
    ['name.first(1)', /first\(\) takes 0 arguments/],
    ['name.ofType(Nothing)', /Nothing is no type/],
    ['name.getReferenceKey()', /references alone/],
    ['name.getResourceKey()', /resource alone/],
    ["gender ~ 'male'", /do not take the operator ~/],
    ['$index', /\$index/],
    ['generalPractitioner.resolve()', /do not know the function resolve/],
    ['name.lowBoundary()', /no boundaries/],
  ])('%s is refused before anything is run', async (path, reason) => {
    const error = await refusalOf(valueOf(path, patient));
    expect([error.kind, error.code]).toEqual(['ruleBroken', 'views.invalid-view']);
    expect(error.message).toMatch(reason);
    expect(error.issues[0]?.expression).toBe('ViewDefinition.select[0].column[0].path');
  });

  it.each([
    ['name.family', /select\[0\]\.column\[0\]\.path comes to several values/],
    ['name.family.upper()', /several values/],
    ["'a'.matches('(')", /not of the form/],
    ['@2023-02-31 < @2024', /not of the form/],
  ])('%s is refused where a resource does not fit', async (path, reason) => {
    const error = await refusalOf(valueOf(path, patient));
    expect([error.kind, error.code]).toEqual(['ruleBroken', 'views.failed']);
    expect(error.message).toMatch(reason);
  });

  it('must be of the type that the column says', async () => {
    const error = await refusalOf(valueOf('birthDate', patient, 'boolean'));
    expect(error.message).toMatch(/comes to date, which is no boolean/);
  });

  it('cannot leave its place in the statement', async () => {
    const hostile = `it's "quoted" \\ $1 ?? -- /* */ ; drop schema record cascade`;
    expect(await valueOf(`'${hostile.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`, patient)).toBe(
      JSON.stringify(hostile),
    );
    const filtered = `name.where(family = '${hostile.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}').exists()`;
    expect(await valueOf(filtered, patient)).toBe('false');
  });
});

describe('a traversal', () => {
  const item = (linkId: string, more: JsonObject = {}): JsonObject => ({ linkId, ...more });
  const response = JSON.stringify({
    resourceType: 'QuestionnaireResponse',
    id: 'q1',
    status: 'completed',
    item: [
      item('1', { item: [item('1.1'), item('1.2', { answer: [{ valueString: 'x', item: [item('1.2.1')] }] })] }),
      item('2', { answer: [{ item: [item('2.1')] }] }),
    ],
  });

  async function traverse(repeat: string[], more: JsonObject = {}): Promise<(string | null)[][]> {
    const column = [
      { name: 'at', path: '%rowIndex' },
      { name: 'link', path: 'linkId' },
    ];
    return textsOf({ resource: 'QuestionnaireResponse', select: [{ repeat, column, ...more }] }, `[${response}]`);
  }

  it('goes to any depth, each element before what is below it', async () => {
    expect(await traverse(['item', 'answer.item'])).toEqual(
      ['1', '1.1', '1.2', '1.2.1', '2', '2.1'].map((link, at) => [String(at), `"${link}"`]),
    );
  });

  it('follows only the paths given', async () => {
    expect((await traverse(['item'])).map(([, link]) => link)).toEqual(['"1"', '"1.1"', '"1.2"', '"2"']);
  });

  it('has iterations within it', async () => {
    const select = [{ forEachOrNull: 'answer', column: [{ name: 'text', path: 'value.ofType(string)' }] }];
    expect(await traverse(['item', 'answer.item'], { select })).toEqual([
      ['0', '"1"', null],
      ['1', '"1.1"', null],
      ['2', '"1.2"', '"x"'],
      ['3', '"1.2.1"', null],
      ['4', '"2"', null],
      ['5', '"2.1"', null],
    ]);
  });

  it('within a forEachOrNull that finds nothing is a row of nulls', async () => {
    const select = [{ repeat: ['item'], column: [{ name: 'below', path: 'linkId' }] }];
    const definition = {
      resource: 'QuestionnaireResponse',
      select: [{ forEachOrNull: "item.where(linkId = '9')", select, column: [{ name: 'link', path: "'here'" }] }],
    };
    expect(await textsOf(definition, `[${response}]`)).toEqual([[null, null]]);
  });

  it('refuses a path that nothing on the way knows', async () => {
    const error = await refusalOf(traverse(['item', 'anser.item']));
    expect(error.message).toMatch(/QuestionnaireResponse has no element anser/);
    expect(error.issues[0]?.expression).toBe('ViewDefinition.select[0].repeat[1]');
  });
});
