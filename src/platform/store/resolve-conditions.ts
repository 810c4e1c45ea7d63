import { AppError } from '#platform/errors';
import { hash64, parseSearch, type SearchQuery } from '#platform/search';
import { arrayLiteral } from './array-literal.ts';
import { multipleMatches, placedAt } from './errors.ts';
import type { StoredVersion } from './read-rows.ts';
import { runSearch } from './search/run-search.ts';
import type { Sql } from './sql.ts';
import type { Store } from './store.ts';
import type { Criteria } from './write-request.ts';
import { absentResult, criteriaOf, type Step, storedResult } from './write-step.ts';

type Conditional = { readonly step: Step; readonly criteria: Criteria; readonly key: string };

/**
 * Finds what conditional requests speak of. Deletions come first, so that nothing else settles on what goes away
 * (FHIR R4, http.html#trules). The same criteria wait for each other until the transaction ends.
 */
export async function resolveConditions(store: Store, sql: Sql, steps: readonly Step[]): Promise<void> {
  const conditional = steps.flatMap((step): Conditional[] => {
    const criteria = criteriaOf(step);
    return criteria ? [{ step, criteria, key: keyOf(step.request.type, criteria) }] : [];
  });
  if (conditional.length === 0) {
    return;
  }
  await lockKeys(
    sql,
    conditional.map((each) => each.key),
  );
  const doomed = new Set(
    steps.filter(isDelete).flatMap(({ request, id }) => (id === undefined ? [] : [`${request.type}/${id}`])),
  );
  const creates = new Map<string, Step>();
  const deletesFirst = [...conditional].sort((a, b) => Number(isDelete(b.step)) - Number(isDelete(a.step)));
  for (const each of deletesFirst) {
    try {
      await resolveOne(store, sql, each, { doomed, creates });
    } catch (error) {
      throw placedAt(error, each.step.path);
    }
  }
}

async function resolveOne(
  store: Store,
  sql: Sql,
  { step, criteria, key }: Conditional,
  { doomed, creates }: { doomed: Set<string>; creates: Map<string, Step> },
): Promise<void> {
  const { kind, type } = step.request;
  step.twin = kind === 'create' ? creates.get(key) : undefined;
  if (step.twin) {
    return;
  }
  const match = await findOnly(store, sql, { type, criteria, without: kind === 'delete' ? new Set() : doomed });
  settle(step, match);
  if (kind === 'delete' && match) {
    doomed.add(`${type}/${match.id}`);
  } else if (kind === 'create' && !match) {
    creates.set(key, step);
  }
}

function isDelete({ request }: Step): boolean {
  return request.kind === 'delete';
}

/** The same criteria in another order are the same criteria. */
function keyOf(type: string, criteria: Criteria): string {
  return `${type}?${JSON.stringify(criteria.map((pair) => pair.join('=')).sort())}`;
}

/** Locks in an order that all transactions share, so that two of them cannot wait for each other. */
async function lockKeys(sql: Sql, keys: readonly string[]): Promise<void> {
  const numbers = [...new Set(keys.map((key) => hash64(key)))].sort((a, b) => (a < b ? -1 : 1));
  await sql`select pg_advisory_xact_lock(number) from unnest(${arrayLiteral(numbers)}::text::bigint[]) as number`;
}

export type Sought = { readonly type: string; readonly criteria: Criteria; readonly without?: ReadonlySet<string> };

/** The one resource that meets the criteria; undefined when there is none, refused when there are several. */
export async function findOnly(
  store: Store,
  sql: Sql,
  { type, criteria, without = new Set() }: Sought,
): Promise<StoredVersion | undefined> {
  const { matches } = await runSearch(sql, conditionQuery(store, { type, criteria }, 2 + without.size), store.baseUrl);
  const [match, second] = matches.filter((each) => !without.has(`${type}/${each.id}`));
  if (second) {
    throw multipleMatches(type);
  }
  return match;
}

/** Criteria select; what else a search can say (order, pages, summary) has no meaning in them. */
function conditionQuery({ parameters }: Store, { type, criteria }: Sought, count: number): SearchQuery {
  const query = parseSearch(type, criteria, parameters ? { table: parameters.table() } : {});
  if (query.branches.every(({ conditions }) => conditions.length === 0)) {
    throw new AppError('stale', 'store.criteria-empty', `The criteria for ${type} select everything.`);
  }
  return { ...query, count, sort: [], total: 'none', summary: 'false', cursor: undefined };
}

function settle(step: Step, match: StoredVersion | undefined): void {
  const { request } = step;
  if (request.kind === 'create') {
    step.settled = match && storedResult('unchanged', match);
    return;
  }
  const given = request.kind === 'update' ? request.resource.id : undefined;
  if (match && given !== undefined && given !== match.id) {
    const text = 'The id of the resource is not that of the one the criteria find.';
    throw new AppError('invalid', 'store.id-mismatch', text);
  }
  step.id = match?.id ?? given;
  if (!match && request.kind === 'delete') {
    step.settled = absentResult(request.type);
  } else if (!match && request.kind === 'patch') {
    throw new AppError('notFound', 'store.no-match', `No ${request.type} meets the criteria.`);
  }
}
