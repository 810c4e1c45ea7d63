import { AppError } from '#platform/errors';
import type { SearchQuery } from '#platform/search';
import type { StoredVersion } from '../read-rows.ts';
import type { Sql, SqlFragment } from '../sql.ts';
import { compileWhere } from './compile-condition.ts';
import { allOf, column, type Scope } from './scope.ts';
import { type SortExpression, sortExpression } from './sort-expression.ts';

export type SearchPage = {
  readonly matches: readonly StoredVersion[];
  /** Number of all matches, where it was asked for or is known without counting far. */
  readonly total: number | undefined;
  /** Cursor of the next page. */
  readonly next: string | undefined;
};

/** Without `_total=accurate` matches are counted only up to here. */
const countedByDefault = 1000;

type Row = StoredVersion & { readonly position: string; readonly order: readonly (string | null)[] };

/** Runs a search. One statement for the page and, only if the page does not tell, one for the total. */
export async function runSearch(sql: Sql, query: SearchQuery): Promise<SearchPage> {
  const scope: Scope = { sql, alias: 'r', type: query.type, depth: 0 };
  const where = compileWhere(scope, query.conditions);
  if (query.summary === 'count' || query.count === 0) {
    return { matches: [], total: await countMatches(sql, where, undefined), next: undefined };
  }
  const rows = await selectPage(scope, query, where);
  const matches = rows.slice(0, query.count);
  const last = matches.at(-1);
  const more = rows.length > query.count && last !== undefined;
  const whole = !more && query.cursor === undefined;
  return {
    matches,
    total: whole ? matches.length : await totalOf(sql, query, where),
    next: more ? encodeCursor(last) : undefined,
  };
}

async function totalOf(sql: Sql, query: SearchQuery, where: SqlFragment): Promise<number | undefined> {
  if (query.total === 'none') {
    return undefined;
  }
  if (query.total === 'accurate') {
    return countMatches(sql, where, undefined);
  }
  const counted = await countMatches(sql, where, countedByDefault + 1);
  return counted > countedByDefault ? undefined : counted;
}

async function countMatches(sql: Sql, where: SqlFragment, limit: number | undefined): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::float8 as count
    from (select from record.resource r where ${where} limit ${limit ?? null}::bigint) as found`;
  return row?.count ?? 0;
}

async function selectPage(scope: Scope, query: SearchQuery, where: SqlFragment): Promise<Row[]> {
  const { sql } = scope;
  const expressions = query.sort.map((key) => sortExpression(scope, key));
  const after = query.cursor === undefined ? sql`true` : afterCursor(scope, query, expressions);
  const order = [
    ...expressions.map(({ value }, at) => sql`${value} ${query.sort[at]?.descending ? sql`desc` : sql`asc`} nulls last`),
    column(scope, 'rid'),
  ].reduce((left, right) => sql`${left}, ${right}`);
  const values = expressions.map(({ value }) => sql`(${value})::text`);
  return sql<Row[]>`
    select r.bucket, r.type, r.id, r.version, r.updated, 'PUT' as method, r.content, r.rid::text as position,
      ${values.length === 0 ? sql`'{}'::text[]` : sql`array[${values.reduce((left, right) => sql`${left}, ${right}`)}]`} as order
    from record.resource r
    where ${allOf(sql, [where, after])}
    order by ${order}
    limit ${query.count + 1}`;
}

function encodeCursor(row: Row): string {
  return Buffer.from(JSON.stringify([...row.order, row.position])).toString('base64url');
}

function decodeCursor(cursor: string, length: number): (string | null)[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(values) && values.length === length && /^\d+$/.test(String(values.at(-1)))) {
      return values.map((each) => (each === null ? null : String(each)));
    }
  } catch {
    // falls through: a cursor that is no JSON is as wrong as one of the wrong length
  }
  throw new AppError('invalid', 'search.invalid-cursor', 'The page address is not one this server gave; start the search anew.');
}

/** Rows behind the cursor in the order of the search: later in the first key, or equal there and later in the next. */
function afterCursor(scope: Scope, query: SearchQuery, expressions: readonly SortExpression[]): SqlFragment {
  const { sql } = scope;
  const values = decodeCursor(query.cursor ?? '', expressions.length + 1);
  const position = sql`${column(scope, 'rid')} > ${values.at(-1) ?? '0'}::text::bigint`;
  return expressions.reduceRight<SqlFragment>((rest, expression, at) => {
    const literal = sql`${values[at] ?? null}::text::${sql.unsafe(expression.cast)}`;
    const same = sql`${expression.value} is not distinct from ${literal}`;
    return sql`(${isLater(sql, expression.value, literal, values[at] ?? null, query.sort[at]?.descending ?? false)}
      or (${same} and ${rest}))`;
  }, position);
}

function isLater(
  sql: Sql,
  value: SqlFragment,
  literal: SqlFragment,
  known: string | null,
  descending: boolean,
): SqlFragment {
  if (known === null) {
    return sql`false`; // nothing comes after the rows without a value but more of them
  }
  return descending ? sql`(${value} < ${literal} or ${value} is null)` : sql`(${value} > ${literal} or ${value} is null)`;
}
