import { parseJson, type Resource } from '#platform/fhir';
import { indexEntriesOf, type ParameterTable } from '#platform/search';
import { readIndexRules } from '../added-parameters/added-parameters.ts';
import { arrayLiteral } from '../array-literal.ts';
import { bucketOfId } from '../bucket.ts';
import type { AuthoredWrite } from '../prepared-write.ts';
import type { StoredVersion } from '../read-rows.ts';
import { contentSeparator, entrySeparator, toColumns, toEntryColumns, toRanges } from '../row-columns.ts';
import { clause, pages } from '../search/clause.ts';
import type { Sql } from '../sql.ts';

const pageSize = 500;

type Row = StoredVersion & { readonly content: string };
type Read = { readonly row: Row; readonly resource: Resource };

/**
 * Reads every resource and superseded version of some buckets, and tells which cannot be read, are not what their row
 * says, or would be found by something else than what is stored. Gives the number of current resources.
 */
export async function verifyContent(
  sql: Sql,
  buckets: readonly number[],
  onFault: (fault: string) => void,
  baseUrl?: string,
): Promise<number> {
  const rules = await readIndexRules(sql);
  const chosen = clause`bucket = any(${arrayLiteral(buckets)}::text::smallint[])`;
  let resources = 0;
  const current = clause`select bucket, type, id, version, updated, method, content from record.resource where ${chosen}`;
  for await (const rows of pages<Row>(sql, current, pageSize)) {
    const read = rows.flatMap((row) => readRow(row, onFault));
    (await misplaced(sql, rows)).forEach(onFault);
    const settled = read.filter(({ row }) => rules.isSettled(row.type));
    (await differences(sql, settled, { baseUrl, table: rules.table })).forEach(onFault);
    resources += rows.length;
  }
  const superseded = clause`
    select bucket, type, id, version, updated, method, content from record.history
    where ${chosen} and content is not null`;
  for await (const rows of pages<Row>(sql, superseded, pageSize)) rows.forEach((row) => readRow(row, onFault));
  return resources;
}

function nameOf({ type, id, version }: StoredVersion): string {
  return `${type}/${id}/${version}`;
}

function readRow(row: Row, onFault: (fault: string) => void): Read[] {
  try {
    const resource = parseJson(row.content) as Resource; // as: what it says it is, is compared here
    const { resourceType, id, meta } = resource;
    const isMoment = Date.parse(meta?.lastUpdated ?? '') === Date.parse(row.updated);
    if (resourceType === row.type && id === row.id && meta?.versionId === String(row.version) && isMoment)
      return [{ row, resource }];
    onFault(`${nameOf(row)}: the content says it is another resource, version or time`);
  } catch {
    onFault(`${nameOf(row)}: the content cannot be read`);
  }
  return [];
}

/** A resource lies in the bucket its id speaks of, or in the one its locator tells. */
async function misplaced(sql: Sql, rows: readonly Row[]): Promise<string[]> {
  const moved = rows.filter((row) => bucketOfId(row.id) !== row.bucket);
  if (moved.length === 0) return [];
  const list = (pick: (row: Row) => string | number): string => arrayLiteral(moved.map(pick));
  const found = await sql<{ type: string; id: string }[]>`
    select l.type, l.id
    from (
        select unnest(${list((row) => bucketOfId(row.id))}::text::smallint[]) as home,
          unnest(${list((row) => row.type)}::text::text[]) as type, unnest(${list((row) => row.id)}::text::text[]) as id,
          unnest(${list((row) => row.bucket)}::text::smallint[]) as bucket
      ) as g
      join record.locator l on l.home = g.home and l.type = g.type and l.id = g.id and l.bucket = g.bucket`;
  const located = new Set(found.map(({ type, id }) => `${type}/${id}`));
  return moved
    .filter(({ type, id }) => !located.has(`${type}/${id}`))
    .map((row) => `${nameOf(row)}: its locator does not lead to it`);
}

type Indexing = { readonly baseUrl: string | undefined; readonly table: ParameterTable };

function asWrite({ row, resource }: Read, { baseUrl, table }: Indexing): AuthoredWrite {
  const { bucket, type, id, version, updated, content } = row;
  const entries = indexEntriesOf(resource, baseUrl, table);
  const write = { bucket, type, id, version, updated, content, entries, supersedes: 0, isNew: false };
  return { write: { ...write, method: 'PUT' }, actor: { name: '' } };
}

/** Compares what is stored with what would be written now; a resource that was changed meanwhile is passed over. */
async function differences(sql: Sql, read: readonly Read[], indexing: Indexing): Promise<string[]> {
  if (read.length === 0) return [];
  const writes = read.map((each) => asWrite(each, indexing));
  const columns = toColumns(writes);
  const { keys, identified, strings } = toEntryColumns(writes);
  const ranges = toRanges(writes);
  const rows = await sql<{ name: string; wrong: string }[]>`
    with entry as materialized (
      select ${keys.all}::text::bigint[] as keys, ${identified.all}::text::bigint[] as identified
    ),
    asked as materialized (
      select g.*,
        (select keys from entry)[g.keys_from:g.keys_to] as keys,
        (select identified from entry)[g.identified_from:g.identified_to] as identified,
        array_to_tsvector(string_to_array(coalesce(g.texts, ''), ${entrySeparator})) as strings
      from unnest(
          ${columns.bucket}::text::smallint[], ${columns.type}::text::text[], ${columns.id}::text::text[],
          ${columns.version}::text::int[], ${columns.patient}::text::text[], ${columns.patientKey}::text::bigint[],
          ${columns.dateLo}::text::timestamptz[], ${columns.dateHi}::text::timestamptz[],
          ${columns.lead}::text::bigint[], ${columns.label}::text::text[], 
          ${keys.from}::text::int[], ${keys.to}::text::int[], ${identified.from}::text::int[], ${identified.to}::text::int[],
          string_to_array(${strings}::text, ${contentSeparator}))
        with ordinality
        as g(bucket, type, id, version, patient, patient_key, date_lo, date_hi, lead_key, label, keys_from,
          keys_to, identified_from, identified_to, texts, n)
    ),
    given as materialized (
      select g.n, r.bucket, r.rid, format('%s/%s/%s', r.type, r.id, r.version) as name,
        g.identified as identified,
        r.identified as stored_identified,
        array_remove(array[
          case when (r.patient, r.patient_key) is distinct from (g.patient, g.patient_key) then 'patient' end,
          case when (r.date_lo, r.date_hi) is distinct from (g.date_lo, g.date_hi) then 'date' end,
          case when r.lead_key is distinct from g.lead_key then 'leading code' end,
          case when r.label is distinct from g.label then 'label' end,
          case when not (r.keys @> g.keys and r.keys <@ g.keys) then 'keys' end,
          case when r.strings <> g.strings then 'texts' end,
          case when r.identified <> g.identified then 'identifiers' end
        ], null) as wrong
      from asked g
        join record.resource r
          on r.bucket = g.bucket and r.type = g.type and r.id = g.id and r.version = g.version
    ),
    wanted_range as (
      select g.rid, e.parameter, e.lo, e.hi, e.units::bigint[] as units, e.tokens::bigint[] as tokens
      from unnest(${ranges.n}::text::int[], ${ranges.parameter}::text::int[], ${ranges.lo}::text::numeric[],
          ${ranges.hi}::text::numeric[], ${ranges.units}::text::text[], ${ranges.tokens}::text::text[])
        as e(n, parameter, lo, hi, units, tokens)
        join given g on g.n = e.n
    ),
    stored_range as (
      select e.rid, e.parameter, e.lo, e.hi, e.units, e.tokens
      from given g join record.range_entry e on e.bucket = g.bucket and e.rid = g.rid
    ),
    wanted_identifier as (
      select rid, identified[at] as key, identified[at + 1] as system
      from given, generate_series(1, cardinality(identified), 2) as at
    ),
    stored_identifier as (
      select e.rid, e.key, e.system
      from given g join record.identifier_entry e
        on e.key = any(g.stored_identified || g.identified) and e.bucket = g.bucket and e.rid = g.rid
    ),
    wrong as (
      select name, unnest(wrong) as wrong from given
      union
      select g.name, 'ranges' from given g join (
        (table wanted_range except all table stored_range) union all (table stored_range except all table wanted_range)
      ) as d using (rid)
      union
      select g.name, 'identifier entries' from given g join (
        (table wanted_identifier except all table stored_identifier)
        union all
        (table stored_identifier except all table wanted_identifier)
      ) as d using (rid)
    )
    select name, string_agg(wrong, ', ' order by wrong) as wrong from wrong group by name order by name`;
  return rows.map(({ name, wrong }) => `${name}: what it is found by is not what it says: ${wrong}`);
}
