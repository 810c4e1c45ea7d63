import { type Condition, compartmentKey, hash64, referenceKey } from '#platform/search';
import { arrayLiteral } from './array-literal.ts';
import { bucketOfId } from './bucket.ts';
import type { ResourceAddress } from './read-rows.ts';
import { type Clause, clause, pages, run } from './search/clause.ts';
import { compileCondition } from './search/compile-condition.ts';
import { allOf, anyOf, type Scope } from './search/scope.ts';
import type { SettledMoment } from './settled-moment.ts';
import type { Sql } from './sql.ts';
import { isFrom } from './transaction-windows.ts';

/** Which resources are wanted, as they were at a moment. */
export type ExportScope = {
  readonly moment: SettledMoment;
  /** Only what last changed after this instant. */
  readonly since?: string;
  /** Only what last changed before this instant. */
  readonly until?: string;
  /** All types where absent. */
  readonly types?: readonly string[];
  /** Of these types only what meets one of the lists of conditions. */
  readonly filters: ReadonlyMap<string, readonly (readonly Condition[])[]>;
  readonly baseUrl?: string;
};

/** Buckets from the first to the last, both included. */
export type BucketRange = { readonly first: number; readonly last: number };

/** Whose resources: everybody's and nobody's, those that belong to any patient, or those of the listed. */
export type ExportedPatients = 'everything' | 'anyPatient' | readonly string[];

export type ExportedRow = ResourceAddress & {
  readonly bucket: number;
  readonly content: string;
  /** Absent in a version that has been superseded since the moment: the content tells it. */
  readonly patient?: string | null;
};

/**
 * The resources of some buckets as they were at the moment, in pages, in one snapshot: what has been changed or deleted
 * since is taken from its history in the same statement, so that each is there exactly once whatever others write.
 *
 * A superseded version is given whoever it belongs to, since only its content tells, and filters are held against what
 * it has become.
 */
export async function* rowsOfBuckets(
  sql: Sql,
  scope: ExportScope,
  patients: ExportedPatients,
  range: BucketRange,
  pageSize: number,
): AsyncGenerator<ExportedRow[]> {
  const within = clause`bucket between ${range.first} and ${range.last}`;
  yield* pages<ExportedRow>(sql, statementOf(scope, within, belongsTo(patients, range)), pageSize);
}

/**
 * The resources that the compartments of listed patients hold beside those stored with them: another patient leads them
 * or none does, or they were first stored with another. In pages, as `rowsOfBuckets`; the caller tells from the
 * content what is really wanted.
 */
export async function* rowsLinkedTo(
  sql: Sql,
  scope: ExportScope,
  patients: readonly string[],
  pageSize: number,
): AsyncGenerator<ExportedRow[]> {
  const keys = patients.map(compartmentKey);
  const linked = clause`(${isPatientOf(patients)} or r.keys && ${arrayLiteral(keys)}::text::bigint[])`;
  yield* pages<ExportedRow>(sql, statementOf(scope, clause`true`, linked), pageSize);
}

function statementOf(scope: ExportScope, within: Clause, chosen: Clause): Clause {
  const { moment } = scope;
  const types = scope.types ? clause`type = any(${arrayLiteral(scope.types)}::text::text[])` : clause`true`;
  const filtered = filtersOf(scope);
  return clause`
    with moved as materialized (
      select distinct bucket, type, id
      from record.change
      where ${isFrom(clause`transaction`, moment.horizon)} and updated > ${moment.at}::text::timestamptz
        and ${within} and ${types}
    )
    select r.bucket, r.type, r.id, r.patient, r.content
    from record.resource r
    where ${within} and ${types} and r.updated <= ${moment.at}::text::timestamptz and ${changedWithin(scope, 'r')}
      and ${chosen} and ${filtered}
    union all
    select h.bucket, h.type, h.id, null, h.content
    from moved m
      cross join lateral (
        select bucket, type, id, updated, method, content
        from record.history p
        where p.bucket = m.bucket and p.type = m.type and p.id = m.id and p.updated <= ${moment.at}::text::timestamptz
        order by p.version desc
        limit 1
      ) as h
    where h.content is not null and ${changedWithin(scope, 'h')}
      and ${scope.filters.size === 0 ? clause`true` : meetsNow(filtered)}`;
}

function changedWithin({ since, until }: ExportScope, alias: 'r' | 'h'): Clause {
  const updated = alias === 'r' ? clause`r.updated` : clause`h.updated`;
  return allOf([
    ...(since === undefined ? [] : [clause`${updated} > ${since}::text::timestamptz`]),
    ...(until === undefined ? [] : [clause`${updated} < ${until}::text::timestamptz`]),
  ]);
}

/** What a superseded version has become meets the filters; what was deleted since meets none. */
function meetsNow(filtered: Clause): Clause {
  return clause`exists (
    select from record.resource r where r.bucket = m.bucket and r.type = m.type and r.id = m.id and ${filtered})`;
}

function filtersOf({ filters, baseUrl }: ExportScope): Clause {
  const filteredTypes = [...filters.keys()];
  if (filteredTypes.length === 0) {
    return clause`true`;
  }
  const met = [...filters].map(([type, alternatives]) => {
    const scope: Scope = { alias: 'r', types: [type], depth: 0, baseUrl };
    const any = anyOf(alternatives.map((all) => allOf(all.map((each) => compileCondition(scope, each)))));
    return clause`(r.type = ${type} and ${any})`;
  });
  return anyOf([clause`r.type <> all(${arrayLiteral(filteredTypes)}::text::text[])`, ...met]);
}

function belongsTo(patients: ExportedPatients, { first, last }: BucketRange): Clause {
  if (patients === 'everything') {
    return clause`true`;
  }
  if (patients === 'anyPatient') {
    return clause`r.patient is not null`;
  }
  const isHome = (patient: string): boolean => bucketOfId(patient) >= first && bucketOfId(patient) <= last;
  return isPatientOf(patients.filter(isHome));
}

function isPatientOf(patients: readonly string[]): Clause {
  return clause`r.patient = any(${arrayLiteral(patients)}::text::text[])
    and r.patient_key = any(${arrayLiteral(patients.map(patientKey))}::text::bigint[])`;
}

function patientKey(patient: string): bigint {
  return hash64(`Patient/${patient}`);
}

export type Deletion = ResourceAddress & { readonly patient: string | null };

/** What had been deleted after `since` and was not there at the moment, in pages. */
export async function* deletionsSince(
  sql: Sql,
  { moment, since, types, until }: ExportScope & { readonly since: string },
  pageSize: number,
): AsyncGenerator<Deletion[]> {
  const chosen = types ? clause`c.type = any(${arrayLiteral(types)}::text::text[])` : clause`true`;
  const before = until === undefined ? clause`true` : clause`c.updated < ${until}::text::timestamptz`;
  const at = clause`${moment.at}::text::timestamptz`;
  const statement = clause`
    select c.type, c.id, c.patient
    from record.change c
    where c.method in ('DELETE', 'ERASE') and c.updated > ${since}::text::timestamptz and c.updated <= ${at} and ${before} and ${chosen}
      and not exists (
        select from record.resource r
        where r.bucket = c.bucket and r.type = c.type and r.id = c.id and r.updated <= ${at})
      and not exists (
        select from record.history h
        where h.bucket = c.bucket and h.type = c.type and h.id = c.id and h.version > c.version
          and h.updated <= ${at})`;
  yield* pages<Deletion>(sql, statement, pageSize);
}

/** Of the addresses those whose resources the scope takes, each with its patient. */
export async function findInScope(
  sql: Sql,
  scope: ExportScope,
  addresses: readonly ResourceAddress[],
): Promise<(ResourceAddress & { readonly patient: string | null })[]> {
  if (addresses.length === 0) {
    return [];
  }
  const types = arrayLiteral(addresses.map((each) => each.type));
  const ids = arrayLiteral(addresses.map((each) => each.id));
  const buckets = arrayLiteral(addresses.map((each) => bucketOfId(each.id)));
  const taken = scope.types ? clause`r.type = any(${arrayLiteral(scope.types)}::text::text[])` : clause`true`;
  return run<ResourceAddress & { patient: string | null }>(
    sql,
    clause`
    select r.type, r.id, r.patient
    from unnest(${types}::text::text[], ${ids}::text::text[], ${buckets}::text::smallint[]) as a(type, id, bucket)
      join record.resource r on r.type = a.type and r.id = a.id and r.bucket = coalesce(
        (select l.bucket from record.locator l where l.home = a.bucket and l.type = a.type and l.id = a.id), a.bucket)
    where ${taken} and ${changedWithin(scope, 'r')} and ${filtersOf(scope)}`,
  );
}

/** Current contents of the resources of a type that refer to one of the addresses by a parameter. */
export async function findReferring(
  sql: Sql,
  { type, parameter }: { readonly type: string; readonly parameter: string },
  addresses: readonly ResourceAddress[],
): Promise<{ readonly id: string; readonly content: string }[]> {
  const keys = addresses.map((each) => referenceKey(type, parameter, `${each.type}/${each.id}`));
  return run<{ id: string; content: string }>(
    sql,
    clause`
    select r.id, r.content
    from record.resource r
    where r.type = ${type} and r.keys && ${arrayLiteral(keys)}::text::bigint[]`,
  );
}
