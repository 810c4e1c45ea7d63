import { arrayLiteral } from './array-literal.ts';
import { byBucket } from './distributed-rows.ts';
import type { AuthoredWrite } from './prepared-write.ts';
import {
  contentSeparator,
  entrySeparator,
  locatedFrom,
  toColumns,
  toEntryColumns,
  toNewColumns,
  toRanges,
} from './row-columns.ts';
import type { Sql, SqlPool } from './sql.ts';

/*
 * What insert-rows.ts and supersede-rows.ts do in one statement each, for a record that is spread over several servers:
 * what is written into one bucket is one call of `record.write`, which runs on the server of the bucket.
 */

/** The number of a resource, should it be new, and that of the change. */
export type WriteNumbers = { readonly rid: number; readonly seq: number };

/**
 * Numbers for writes whose resources have been read or locked before, so that the changes of each are in the order of its
 * versions. The servers' own sequences would say nothing about each other.
 */
export async function drawNumbers(sql: Sql, count: number): Promise<WriteNumbers[]> {
  return sql<WriteNumbers[]>`
    select nextval('record.rid') as rid, nextval('record.change_seq_seq') as seq
    from generate_series(1, ${count}::int)`;
}

/** One write that needs no others: a transaction of one server, unless the resource is new and its id leads elsewhere. */
export async function writeAlone(pool: SqlPool, write: AuthoredWrite, numbers: WriteNumbers): Promise<boolean> {
  if (toHomes([write]).length === 0) {
    const [isDone] = await writeBucket(pool, write.write.bucket, [{ each: write, numbers }]);
    return isDone ?? false;
  }
  return pool.begin(async (sql) => {
    await insertLocators(sql, [write]);
    const [isDone] = await writeBucket(sql, write.write.bucket, [{ each: write, numbers }]);
    return isDone ?? false;
  });
}

/** Writes of any buckets, within a transaction; tells, in order, which took place. */
export async function writeEverywhere(sql: Sql, writes: readonly AuthoredWrite[]): Promise<boolean[]> {
  const numbers = await drawNumbers(sql, writes.length);
  const numbered = writes.map((each, at): Numbered => ({ each, numbers: numbers[at] ?? { rid: 0, seq: 0 } }));
  const done = new Set<AuthoredWrite>();
  await insertLocators(sql, writes);
  for (const [bucket, group] of byBucket(numbered, ({ each }) => each.write.bucket)) {
    const ordered = [...group].sort((left, right) => (addressOf(left) < addressOf(right) ? -1 : 1));
    const results = await writeBucket(sql, bucket, ordered);
    ordered.filter((_, at) => results[at]).forEach(({ each }) => done.add(each));
  }
  return writes.map((each) => done.has(each));
}

type Numbered = { readonly each: AuthoredWrite; readonly numbers: WriteNumbers };

/** Transactions lock the rows of a bucket in the order of their addresses. */
function addressOf({ each: { write } }: Numbered): string {
  return `${write.type}/${write.id}`;
}

type Locator = { readonly home: number; readonly write: AuthoredWrite['write'] };

function toHomes(writes: readonly AuthoredWrite[]): Locator[] {
  return writes.flatMap(({ write }) => {
    const home = write.supersedes === 0 ? locatedFrom(write) : null;
    return home === null ? [] : [{ home, write }];
  });
}

async function insertLocators(sql: Sql, writes: readonly AuthoredWrite[]): Promise<void> {
  for (const { home, write } of toHomes(writes).sort((left, right) => left.home - right.home)) {
    await sql`
      insert into record.locator (home, type, id, bucket) values (${home}, ${write.type}, ${write.id}, ${write.bucket})`;
  }
}

const parameterList = Array.from({ length: 34 }, (_, at) => `$${at + 1}`).join(', ');

/** Not kept prepared: only where it sees the bucket is the call planned as one of another server. */
async function writeBucket(sql: Sql, bucket: number, numbered: readonly Numbered[]): Promise<boolean[]> {
  const writes = numbered.map(({ each }) => each);
  const columns = toColumns(writes);
  const entries = toEntryColumns(writes);
  const ranges = toRanges(writes);
  const values = {
    supersedes: arrayLiteral(writes.map(({ write }) => write.supersedes)),
    rids: arrayLiteral(numbered.map(({ numbers }) => numbers.rid)),
    seqs: arrayLiteral(numbered.map(({ numbers }) => numbers.seq)),
    self: toNewColumns(writes).self,
  };
  const rows = await sql.unsafe<{ done: number[] }[]>(
    `select record.write(${parameterList}) as done`,
    [
      bucket,
      columns.method,
      columns.type,
      columns.id,
      columns.version,
      values.supersedes,
      columns.updated,
      values.rids,
      values.seqs,
      values.self,
      columns.patient,
      columns.patientKey,
      columns.dateLo,
      columns.dateHi,
      columns.lead,
      columns.label,
      entries.keys.all,
      entries.keys.from,
      entries.keys.to,
      entries.identified.all,
      entries.identified.from,
      entries.identified.to,
      entries.strings,
      entrySeparator,
      columns.content,
      contentSeparator,
      columns.actor,
      columns.requestId,
      ranges.n,
      ranges.parameter,
      ranges.lo,
      ranges.hi,
      ranges.units,
      ranges.tokens,
    ],
    { prepare: false },
  );
  const done = new Set(rows[0]?.done);
  return writes.map((_, at) => done.has(at + 1));
}
