import { type Condition, conditionsOf, type SearchQuery } from '#platform/search';

/** A search on one type for what meets more conditions as well. */
export function withConditions(query: SearchQuery, conditions: readonly Condition[]): SearchQuery {
  return { ...query, branches: [{ types: query.types, conditions: [...conditionsOf(query), ...conditions] }] };
}
