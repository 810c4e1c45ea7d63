import postgres from 'postgres';
import { isSpread } from '#platform/database';
import { AppError } from '#platform/errors';
import type { Branch, SearchQuery } from '#platform/search';
import { inSpan } from '#platform/telemetry';
import { arrayLiteral } from '../array-literal.ts';
import { bucketsOfPatient } from '../elsewhere.ts';
import type { StoredVersion } from '../read-rows.ts';
import type { Sql } from '../sql.ts';
import { noteSearch } from '../store-metrics.ts';
import { type Clause, clause, run, verbatim } from './clause.ts';
import { compileBranches } from './compile-condition.ts';
import { driverOf, patientOfSearch } from './driver-of.ts';
import { lookUp } from './look-up.ts';
import { runTogether } from './run-together.ts';
import { allOf, column, type Scope } from './scope.ts';
import { type SortExpression, sortExpression, typeExpression } from './sort-expression.ts';
import { fitting, type Measured, withinBytes } from './within-bytes.ts';

export type SearchPage = {
  readonly matches: readonly StoredVersion[];
  /** Number of all matches, where it was asked for or is known without counting far. */
  readonly total: number | undefined;
  /** Cursor of the next page. */
  readonly next: string | undefined;
};

/** Without `_total=accurate` matches are counted only up to here. */
const countedByDefault = 1000;

type Row = StoredVersion & Measured & { readonly position: string; readonly order: readonly (string | null)[] };

/** How a search is run beside what it says. */
export type SearchOptions = {
  /** The page ends with the resource that passes so many bytes, whatever number was asked for. */
  readonly bytesAtMost?: number;
};

/**
 * Runs a search. One statement for the page and, only if the page does not tell, one for the total.
 * `baseUrl` is the record's own address, which references in the query may carry.
 */
export async function runSearch(
  sql: Sql,
  query: SearchQuery,
  baseUrl?: string,
  options: SearchOptions = {},
): Promise<SearchPage> {
  const startedMs = performance.now();
  const page = await inSpan('search', () => findPage(sql, query, { ...options, baseUrl }));
  noteSearch(query, page.matches.length, startedMs);
  return page;
}

async function findPage(
  sql: Sql,
  query: SearchQuery,
  { baseUrl, bytesAtMost }: SearchOptions & { readonly baseUrl: string | undefined },
): Promise<SearchPage> {
  const branches = await lookUp(sql, query, baseUrl);
  const scope = scopeOf(sql, query.types, branches, baseUrl);
  const met = inSpan('compile', () => compileBranches(scope, branches));
  const selection: Selection = { scope, query, where: allOf([...(await nearPatient(sql, scope, branches)), met]) };
  if (query.summary === 'count' || query.count === 0) {
    return { matches: [], total: await countMatches(sql, selection), next: undefined };
  }
  const rows = await selectPage(sql, selection, bytesAtMost).catch((error: unknown) => {
    throw query.cursor !== undefined && isMalformedValue(error) ? invalidCursor() : error;
  });
  const matches = fitting(rows).slice(0, query.count);
  const last = matches.at(-1);
  const more = rows.length > matches.length && last !== undefined;
  const whole = !more && query.cursor === undefined;
  return {
    matches,
    total: whole ? matches.length : await totalOf(sql, selection),
    next: more ? encodeCursor(last) : undefined,
  };
}

/** Limits a search within one patient's compartment to where that lies, so that one server of several is asked. */
async function nearPatient(sql: Sql, scope: Scope, branches: readonly Branch[]): Promise<Clause[]> {
  const patient = patientOfSearch(branches, scope.baseUrl);
  const buckets = patient === undefined ? undefined : await bucketsOfPatient(sql, patient);
  if (!buckets) {
    return [];
  }
  const [home, ...others] = buckets;
  const bucket = column(scope, 'bucket');
  return others.length === 0
    ? [clause`${bucket} = ${home ?? 0}`]
    : [clause`${bucket} = any(${arrayLiteral(buckets)}::text::smallint[])`];
}

/** The row of a search, with what finds it. */
function scopeOf(sql: Sql, types: readonly string[], branches: readonly Branch[], baseUrl: string | undefined): Scope {
  const scope: Scope = { alias: 'r', types, depth: 0, baseUrl };
  const [only, ...others] = branches;
  const isPlain = types.length === 1 && others.length === 0;
  const driver = isPlain && only !== undefined ? driverOf(sql, scope, only.conditions) : undefined;
  return { ...scope, driver, filters: driver !== undefined, spread: isSpread(sql) };
}

type Selection = { readonly scope: Scope; readonly query: SearchQuery; readonly where: Clause };

async function totalOf(sql: Sql, selection: Selection): Promise<number | undefined> {
  const { query } = selection;
  if (query.total === 'none') {
    return undefined;
  }
  if (query.total === 'accurate') {
    return countMatches(sql, selection);
  }
  const counted = await countMatches(sql, selection, countedByDefault + 1);
  return counted > countedByDefault ? undefined : counted;
}

async function countMatches(sql: Sql, { scope, where }: Selection, limit?: number): Promise<number> {
  const atMost = limit === undefined ? clause`` : clause`limit ${limit}`;
  const [row] = await run<{ count: number }>(
    sql,
    clause`select count(*) as count from (select 1 as one from record.resource r where ${where} ${atMost}) as found`,
    { kept: scope.driver !== undefined },
  );
  return row?.count ?? 0;
}

const rowColumns = 'bucket, type, id, version, updated, method, patient, position, "order"';

async function selectPage(
  sql: Sql,
  { scope, query, where }: Selection,
  bytesAtMost: number | undefined,
): Promise<Row[]> {
  const expressions = orderOf(scope, query);
  const after = query.cursor === undefined ? clause`true` : afterCursor(scope, query, expressions);
  const order = expressions.map(({ value, neverNull }, at) => {
    const direction = query.sort[at]?.descending ? clause`desc` : clause`asc`;
    return neverNull ? clause`${value} ${direction}, ` : clause`${value} ${direction} nulls last, `;
  });
  const values = expressions.map(({ value }, at) => (at === 0 ? clause`(${value})::text` : clause`, (${value})::text`));
  const rows = clause`
    select r.bucket, r.type, r.id, r.version, r.updated, r.method, r.patient, r.content, r.rid::text as position,
      ${values.length === 0 ? clause`'[]'::json` : clause`to_json(array[${values}])`} as order
    from record.resource r
    where ${allOf([where, after])}
    order by ${order} r.rid
    limit ${String(query.count + 1)}::text::bigint`;
  const page = bytesAtMost === undefined ? rows : withinBytes(rows, rowColumns, bytesAtMost);
  return scope.driver === undefined ? run<Row>(sql, page) : runTogether<Row>(sql, page, { rows: query.count });
}

function orderOf(scope: Scope, { sort, types }: SearchQuery): readonly SortExpression[] {
  return sort.length === 0 && types.length > 1
    ? [typeExpression(scope)]
    : sort.map((key) => sortExpression(scope, key));
}

/** What PostgreSQL says of a text that is no timestamp, number or the like: only a cursor brings such into a search. */
function isMalformedValue(error: unknown): boolean {
  return error instanceof postgres.PostgresError && error.code.startsWith('22');
}

function invalidCursor(): AppError {
  const text = 'The page address is not one this server gave; start the search anew.';
  return new AppError('invalid', 'search.invalid-cursor', text, {
    issues: [{ severity: 'error', code: 'value', text, expression: 'http._cursor' }],
  });
}

function encodeCursor(row: Row): string {
  return Buffer.from(JSON.stringify([...row.order, row.position])).toString('base64url');
}

function decodeCursor(cursor: string, length: number): (string | null)[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(values) && values.length === length && /^\d{1,18}$/.test(String(values.at(-1)))) {
      return values.map((each) => (each === null ? null : String(each)));
    }
  } catch {
    // falls through: a cursor that is no JSON is as wrong as one of the wrong length
  }
  throw invalidCursor();
}

/** Rows behind the cursor in the order of the search: later in the first key, or equal there and later in the next. */
function afterCursor(scope: Scope, query: SearchQuery, expressions: readonly SortExpression[]): Clause {
  const values = decodeCursor(query.cursor ?? '', expressions.length + 1);
  const position = clause`${column(scope, 'rid')} > ${values.at(-1) ?? '0'}::text::bigint`;
  return expressions.reduceRight<Clause>((rest, expression, at) => {
    const { value, cast, neverNull } = expression;
    const known = values[at] ?? null;
    if (known === null) {
      return clause`(${value} is null and ${rest})`; // behind the rows without a value there are only more of them
    }
    const literal = clause`${known}::text::${verbatim(cast)}`;
    const beyond = query.sort[at]?.descending ? clause`${value} < ${literal}` : clause`${value} > ${literal}`;
    const later = neverNull ? beyond : clause`(${beyond} or ${value} is null)`;
    return clause`(${later} or (${value} = ${literal} and ${rest}))`;
  }, position);
}
