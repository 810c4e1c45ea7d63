import {
  coreParameters,
  findSearchParameter,
  findValues,
  followedFrom,
  type Include,
  normalizeReference,
  type ParameterTable,
  parseLocalReference,
  referenceKey,
  referringTo,
  type SearchParameter,
  storedTypes,
  tokenForm,
  valueKey,
} from '#platform/search';
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
  { baseUrl, table = coreParameters }: { readonly baseUrl?: string | undefined; readonly table?: ParameterTable } = {},
): Promise<StoredVersion[]> {
  const seen = new Set(matches.map(addressOf));
  const included: StoredVersion[] = [];
  let from = matches;
  let round = 0;
  while (from.length > 0 && included.length < includedAtMost) {
    const active = (each: Include): boolean => round === 0 || each.iterate;
    const found = [
      ...(await findReferenced(sql, from, includes.filter(active), { baseUrl, table })),
      ...(await findReferring(sql, from, revIncludes.filter(active), table)),
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

/** What references lead to: resources by their address, and those that a canonical url names. */
type Wanted = { readonly addresses: Map<string, ResourceAddress>; readonly canonicals: Map<string, readonly string[]> };

async function findReferenced(
  sql: Sql,
  from: readonly StoredVersion[],
  includes: readonly Include[],
  { baseUrl, table }: { readonly baseUrl: string | undefined; readonly table: ParameterTable },
): Promise<StoredVersion[]> {
  const wanted: Wanted = { addresses: new Map(), canonicals: new Map() };
  for (const source of from) {
    const followed = includes.flatMap((include) =>
      followedFrom(table, source.type, include).map((parameter) => ({ parameter, target: include.target })),
    );
    if (followed.length > 0 && source.content !== null) {
      const resource: unknown = JSON.parse(source.content);
      followed.forEach((each) => addReferences(wanted, resource, each, baseUrl));
    }
  }
  const addressed = [...wanted.addresses.values()].slice(0, includedAtMost + from.length);
  return [...(await findMany(sql, addressed)), ...(await findByCanonical(sql, wanted.canonicals))];
}

function addReferences(
  { addresses, canonicals }: Wanted,
  resource: unknown,
  { parameter, target }: { readonly parameter: SearchParameter; readonly target: string | undefined },
  baseUrl: string | undefined,
): void {
  for (const { value } of findValues(parameter, { value: resource, type: '' })) {
    const text = typeof value === 'object' && value !== null && 'reference' in value ? value.reference : value;
    if (typeof text !== 'string') {
      continue;
    }
    const local = parseLocalReference(normalizeReference(text, baseUrl));
    if (local && (target === undefined || local.type === target)) {
      addresses.set(addressOf(local), local);
    } else if (!local && text === value) {
      canonicals.set(text, target === undefined ? (parameter.target ?? storedTypes) : [target]);
    }
  }
}

/** Resources by their canonical url, with the version where the canonical names one. */
async function findByCanonical(sql: Sql, canonicals: ReadonlyMap<string, readonly string[]>): Promise<StoredVersion[]> {
  const keys = [...canonicals].flatMap(([canonical, types]) =>
    types
      .filter((type) => findSearchParameter(type, 'url')?.type === 'uri')
      .map((type) => valueKey(type, 'url', tokenForm(undefined, withoutVersion(canonical)))),
  );
  const found = await findByKeys(sql, keys);
  return found.filter((each) => namesOf(each).some((name) => canonicals.has(name)));
}

function withoutVersion(canonical: string): string {
  return canonical.split('|')[0] ?? '';
}

/** The canonical names of a resource: its url, alone and with its version. */
function namesOf({ content }: StoredVersion): readonly string[] {
  const { url, version } = JSON.parse(content ?? '{}') as { url?: unknown; version?: unknown }; // as: stored resources are objects
  return typeof url !== 'string' ? [] : typeof version === 'string' ? [url, `${url}|${version}`] : [url];
}

async function findReferring(
  sql: Sql,
  to: readonly StoredVersion[],
  revIncludes: readonly Include[],
  table: ParameterTable,
): Promise<StoredVersion[]> {
  const keys = new Set<bigint>();
  for (const target of to) {
    const names = [addressOf(target), ...(hasUrl(target.type) && revIncludes.length > 0 ? namesOf(target) : [])];
    for (const include of revIncludes) {
      for (const { source, parameter } of referringTo(table, target.type, include)) {
        names.forEach((name) => keys.add(referenceKey(source, parameter.code, name)));
      }
    }
  }
  return findByKeys(sql, [...keys]);
}

function hasUrl(type: string): boolean {
  return findSearchParameter(type, 'url') !== undefined;
}

/** A wildcard asks for a key of every reference there may be to every match. */
const keysAtOnce = 5000;

async function findByKeys(sql: Sql, keys: readonly bigint[]): Promise<StoredVersion[]> {
  const found: StoredVersion[] = [];
  for (let at = 0; at < keys.length && found.length <= includedAtMost; at += keysAtOnce) {
    found.push(
      ...(await run<StoredVersion>(
        sql,
        clause`
        select bucket, type, id, version, updated, method, patient, content
        from record.resource
        where keys && ${arrayLiteral(keys.slice(at, at + keysAtOnce))}::text::bigint[]
        order by rid
        limit ${includedAtMost}`,
      )),
    );
  }
  return found;
}
