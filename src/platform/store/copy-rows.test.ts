import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, onSeveralServers, type TestDatabase } from '../../../test/support/database.ts';
import { bucketOfId } from './bucket.ts';
import { CopyEncoder } from './copy-encoder.ts';
import { type CopiedRows, CopyFailedError, copyRows, RowsEncoder, reuseRows } from './copy-rows.ts';
import { insertRows } from './insert-rows.ts';
import type { Actor, PreparedWrite } from './prepared-write.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const actor = { name: 'copier' };

function encodeRows(writes: readonly PreparedWrite[], by: Actor): CopiedRows {
  const encoder = new RowsEncoder(by);
  writes.forEach((each) => encoder.add(each, bucketOfId(each.id)));
  return encoder.finish();
}

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const text = fc.string({ unit: 'binary' }).map((each) => each.replaceAll('\0', '').toWellFormed());
const bound = fc.oneof(
  fc.double({ noNaN: true }),
  fc.integer().map((each) => each / 100),
  fc.integer({ min: -4e12, max: 4e12 }),
);
const moment = fc.oneof(
  fc.integer({ min: -8e13, max: 8e13 }),
  fc.constant(Number.POSITIVE_INFINITY),
  fc.constant(Number.NEGATIVE_INFINITY),
);
type Draft = Omit<PreparedWrite, 'id'> & { readonly isHome: boolean };

const write = fc
  .record({
    type: fc.constantFrom('Patient', 'Observation'),
    bucket: fc.integer({ min: 0, max: 4095 }),
    isHome: fc.boolean(),
    version: fc.integer({ min: 1, max: 1000 }),
    content: text.map((each) => JSON.stringify(each)),
    patient: fc.option(fc.stringMatching(/^[a-z0-9]{1,10}$/), { nil: undefined }),
    date: fc.option(fc.record({ lo: moment, hi: moment }), { nil: undefined }),
    lead: fc.option(int64, { nil: undefined }),
    label: fc.option(text, { nil: undefined }),
    keys: fc.uniqueArray(int64, { maxLength: 5 }),
    identifiers: fc.array(fc.record({ key: int64, system: int64 }), { maxLength: 3 }),
    strings: fc.uniqueArray(text, { maxLength: 4 }).map((all) => all.filter((each) => each !== '').sort()),
    ranges: fc.array(
      fc.record({
        parameter: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
        lo: bound,
        hi: bound,
        units: fc.array(int64, { maxLength: 2 }),
        tokens: fc.array(int64, { maxLength: 2 }),
      }),
      { maxLength: 3 },
    ),
  })
  .map(
    ({ type, bucket, isHome, version, content, ...entries }): Draft => ({
      method: 'PUT',
      bucket,
      type,
      version,
      supersedes: 0,
      isNew: true,
      updated: '2026-11-23T10:00:00.123Z',
      content,
      entries: { ...entries, units: [], otherPatients: [] },
      isHome,
    }),
  );

let series = 0;

/** Ids that differ everywhere, the buckets of some told by them. */
function withIds(writes: readonly Draft[]): PreparedWrite[] {
  series += 1;
  return writes.map(({ isHome, ...each }, at) => {
    const id = `c${series}-${at}`;
    return { ...each, id, bucket: isHome ? bucketOfId(id) : each.bucket };
  });
}

const tables = {
  resource: `select bucket, type, id, version, updated, method, self, patient, patient_key, date_lo, date_hi, lead_key, label, keys,
    identified, strings::text, content, dense_rank() over (order by rid) as place from record.resource order by rid`,
  locator: 'select home, type, id, bucket from record.locator order by type, id',
  identifier: `select i.bucket, i.key, i.system, r.id from record.identifier_entry i join record.resource r using (rid)
    order by r.rid, i.key, i.system`,
  range: `select e.bucket, e.type, e.parameter, e.lo::text, e.hi::text, e.units, e.tokens, r.id
    from record.range_entry e join record.resource r using (rid)
    order by r.rid, e.parameter, e.lo, e.hi, e.units, e.tokens`,
  change: 'select bucket, type, id, version, method, updated, patient from record.change order by type, id',
  audit: `select bucket, actor, action, type, id, version, patient, request_id from audit.entry order by type, id`,
};

/** All that is stored, after which it is removed. */
async function takeAll(): Promise<unknown> {
  const { ownerSql } = database;
  const stored: Record<string, unknown> = {};
  for (const [name, statement] of Object.entries(tables)) {
    // bigint arrays as text: a number cannot hold them
    stored[name] = (await ownerSql.unsafe(`select t::text from (${statement}) as t`)).map((row) => row['t'] as string);
  }
  await ownerSql`truncate record.resource, record.locator, record.identifier_entry, record.range_entry, record.change,
    audit.entry`;
  return stored;
}

describe.skipIf(onSeveralServers)('copying rows', () => {
  it('stores exactly what the statement for a few writes stores', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(write, { minLength: 1, maxLength: 6 }), async (drafts) => {
        const writes = withIds(drafts);
        await insertRows(
          database.sql,
          writes.map((each) => ({ write: each, actor })),
        );
        const expected = await takeAll();
        await database.sql.begin((sql) => copyRows(sql, encodeRows(writes, actor)));
        expect(await takeAll()).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('leaves out the writes it is told to, with all their entries', async () => {
    const some = fc.sample(write, { numRuns: 40, seed: 7 });
    const writes = withIds(some);
    const leftOut = new Set(writes.flatMap((_, at) => (at % 3 === 0 ? [at] : [])));
    await database.sql.begin((sql) => copyRows(sql, encodeRows(writes, actor), leftOut));
    const stored = await takeAll();
    const kept = writes.filter((_, at) => !leftOut.has(at));
    await database.sql.begin((sql) => copyRows(sql, encodeRows(kept, actor)));
    expect(stored).toEqual(await takeAll());
  });

  it('writes into the memory of rows that are stored as into new memory', async () => {
    const large = withIds(fc.sample(write, { numRuns: 200, seed: 11 }));
    const small = withIds(fc.sample(write, { numRuns: 20, seed: 12 }));
    await database.sql.begin((sql) => copyRows(sql, encodeRows(small, actor)));
    const expected = await takeAll();
    const first = encodeRows(large, actor);
    const memory = first.resource.bytes.buffer;
    reuseRows(first);
    const again = encodeRows(small, actor);
    expect(again.resource.bytes.buffer).toBe(memory);
    await database.sql.begin((sql) => copyRows(sql, again));
    expect(await takeAll()).toEqual(expected);
  });

  it('fails as a whole where one is there already, early or late in the rows, and the connection goes on', async () => {
    const [known, ...others] = withIds(fc.sample(write, { numRuns: 3000, seed: 3 }));
    if (!known) throw new Error('no sample');
    await database.sql.begin((sql) => copyRows(sql, encodeRows([known], actor)));
    for (const writes of [
      [known, ...others],
      [...others, known],
      [others[0] ?? known, known],
    ]) {
      const failed = database.sql.begin((sql) => copyRows(sql, encodeRows(writes, actor)));
      await expect(failed).rejects.toBeInstanceOf(CopyFailedError);
    }
    for (let again = 0; again < 8; again += 1) {
      const [row] = await database.sql<{ count: number }[]>`select count(*)::int as count from record.resource`;
      expect(row?.count).toBe(1);
    }
    await database.sql.begin((sql) => copyRows(sql, encodeRows(others, actor)));
    const [row] = await database.sql<{ count: number }[]>`select count(*)::int as count from record.resource`;
    expect(row?.count).toBe(3000);
  });
});

describe('the encoder', () => {
  it('grows with its rows and tells where each begins', () => {
    const encoder = new CopyEncoder();
    for (let row = 0; row < 1000; row += 1) {
      encoder.begin(row >> 1, 1);
      encoder.text('ə'.repeat(row));
    }
    const { bytes, starts, owners } = encoder.finish();
    expect(starts.length).toBe(1001);
    expect(starts[1000]).toBe(bytes.length);
    expect(owners[999]).toBe(499);
    expect(Buffer.from(bytes.subarray((starts[5] ?? 0) + 6, starts[6])).toString()).toBe('ə'.repeat(5));
  });
});
