import { isJsonObject } from '#platform/fhir';
import {
  type Condition,
  normalizeReference,
  parseLocalReference,
  parseSearch,
  type SearchParameter,
  walkPath,
} from '#platform/search';
import { runSearch, type Sql } from '#platform/store';
import type { Candidate } from './candidate.ts';
import { meetsValue } from './meets-value.ts';
import { withConditions } from './with-conditions.ts';

/**
 * Whether the version meets all conditions. What is said of the resource itself is decided on that very version; what a
 * chain or `_has` says of other resources is decided on those as they are now.
 */
export async function meetsConditions(
  sql: Sql,
  candidate: Candidate,
  conditions: readonly Condition[],
  baseUrl?: string,
): Promise<boolean> {
  const linked = conditions.filter((each) => each.kind !== 'value');
  if (!conditions.every((each) => each.kind !== 'value' || meetsValue(candidate, each, baseUrl))) {
    return false;
  }
  for (const condition of linked) {
    if (!(await meetsLink(sql, candidate, condition, baseUrl))) {
      return false;
    }
  }
  return true;
}

async function meetsLink(sql: Sql, candidate: Candidate, condition: Condition, baseUrl?: string): Promise<boolean> {
  if (condition.kind === 'chain') {
    for (const { type, inner } of condition.targets) {
      const ids = targetsOf(candidate, condition.parameter, type, baseUrl);
      if (ids.length > 0 && (await isFound(sql, type, ['_id', ids.join(',')], inner, baseUrl))) {
        return true;
      }
    }
    return false;
  }
  if (condition.kind === 'has') {
    const address = `${candidate.type}/${candidate.id}`;
    return isFound(sql, condition.type, [condition.parameter.code, address], condition.inner, baseUrl);
  }
  return false;
}

/** Ids of the resources of a type that the version refers to by a parameter. */
function targetsOf(
  { resource, type }: Candidate,
  { paths }: SearchParameter,
  target: string,
  baseUrl?: string,
): string[] {
  return paths
    .flatMap((path) => walkPath({ value: resource, type }, path))
    .flatMap(({ value }) => {
      const address = isJsonObject(value) ? value['reference'] : value;
      const local = typeof address === 'string' ? parseLocalReference(normalizeReference(address, baseUrl)) : undefined;
      return local?.type === target ? [local.id] : [];
    });
}

async function isFound(
  sql: Sql,
  type: string,
  link: readonly [name: string, value: string],
  inner: Condition,
  baseUrl: string | undefined,
): Promise<boolean> {
  const query = parseSearch(type, [link, ['_count', '1'], ['_total', 'none']]);
  const { matches } = await runSearch(sql, withConditions(query, [inner]), baseUrl);
  return matches.length > 0;
}
