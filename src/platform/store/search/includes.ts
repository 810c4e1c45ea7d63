import { type Include, referenceKey, referencesIn } from '#platform/search';
import { arrayLiteral } from '../array-literal.ts';
import { findMany, type ResourceAddress, type StoredVersion } from '../read-rows.ts';
import type { Sql } from '../sql.ts';
import { clause, run } from './clause.ts';

/** No answer carries more included resources than this, whatever it asks; the answer says so. */
export const includedAtMost = 2000;

/** Resources that the matches refer to (`_include`) or that refer to them (`_revinclude`), each once, matches left out. */
export async function findIncluded(
  sql: Sql,
  matches: readonly StoredVersion[],
  includes: readonly Include[],
  revIncludes: readonly Include[],
  baseUrl?: string,
): Promise<StoredVersion[]> {
  const seen = new Set(matches.map(addressOf));
  const included: StoredVersion[] = [];
  let from = matches;
  let round = 0;
  while (from.length > 0 && included.length < includedAtMost) {
    const active = (each: Include): boolean => round === 0 || each.iterate;
    const found = [
      ...(await findReferenced(sql, from, includes.filter(active), baseUrl)),
      ...(await findReferring(sql, from, revIncludes.filter(active))),
    ].filter((each) => !seen.has(addressOf(each)) && seen.add(addressOf(each)));
    included.push(...found.slice(0, includedAtMost - included.length));
    from = found;
    round += 1;
  }
  return included;
}

function addressOf({ type, id }: ResourceAddress): string {
  return `${type}/${id}`;
}

async function findReferenced(
  sql: Sql,
  from: readonly StoredVersion[],
  includes: readonly Include[],
  baseUrl: string | undefined,
): Promise<StoredVersion[]> {
  const wanted = new Map<string, ResourceAddress>();
  for (const source of from) {
    const own = includes.filter((each) => each.source === source.type);
    if (own.length === 0 || source.content === null) {
      continue;
    }
    const resource: unknown = JSON.parse(source.content);
    for (const include of own) {
      for (const address of referencesOf(resource, include, baseUrl)) {
        wanted.set(addressOf(address), address);
      }
    }
  }
  return findMany(sql, [...wanted.values()]);
}

function referencesOf(
  resource: unknown,
  { parameter, target }: Include,
  baseUrl: string | undefined,
): ResourceAddress[] {
  return referencesIn(resource, parameter, baseUrl).filter(({ type }) => target === undefined || type === target);
}

async function findReferring(
  sql: Sql,
  to: readonly StoredVersion[],
  revIncludes: readonly Include[],
): Promise<StoredVersion[]> {
  const found: StoredVersion[] = [];
  for (const { source, parameter, target } of revIncludes) {
    const targets = to.filter((each) => target === undefined || each.type === target);
    if (targets.length === 0) {
      continue;
    }
    const keys = arrayLiteral(targets.map((each) => referenceKey(source, parameter.code, addressOf(each))));
    found.push(
      ...(await run<StoredVersion>(
        sql,
        clause`
        select bucket, type, id, version, updated, method, patient, content
        from record.resource
        where type = ${source} and keys && ${keys}::text::bigint[]
        order by rid
        limit ${includedAtMost}`,
      )),
    );
  }
  return found;
}
