import { randomInt } from 'node:crypto';
import { isSpread } from '#platform/database';
import { arrayLiteral } from './array-literal.ts';
import { bucketCount, bucketOfId } from './bucket.ts';
import { gathering } from './gather.ts';
import type { Actor } from './prepared-write.ts';
import { findNewest, type ResourceAddress, type StoredVersion } from './read-rows.ts';
import type { Sql } from './sql.ts';

/** Who saw what: a read of a resource or version (R), a search (S), a history (H), or an operation by its name. */
export type ReadRecord = {
  readonly actor: Actor;
  readonly action: 'R' | 'S' | 'H' | `$${string}`;
  /** Absent in the history of the whole record. */
  readonly type?: string;
  readonly id?: string;
  readonly version?: number;
  /** Patient whose record the one resource belongs to. */
  readonly patient?: string;
  /** Number of resources in the answer. */
  readonly matches?: number;
  /** Patients whose resources were in the answer; left out where there are more than `patientsAtMost`. */
  readonly patients?: readonly string[];
};

/** A longer list of patients is not kept in the record of one search; see docs/adr/0012-audit-of-reads.md. */
export const patientsAtMost = 100;

export type ReadAudit = {
  /** Settles once the record is durable; the answer must wait for it, and fails with it. */
  readonly record: (entry: ReadRecord) => Promise<void>;
  /**
   * The newest version of a resource, deletions included. Where there is content, its record is durable when this
   * settles: one statement reads and records for all who ask at the same time.
   */
  readonly read: (address: ResourceAddress, actor: Actor) => Promise<StoredVersion | undefined>;
};

type Asked = { readonly address: ResourceAddress; readonly actor: Actor };

const groupAtMost = 256;
const readsAtMost = 64;
/** While one group is on its way to the disk the next gathers; a second keeps the first from delaying it. */
const groupsInFlight = 2;

export function createReadAudit(sql: Sql): ReadAudit {
  const recordTogether = gathering<ReadRecord, void>({
    name: 'audit',
    send: async (records) => {
      await writeReadRecords(sql, records);
      return records.map(() => undefined);
    },
    atMost: groupAtMost,
    inFlight: groupsInFlight,
  });
  const record = isSpread(sql) ? (entry: ReadRecord) => writeOnItsServer(sql, entry) : recordTogether;
  const readTogether = gathering<Asked, StoredVersion | undefined>({
    name: 'read',
    send: (asked) => readAndRecord(sql, asked),
    atMost: readsAtMost,
    inFlight: groupsInFlight,
  });
  const readCurrent = isSpread(sql) ? (asked: Asked) => readOnItsServer(sql, asked) : readTogether;
  const readLocated = gathering<Asked, StoredVersion | undefined>({
    name: 'read-located',
    send: (asked) => readAndRecord(sql, asked, { located: true }),
    atMost: readsAtMost,
    inFlight: groupsInFlight,
  });
  const readElsewhere = isSpread(sql) ? async () => undefined : readLocated;
  const read = async (address: ResourceAddress, actor: Actor): Promise<StoredVersion | undefined> => {
    const current = (await readCurrent({ address, actor })) ?? (await readElsewhere({ address, actor }));
    if (current) {
      return current;
    }
    const newest = await findNewest(sql, address);
    if (newest && newest.content !== null) {
      const { type, id, version, patient } = newest;
      await record({ actor, action: 'R', type, id, version, ...(patient ? { patient } : {}) });
    }
    return newest;
  };
  return { record, read };
}

/** The same of one, where the record is spread over several servers: together they would be work of all these servers. */
async function readOnItsServer(sql: Sql, { address, actor }: Asked): Promise<StoredVersion | undefined> {
  const [row] = await sql.unsafe<StoredVersion[]>(
    'select * from record.read_here($1, $2, $3, $4, $5)',
    [bucketOfId(address.id), address.type, address.id, actor.name, actor.requestId ?? null],
    { prepare: false }, // see write-distributed.ts
  );
  return row;
}

/** Current versions of what lies where its id says, or where the locator does, each with its record in the audit trail. */
async function readAndRecord(
  sql: Sql,
  asked: readonly Asked[],
  { located = false } = {},
): Promise<(StoredVersion | undefined)[]> {
  const list = (pick: (each: Asked) => string | number | undefined): string =>
    arrayLiteral(asked.map((each) => pick(each) ?? null));
  const rows = await sql<(StoredVersion & { n: number })[]>`
    with found as materialized (
      select a.n::int, a.actor, a.request_id, r.bucket, r.type, r.id, r.version, r.updated, r.method, r.patient, r.content
      from unnest(${list(({ address }) => bucketOfId(address.id))}::text::smallint[],
          ${list(({ address }) => address.type)}::text::text[], ${list(({ address }) => address.id)}::text::text[],
          ${list(({ actor }) => actor.name)}::text::text[], ${list(({ actor }) => actor.requestId)}::text::text[])
        with ordinality as a(home, type, id, actor, request_id, n)
        ${located ? sql`join record.locator l on l.home = a.home and l.type = a.type and l.id = a.id` : sql``}
        join record.resource r on r.bucket = ${located ? sql`l.bucket` : sql`a.home`} and r.type = a.type and r.id = a.id
    ),
    recorded as (
      insert into audit.entry (bucket, actor, action, type, id, version, patient, request_id)
      select bucket, actor, 'R', type, id, version, patient, request_id from found
    )
    select n, bucket, type, id, version, updated, method, patient, content from found`;
  const found = new Map(rows.map(({ n, ...stored }) => [n, stored]));
  return asked.map((_, at) => found.get(at + 1));
}

/** Writes the records in one statement, for reads within a transaction in that transaction. */
export async function writeReadRecords(sql: Sql, records: readonly ReadRecord[]): Promise<void> {
  if (records.length === 0) {
    return;
  }
  if (isSpread(sql)) {
    await Promise.all(records.map((record) => writeOnItsServer(sql, record)));
    return;
  }
  const list = (pick: (record: ReadRecord) => string | number | undefined): string =>
    arrayLiteral(records.map((record) => pick(record) ?? null));
  await sql`
    insert into audit.entry (bucket, actor, action, type, id, version, patient, request_id, matches, patients)
    select bucket, actor, action, type, id, version, patient, request_id, matches, patients::text[]
    from unnest(${list(bucketOf)}::text::smallint[],
        ${list(({ actor }) => actor.name)}::text::text[], ${list(({ action }) => action)}::text::text[],
        ${list(({ type }) => type)}::text::text[], ${list(({ id }) => id)}::text::text[],
        ${list(({ version }) => version)}::text::int[], ${list(({ patient }) => patient)}::text::text[],
        ${list(({ actor }) => actor.requestId)}::text::text[], ${list(({ matches }) => matches)}::text::int[],
        ${list(keptPatients)}::text::text[])
      as g(bucket, actor, action, type, id, version, patient, request_id, matches, patients)`;
}

async function writeOnItsServer(sql: Sql, record: ReadRecord): Promise<void> {
  const { actor, action, type = null, id = null, version = null, patient = null, matches = null } = record;
  await sql`
    insert into audit.entry (bucket, actor, action, type, id, version, patient, request_id, matches, patients)
    values (${bucketOf(record)}, ${actor.name}, ${action}, ${type}, ${id}, ${version}, ${patient},
      ${actor.requestId ?? null}, ${matches}, ${keptPatients(record) ?? null}::text::text[])`;
}

function keptPatients({ patients: ids = [] }: ReadRecord): string | undefined {
  return ids.length > 0 && ids.length <= patientsAtMost ? arrayLiteral(ids) : undefined;
}

/** Where the record lies: with the one person it speaks of, else with the resource, else anywhere. */
function bucketOf({ id, patient, patients = [] }: ReadRecord): number {
  const about = patient ?? (patients.length === 1 ? patients[0] : undefined) ?? id;
  return about === undefined ? randomInt(bucketCount) : bucketOfId(about);
}
