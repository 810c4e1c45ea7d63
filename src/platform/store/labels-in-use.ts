import type { SearchQuery } from '#platform/search';
import { clause, run } from './search/clause.ts';
import { compileBranches } from './search/compile-condition.ts';
import { lookUp } from './search/look-up.ts';
import type { Scope } from './search/scope.ts';
import type { Sql } from './sql.ts';

/** One label of a meta as it is written somewhere: a profile's url, or a Coding. */
export type LabelInUse = { readonly kind: 'profile' | 'security' | 'tag'; readonly label: unknown };

/**
 * The labels that the resources of a search carry, each spelling once, `limit` at most. Reads every resource the
 * search finds, so it takes a second for some hundred thousand.
 */
export async function labelsInUse(sql: Sql, query: SearchQuery, limit: number): Promise<LabelInUse[]> {
  const scope: Scope = { alias: 'r', types: query.types, depth: 0, baseUrl: undefined };
  const where = compileBranches(scope, await lookUp(sql, query));
  return run<LabelInUse>(
    sql,
    clause`
    select found.kind, found.label::json as label
    from (
      select distinct each.kind, label.value::text as label
      from record.resource r
        cross join lateral (select r.content::json -> 'meta' as meta offset 0) as m
        cross join lateral (
          values ('profile', m.meta -> 'profile'), ('security', m.meta -> 'security'), ('tag', m.meta -> 'tag')
        ) as each(kind, labels)
        cross join lateral json_array_elements(each.labels) as label
      where ${where}
      limit ${limit}
    ) as found`,
  );
}
