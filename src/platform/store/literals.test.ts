import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { arrayLiteral } from './array-literal.ts';
import { timestampLiteral } from './timestamp-literal.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '');

describe('an array in PostgreSQL reads back as it was', () => {
  it('of texts, nulls and empty texts among them', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }).map(storable),
      fc.constantFrom('', 'NULL', 'null', '{}', '"', '\\', ',', ' '),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(text), { maxLength: 8 }), async (texts) => {
        const [row] = await database.sql`select to_json(${arrayLiteral(texts)}::text::text[]) as value`;
        expect(row?.['value']).toEqual(texts);
      }),
      { numRuns: 200 },
    );
  });

  it('of 64-bit numbers', async () => {
    const numbers = fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(numbers, async (values) => {
        const [row] = await database.sql`
          select to_json((${arrayLiteral(values)}::text::bigint[])::text[]) as value`;
        expect(row?.['value']).toEqual(values.map(String));
      }),
      { numRuns: 100 },
    );
  });
});

describe('a moment in PostgreSQL', () => {
  it.each([
    [Number.NEGATIVE_INFINITY, '-infinity'],
    [Number.POSITIVE_INFINITY, 'infinity'],
    [Date.parse('0001-01-01T00:00:00Z') - 14_400_000, '0001-12-31T20:00:00.000Z BC'],
    [Date.parse('9999-12-31T23:59:59.999Z') + 1, '10000-01-01T00:00:00.000Z'],
    [Date.parse('-000099-05-05T00:00:00Z'), '0100-05-05T00:00:00.000Z BC'],
  ])('%d is written %s', (moment, text) => {
    expect(timestampLiteral(moment)).toBe(text);
  });

  it('is the same moment, from the year 4000 before Christ to 20000 after', async () => {
    const moment = fc.integer({ min: Date.UTC(-4000, 0, 1), max: Date.UTC(20_000, 0, 1) });
    await fc.assert(
      fc.asyncProperty(moment, async (value) => {
        const [row] = await database.sql`
          select (extract(epoch from ${timestampLiteral(value)}::text::timestamptz) * 1000)::text as ms`;
        expect(Number(row?.['ms'])).toBe(value);
      }),
      { numRuns: 200 },
    );
  });
});
