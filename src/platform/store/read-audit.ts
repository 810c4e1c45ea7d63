import { arrayLiteral } from './array-literal.ts';
import type { Sql } from './sql.ts';
import type { Actor } from './write-rows.ts';

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
};

type Waiting = { readonly entry: ReadRecord; readonly resolve: () => void; readonly reject: (error: unknown) => void };

const groupAtMost = 256;
/** While one group is on its way to the disk the next gathers; a second keeps the first from delaying it. */
const groupsInFlight = 2;

/** Records of reads that end at the same time are written in one statement, so that they share one commit. */
export function createReadAudit(sql: Sql): ReadAudit {
  const waiting: Waiting[] = [];
  let inFlight = 0;
  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      await writeGroup(sql, waiting.splice(0, groupAtMost));
    }
    inFlight -= 1;
  };
  return {
    record: (entry) =>
      new Promise((resolve, reject) => {
        waiting.push({ entry, resolve, reject });
        if (inFlight < groupsInFlight) {
          inFlight += 1;
          setImmediate(() => void drain()); // requests of the same turn share the group
        }
      }),
  };
}

async function writeGroup(sql: Sql, group: readonly Waiting[]): Promise<void> {
  try {
    await writeReadRecords(
      sql,
      group.map(({ entry }) => entry),
    );
    group.forEach(({ resolve }) => resolve());
  } catch (error) {
    const [only, ...others] = group;
    if (only && others.length === 0) {
      only.reject(error);
      return;
    }
    for (const each of group) {
      await writeGroup(sql, [each]); // one record that cannot be stored must not fail the others
    }
  }
}

/** Writes the records in one statement, for reads within a transaction in that transaction. */
export async function writeReadRecords(sql: Sql, records: readonly ReadRecord[]): Promise<void> {
  if (records.length === 0) {
    return;
  }
  const list = (pick: (record: ReadRecord) => string | number | undefined): string =>
    arrayLiteral(records.map((record) => pick(record) ?? null));
  const patients = ({ patients: ids = [] }: ReadRecord): string | undefined =>
    ids.length > 0 && ids.length <= patientsAtMost ? arrayLiteral(ids) : undefined;
  await sql`
    insert into audit.entry (actor, action, type, id, version, patient, request_id, matches, patients)
    select actor, action, type, id, version, patient, request_id, matches, patients::text[]
    from unnest(${list(({ actor }) => actor.name)}::text::text[], ${list(({ action }) => action)}::text::text[],
        ${list(({ type }) => type)}::text::text[], ${list(({ id }) => id)}::text::text[],
        ${list(({ version }) => version)}::text::int[], ${list(({ patient }) => patient)}::text::text[],
        ${list(({ actor }) => actor.requestId)}::text::text[], ${list(({ matches }) => matches)}::text::int[],
        ${list(patients)}::text::text[])
      as g(actor, action, type, id, version, patient, request_id, matches, patients)`;
}
