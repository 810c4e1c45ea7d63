import { randomBytes } from 'node:crypto';
import type { Sql } from '#platform/database';
import { type Candidate, tableOf } from './candidates.ts';
import { resourcesPerPatient, syntheticRows } from './synthetic-rows.ts';

/** A resource ready to be stored, every value as text. Arrays are in PostgreSQL's text form. */
export type NewRow = {
  readonly bucket: string;
  readonly type: string;
  readonly patient: string;
  readonly patient_key: string;
  readonly date_lo: string;
  readonly date_hi: string;
  readonly keys: string;
  readonly strings: string;
  readonly content: string;
  readonly lead_key: string;
  readonly range_parameters: string;
  readonly value: string;
  /** How many identifiers the resource has; each new row gets its own. */
  readonly identifiers: number;
};

const textColumns = `bucket::text, type, patient, patient_key::text, date_lo::text, date_hi::text, keys::text,
  tsvector_to_array(strings)::text as strings, content, lead_key::text, range_parameters::text, value::text,
  cardinality(identifiers) as identifiers`;

/** Resources that come after the `rows` loaded ones, in their natural mix or of one type. */
export async function newRows(sql: Sql, rows: number, count: number, types?: readonly string[]): Promise<NewRow[]> {
  const made = syntheticRows(rows, rows + count - 1, rows / resourcesPerPatient, types);
  return sql.unsafe<NewRow[]>(`select ${textColumns} from (${made}) as made order by rid`);
}

const randomKey = (): string => randomBytes(8).readBigInt64BE().toString();

/** The values that must differ from any stored row. */
function ownValues(row: NewRow) {
  const tail = randomBytes(8).toString('hex');
  const id = `0191${tail.slice(0, 4)}-${tail.slice(4, 8)}-7${Number(row.bucket).toString(16).padStart(3, '0')}-8${tail.slice(8, 11)}-${tail.slice(4)}`;
  const identifiers = Array.from({ length: row.identifiers }, randomKey);
  const keys = identifiers.length === 0 ? row.keys : `${row.keys.slice(0, -1)},${identifiers.join(',')}}`;
  return { id, self: randomKey(), keys, identifiers: `{${identifiers.join(',')}}` };
}

/** Stores one resource with its change and audit records; kept prepared, as the product does. */
export function createOne(candidate: Candidate, type: string): (sql: Sql, row: NewRow) => Promise<void> {
  const { hotColumns } = candidate;
  const text = `
    with stored as (
      insert into ${tableOf(candidate, type)} (bucket, type, id, rid, version, updated, method, self, patient, patient_key,
        date_lo, date_hi, label, keys, strings, content${hotColumns ? ', lead_key' : ''})
      values ($1::text::smallint, $2, $3, nextval('record.rid'), 1, now(), 'POST', $4::text::bigint, $5, $6::text::bigint,
        $7::text::timestamptz, $8::text::timestamptz, null, $9::text::bigint[], array_to_tsvector($10::text::text[]), $11
        ${hotColumns ? ', $14::text::bigint' : ''})
      returning bucket, type, id, rid, patient, updated
    ),
    ranged as (
      insert into record.range_entry (bucket, type, rid, parameter, lo, hi, units, tokens)
      select bucket, type, rid, parameter, $13::text::numeric, $13::text::numeric, array[1, 2]::bigint[], null
      from stored, unnest($12::text::int[]) as parameter
    ),
    ${
      hotColumns
        ? `identified as (
      insert into record.identifier_entry (key, bucket, rid)
      select key, bucket, rid from stored, unnest($15::text::bigint[]) as key
    ),`
        : ''
    }
    changed as (
      insert into record.change (bucket, type, id, version, method, updated, patient)
      select bucket, type, id, 1, 'POST', updated, patient from stored
    )
    insert into audit.entry (actor, action, type, id, version, patient, request_id)
    select 'bench', 'POST', type, id, 1, patient, 'request' from stored`;
  return async (sql, row) => {
    const { id, self, keys, identifiers } = ownValues(row);
    const values = [row.bucket, row.type, id, self, row.patient, row.patient_key, row.date_lo, row.date_hi, keys];
    const more = [row.strings, row.content, row.range_parameters, row.value];
    const hot = hotColumns ? [row.lead_key, identifiers] : [];
    await sql.unsafe(text, [...values, ...more, ...hot], { prepare: true });
  };
}

/** Stores many resources of any types in one statement. */
export function createMany(candidate: Candidate): (sql: Sql, rows: readonly NewRow[]) => Promise<void> {
  const { hotColumns } = candidate;
  const text = `
    with given as materialized (
      select g.*, nextval('record.rid') as rid
      from unnest($1::text[]::smallint[], $2::text[], $3::text[], $4::text[]::bigint[], $5::text[], $6::text[]::bigint[],
        $7::text[]::timestamptz[], $8::text[]::timestamptz[], $9::text[], $10::text[], $11::text[], $12::text[],
        $13::text[]::numeric[], $14::text[]::bigint[], $15::text[])
      as g(bucket, type, id, self, patient, patient_key, date_lo, date_hi, keys, strings, content, range_parameters, value,
        lead_key, identifiers)
    ),
    stored as (
      insert into record.resource (bucket, type, id, rid, version, updated, method, self, patient, patient_key, date_lo,
        date_hi, label, keys, strings, content${hotColumns ? ', lead_key' : ''})
      select bucket, type, id, rid, 1, now(), 'POST', self, patient, patient_key, date_lo, date_hi, null, keys::bigint[],
        array_to_tsvector(strings::text[]), content${hotColumns ? ', lead_key' : ''}
      from given
      order by bucket, type, id
    ),
    ranged as (
      insert into record.range_entry (bucket, type, rid, parameter, lo, hi, units, tokens)
      select bucket, type, rid, parameter, value, value, array[1, 2]::bigint[], null
      from given, unnest(range_parameters::int[]) as parameter
    ),
    ${
      hotColumns
        ? `identified as (
      insert into record.identifier_entry (key, bucket, rid)
      select key, bucket, rid from given, unnest(identifiers::bigint[]) as key
    ),`
        : ''
    }
    changed as (
      insert into record.change (bucket, type, id, version, method, updated, patient)
      select bucket, type, id, 1, 'POST', now(), patient from given
    )
    insert into audit.entry (actor, action, type, id, version, patient, request_id)
    select 'bench', 'POST', type, id, 1, patient, 'request' from given`;
  return async (sql, rows) => {
    const own = rows.map(ownValues);
    const list = (pick: (row: NewRow) => string | null): (string | null)[] => rows.map(pick);
    await sql.unsafe(
      text,
      [
        list((row) => row.bucket),
        list((row) => row.type),
        own.map(({ id }) => id),
        own.map(({ self }) => self),
        list((row) => row.patient),
        list((row) => row.patient_key),
        list((row) => row.date_lo),
        list((row) => row.date_hi),
        own.map(({ keys }) => keys),
        list((row) => row.strings),
        list((row) => row.content),
        list((row) => row.range_parameters),
        list((row) => row.value),
        list((row) => row.lead_key),
        own.map(({ identifiers }) => identifiers),
      ],
      { prepare: true },
    );
  };
}

/** A stored Encounter and what an update needs of it. */
export type StoredRow = {
  readonly bucket: string;
  readonly id: string;
  readonly keys: string;
  readonly strings: string;
  readonly identifiers: string;
  readonly content: string;
};

/** Encounters spread over the record. */
export async function storedEncounters(sql: Sql, candidate: Candidate, count: number): Promise<StoredRow[]> {
  const identifiers = candidate.hotColumns
    ? `(select array_agg(e.key) from record.identifier_entry e where e.bucket = r.bucket and e.rid = r.rid)::text`
    : `'{}'`;
  return sql.unsafe<StoredRow[]>(`
    select bucket::text, id, keys::text, tsvector_to_array(strings)::text as strings, content, ${identifiers} as identifiers
    from ${tableOf(candidate, 'Encounter')} r where type = 'Encounter' order by hashint8(rid) limit ${count}`);
}

/**
 * Replaces a version: the old one goes to the history, all entries are written again. `change` is false where nothing
 * that is indexed changes but the time of the update.
 */
export function update(
  candidate: Candidate,
): (sql: Sql, row: StoredRow, turn: number, change: boolean) => Promise<void> {
  const table = tableOf(candidate, 'Encounter');
  const text = `
    with old as (
      select bucket, type, id, rid, version, updated, method, patient, content from ${table}
      where bucket = $1::text::smallint and type = 'Encounter' and id = $2
      for update
    ),
    replaced as (
      update ${table} r
      set version = o.version + 1, updated = now(), method = 'PUT', keys = $3::text::bigint[],
        strings = array_to_tsvector($4::text::text[]), content = $5
      from old o
      where r.bucket = o.bucket and r.type = 'Encounter' and r.id = o.id
    ),
    superseded as (
      insert into record.history (bucket, type, id, version, updated, method, content)
      select bucket, type, id, version, updated, method, content from old
    ),
    unranged as (
      delete from record.range_entry e using old o where e.bucket = o.bucket and e.rid = o.rid
    ),
    ${
      candidate.hotColumns
        ? `unidentified as (
      delete from record.identifier_entry e using old o
      where e.bucket = o.bucket and e.rid = o.rid and e.key <> all($6::text::bigint[])
    ),
    identified as (
      insert into record.identifier_entry (key, bucket, rid)
      select k.key, o.bucket, o.rid from old o, unnest($6::text::bigint[]) as k(key)
      where not exists (
        select from record.identifier_entry e where e.bucket = o.bucket and e.rid = o.rid and e.key = k.key)
    ),`
        : ''
    }
    changed as (
      insert into record.change (bucket, type, id, version, method, updated, patient)
      select bucket, type, id, version + 1, 'PUT', now(), patient from old
    )
    insert into audit.entry (actor, action, type, id, version, patient, request_id)
    select 'bench', 'PUT', type, id, version + 1, patient, 'request' from old`;
  return async (sql, row, turn, change) => {
    const keys = change ? `{${1000 + (turn % 4)},${row.keys.slice(1)}` : row.keys;
    const hot = candidate.hotColumns ? [row.identifiers] : [];
    await sql.unsafe(text, [row.bucket, row.id, keys, row.strings, row.content, ...hot], { prepare: true });
  };
}
