import { hash64 } from '#platform/search';
import { arrayLiteral, type Element } from './array-literal.ts';
import { byBucket } from './distributed-rows.ts';
import type { AuthoredWrite, PreparedWrite } from './prepared-write.ts';
import { contentSeparator, toColumns, toNewColumns, toRanges } from './row-columns.ts';
import type { Sql } from './sql.ts';
import { timestampLiteral } from './timestamp-literal.ts';

/*
 * What insert-rows.ts and supersede-rows.ts do in one statement, for a record that is spread over several servers: there
 * a statement writes into one table. Runs in a transaction of the caller's.
 */

/** Stores first versions. One that is there after all fails the statement (23505). */
export async function insertDistributed(sql: Sql, writes: readonly AuthoredWrite[]): Promise<void> {
  if (writes.length === 0) {
    return;
  }
  const numbers = await sql<{ rid: number }[]>`
    select nextval('record.rid') as rid from generate_series(1, ${writes.length}::int)`;
  const rids = numbers.map(({ rid }) => rid);
  const columns = toColumns(writes);
  const fresh = toNewColumns(writes);
  const nested = toNested(writes);
  await sql`
    insert into record.resource (bucket, type, id, rid, version, updated, method, self, patient, patient_key, date_lo,
      date_hi, lead_key, label, keys, identified, strings, content)
    select bucket, type, id, rid, version, updated, method, self, patient, patient_key, date_lo, date_hi, lead_key,
      label, keys::bigint[], identified::bigint[], array_to_tsvector(strings::text[]), content
    from unnest(
        ${columns.bucket}::text::smallint[], ${columns.type}::text::text[], ${columns.id}::text::text[],
        ${arrayLiteral(rids)}::text::bigint[], ${columns.version}::text::int[], ${columns.updated}::text::timestamptz[],
        ${columns.method}::text::text[], ${fresh.self}::text::bigint[], ${columns.patient}::text::text[],
        ${columns.patientKey}::text::bigint[], ${columns.dateLo}::text::timestamptz[],
        ${columns.dateHi}::text::timestamptz[], ${columns.lead}::text::bigint[], ${columns.label}::text::text[],
        ${nested.keys}::text::text[], ${nested.identified}::text::text[], ${nested.strings}::text::text[],
        string_to_array(${columns.content}::text, ${contentSeparator}))
      as g(bucket, type, id, rid, version, updated, method, self, patient, patient_key, date_lo, date_hi, lead_key, label,
        keys, identified, strings, content)
    order by bucket, type, id -- writers of the same new resources meet in the same order`;
  await sql`
    insert into record.locator (home, type, id, bucket)
    select home, type, id, bucket
    from unnest(${fresh.home}::text::smallint[], ${columns.type}::text::text[], ${columns.id}::text::text[],
      ${columns.bucket}::text::smallint[]) as g(home, type, id, bucket)
    where home is not null`;
  const numbered = writes.map((each, at): Numbered => ({ each, rid: rids[at] ?? 0 }));
  await insertIdentifiers(sql, numbered);
  await insertRanges(sql, numbered);
  await insertChanges(sql, writes, (write) => write.entries?.patient ?? null);
}

type Numbered = { readonly each: AuthoredWrite; readonly rid: number };

async function insertIdentifiers(sql: Sql, numbered: readonly Numbered[]): Promise<void> {
  const all = numbered.flatMap(({ each: { write }, rid }) =>
    (write.entries?.identifiers ?? []).map(({ key, system }) => ({ bucket: write.bucket, key, system, rid })),
  );
  if (all.length === 0) {
    return;
  }
  const list = (pick: (entry: (typeof all)[number]) => Element): string => arrayLiteral(all.map(pick));
  await sql`
    insert into record.identifier_entry (bucket, key, system, rid)
    select *
    from unnest(${list((entry) => entry.bucket)}::text::smallint[], ${list((entry) => entry.key)}::text::bigint[],
      ${list((entry) => entry.system)}::text::bigint[], ${list((entry) => entry.rid)}::text::bigint[]) as g`;
}

async function insertRanges(sql: Sql, numbered: readonly Numbered[]): Promise<void> {
  const owners = numbered.flatMap((owner) => (owner.each.write.entries?.ranges ?? []).map(() => owner));
  if (owners.length === 0) {
    return;
  }
  const ranges = toRanges(numbered.map(({ each }) => each));
  const list = (pick: (owner: Numbered) => Element): string => arrayLiteral(owners.map(pick));
  await sql`
    insert into record.range_entry (bucket, type, rid, parameter, lo, hi, units, tokens)
    select bucket, type, rid, parameter, lo, hi, units::bigint[], tokens::bigint[]
    from unnest(${list(({ each }) => each.write.bucket)}::text::smallint[],
      ${list(({ each }) => each.write.type)}::text::text[], ${list(({ rid }) => rid)}::text::bigint[],
      ${ranges.parameter}::text::int[], ${ranges.lo}::text::numeric[], ${ranges.hi}::text::numeric[],
      ${ranges.units}::text::text[], ${ranges.tokens}::text::text[])
      as g(bucket, type, rid, parameter, lo, hi, units, tokens)`;
}

async function insertChanges(
  sql: Sql,
  writes: readonly AuthoredWrite[],
  patientOf: (write: PreparedWrite) => string | null,
): Promise<void> {
  const columns = toColumns(writes);
  const about = arrayLiteral(writes.map(({ write }) => patientOf(write)));
  await sql`
    insert into record.change (bucket, type, id, version, method, updated, patient)
    select *
    from unnest(${columns.bucket}::text::smallint[], ${columns.type}::text::text[], ${columns.id}::text::text[],
      ${columns.version}::text::int[], ${columns.method}::text::text[], ${columns.updated}::text::timestamptz[],
      ${about}::text::text[]) as g`;
  await sql`
    insert into audit.entry (bucket, actor, action, type, id, version, patient, request_id)
    select *
    from unnest(${columns.bucket}::text::smallint[], ${columns.actor}::text::text[], ${columns.method}::text::text[],
      ${columns.type}::text::text[], ${columns.id}::text::text[], ${columns.version}::text::int[],
      ${about}::text::text[], ${columns.requestId}::text::text[]) as g`;
}

type OldRow = {
  readonly type: string;
  readonly id: string;
  readonly rid: number;
  readonly updated: string;
  readonly method: string;
  readonly patient: string | null;
  readonly content: string;
};

type Superseding = Numbered & { readonly old: OldRow };

/** Stores versions that supersede others; tells, in order, which took place: the others' versions are not current. */
export async function supersedeDistributed(sql: Sql, writes: readonly AuthoredWrite[]): Promise<boolean[]> {
  const done = new Map<AuthoredWrite, Superseding>();
  for (const [bucket, group] of byBucket(writes, ({ write }) => write.bucket)) {
    const taken = await lockSuperseded(sql, bucket, group);
    if (taken.length > 0) {
      await replaceRows(sql, bucket, taken);
    }
    for (const each of taken) {
      done.set(each.each, each);
    }
  }
  const all = [...done.values()];
  if (all.length > 0) {
    await insertHistory(sql, all);
    await insertIdentifiers(sql, all);
    await insertRanges(sql, all);
    const patients = new Map(all.map(({ each, old }) => [each.write, each.write.entries?.patient ?? old.patient]));
    await insertChanges(
      sql,
      all.map(({ each }) => each),
      (write) => patients.get(write) ?? null,
    );
  }
  return writes.map((each) => done.has(each));
}

async function lockSuperseded(sql: Sql, bucket: number, group: readonly AuthoredWrite[]): Promise<Superseding[]> {
  const columns = toColumns(group);
  const supersedes = arrayLiteral(group.map(({ write }) => write.supersedes));
  const rows = await sql<OldRow[]>`
    select type, id, rid, updated, method, patient, content
    from record.resource
    where bucket = ${bucket} and (type, id, version) in (
      select * from unnest(${columns.type}::text::text[], ${columns.id}::text::text[], ${supersedes}::text::int[]))
    order by type, id
    for update`;
  const found = new Map(rows.map((row) => [`${row.type}/${row.id}`, row]));
  return group.flatMap((each) => {
    const old = found.get(`${each.write.type}/${each.write.id}`);
    return old ? [{ each, rid: old.rid, old }] : [];
  });
}

/** Puts the new rows in place of the locked ones, and takes away what the old ones were found by. */
async function replaceRows(sql: Sql, bucket: number, taken: readonly Superseding[]): Promise<void> {
  const rids = arrayLiteral(taken.map(({ rid }) => rid));
  await sql`delete from record.range_entry where bucket = ${bucket} and rid = any(${rids}::text::bigint[])`;
  await sql`
    delete from record.identifier_entry e
    using record.resource r
    where e.bucket = ${bucket} and r.bucket = ${bucket} and r.rid = any(${rids}::text::bigint[]) and e.rid = r.rid
      and e.key = any(r.identified)`;
  const deleted = taken.filter(({ each }) => each.write.method === 'DELETE').map(({ rid }) => rid);
  if (deleted.length > 0) {
    await sql`
      delete from record.resource
      where bucket = ${bucket} and rid = any(${arrayLiteral(deleted)}::text::bigint[])`;
  }
  for (const { each } of taken) {
    if (each.write.method !== 'DELETE') {
      await replaceRow(sql, each);
    }
  }
}

async function replaceRow(sql: Sql, authored: AuthoredWrite): Promise<void> {
  const { bucket, type, id, version, updated, method, entries, content = '' } = authored.write;
  const { patient = null, date, lead, label = null, keys = [], strings = [], identifiers = [] } = entries ?? {};
  const patientKey = patient === null ? null : String(hash64(`Patient/${patient}`));
  const identified = identifiers.flatMap((each) => [each.key, each.system]);
  await sql`
    update record.resource
    set version = ${version}, updated = ${updated}::text::timestamptz, method = ${method}, patient = ${patient},
      patient_key = ${patientKey}::text::bigint, date_lo = ${date ? timestampLiteral(date.lo) : null}::text::timestamptz,
      date_hi = ${date ? timestampLiteral(date.hi) : null}::text::timestamptz,
      lead_key = ${lead === undefined ? null : String(lead)}::text::bigint, label = ${label},
      keys = ${arrayLiteral(keys)}::text::bigint[], identified = ${arrayLiteral(identified)}::text::bigint[],
      strings = array_to_tsvector(${arrayLiteral(strings)}::text::text[]), content = ${content}
    where bucket = ${bucket} and type = ${type} and id = ${id}`;
}

async function insertHistory(sql: Sql, all: readonly Superseding[]): Promise<void> {
  const rows = all.flatMap(({ each: { write }, old }) => {
    const { bucket, type, id } = write;
    const superseded = { bucket, type, id, version: write.supersedes, updated: old.updated, method: old.method };
    const before = { ...superseded, content: old.content };
    const deletion = { ...superseded, version: write.version, updated: write.updated, method: 'DELETE', content: null };
    return write.method === 'DELETE' ? [before, deletion] : [before];
  });
  const list = (pick: (row: (typeof rows)[number]) => Element): string => arrayLiteral(rows.map(pick));
  const content = rows.map((row) => row.content ?? '').join(contentSeparator);
  await sql`
    insert into record.history (bucket, type, id, version, updated, method, content)
    select bucket, type, id, version, updated, method, nullif(content, '')
    from unnest(${list((row) => row.bucket)}::text::smallint[], ${list((row) => row.type)}::text::text[],
      ${list((row) => row.id)}::text::text[], ${list((row) => row.version)}::text::int[],
      ${list((row) => row.updated)}::text::timestamptz[], ${list((row) => row.method)}::text::text[],
      string_to_array(${content}::text, ${contentSeparator}))
      as g(bucket, type, id, version, updated, method, content)`;
}

/** What each resource is found by, as arrays within an array. */
function toNested(writes: readonly AuthoredWrite[]) {
  const list = (pick: (each: AuthoredWrite) => readonly Element[]): string =>
    arrayLiteral(writes.map((each) => arrayLiteral(pick(each))));
  return {
    keys: list(({ write }) => write.entries?.keys ?? []),
    identified: list(({ write }) => (write.entries?.identifiers ?? []).flatMap(({ key, system }) => [key, system])),
    strings: list(({ write }) => write.entries?.strings ?? []),
  };
}
