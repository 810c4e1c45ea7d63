import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FhirServer, matchIds, startFhirServer } from '../../../test/support/fhir-server.ts';

const ucum = 'http://unitsofmeasure.org';
let server: FhirServer;

beforeAll(async () => {
  server = await startFhirServer();
});
afterAll(() => server.close());

async function put(id: string, codes: readonly string[], value = 5): Promise<void> {
  const component = codes.map((code) => ({
    code: { text: 'part' },
    valueQuantity: { value, system: ucum, code },
  }));
  const observation = { resourceType: 'Observation', id, status: 'final', code: { text: 'whole' }, component };
  expect((await server.put(`Observation/${id}`, observation)).status).toBeLessThan(300);
}

async function search(value: string) {
  const { status, body, text } = await server.get(`Observation?component-value-quantity=${encodeURIComponent(value)}`);
  return { status, text, ids: status === 200 ? matchIds(body).sort().join(' ') : undefined };
}

const knownUnits = async () =>
  (await server.database.sql<{ code: string }[]>`select code from record.ucum_unit order by code`).map(
    ({ code }) => code,
  );

it('finds quantities whose unit is annotated, and remembers the unit alone', async () => {
  await put('annotated', ['mg{total}', '{cells}/uL', '10*3/{cells}']);
  expect(await knownUnits()).toEqual(['1/uL', '10*3/1', 'mg']);
  expect((await search(`5|${ucum}|mg`)).ids).toBe('annotated');
  expect((await search(`5000|${ucum}|ug`)).ids).toBe('annotated');
  expect((await search(`0.005|${ucum}|g{other}`)).ids).toBe('annotated');
  expect((await search(`5|${ucum}|mg{total}`)).ids).toBe('annotated');
  expect((await search(`5000|${ucum}|/mL`)).ids).toBe('annotated');
});

it('remembers no unit that is none, nor one for each annotation', async () => {
  const before = await knownUnits();
  await put('invented', [
    ...Array.from({ length: 300 }, (_, at) => `mg{a${at}}`),
    ...Array.from({ length: 300 }, (_, at) => `!none${at}`),
  ]);
  expect(await knownUnits()).toEqual(before);
  expect((await search(`5000|${ucum}|ug`)).ids).toBe('annotated invented');
  expect((await search(`5|${ucum}|!none7`)).ids).toBe('invented');
});

it('refuses a search in more units than it can look in, and tells another way', async () => {
  await put(
    'many',
    Array.from({ length: 220 }, (_, at) => `${at + 2}.mg`),
  );
  const refused = await search(`5|${ucum}|mg`);
  expect(refused.status).toBe(400);
  expect(refused.text).toContain('too many units');
  expect((await search(`5|${ucum}|cm`)).status).toBe(200);
  expect((await search('5||7.mg')).ids).toBe('many');
  await server.database.sql`insert into record.ucum_unit select 'x' || n from generate_series(1, 5000) n`;
  expect((await search(`5|${ucum}|cm`)).status).toBe(400);
});
