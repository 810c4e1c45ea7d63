import {
  findSearchParameter,
  invalid,
  isStoredType,
  normalizeReference,
  parseLocalReference,
  referenceKey,
  type SearchParameter,
  searchParametersOf,
  walkPath,
} from '#platform/search';
import { arrayLiteral } from '../array-literal.ts';
import { findNewest, type ResourceAddress } from '../read-rows.ts';
import type { Sql } from '../sql.ts';
import { clause, run } from './clause.ts';

type Context = { readonly sql: Sql; readonly baseUrl: string | undefined };
type Sought = { readonly types: readonly string[]; readonly parameter: SearchParameter; readonly value: string };

const atMost = { resources: 1000, levels: 50 };

/** The resource and all that are parts of it, of their parts, and so on. */
export async function resourcesBelow({ sql, baseUrl }: Context, sought: Sought): Promise<string[]> {
  const { name, address, part } = readPlace(sought, baseUrl);
  const found = new Set([addressOf(address)]);
  let level = [...found];
  for (let depth = 0; level.length > 0; depth += 1) {
    const keys = level.map((each) => referenceKey(address.type, part.code, each));
    const rows = await run<{ id: string }>(
      sql,
      clause`
      select id
      from record.resource
      where type = ${address.type} and keys && ${arrayLiteral(keys)}::text::bigint[]
      limit ${atMost.resources + 1}`,
    );
    level = rows.map(({ id }) => `${address.type}/${id}`).filter((each) => !found.has(each));
    level.forEach((each) => found.add(each));
    if (found.size > atMost.resources || depth > atMost.levels) {
      throw invalid(name, `more than ${atMost.resources} resources or ${atMost.levels} levels are below it`);
    }
  }
  return [...found];
}

/** The resource, what it is a part of, what that is a part of, and so on. */
export async function resourcesAbove({ sql, baseUrl }: Context, sought: Sought): Promise<string[]> {
  const { address, part } = readPlace(sought, baseUrl);
  const found = new Set<string>();
  let level: readonly ResourceAddress[] = [address];
  while (level.length > 0 && found.size < atMost.levels) {
    const next: ResourceAddress[] = [];
    for (const each of level) {
      if (!found.has(addressOf(each))) {
        found.add(addressOf(each));
        next.push(...wholesOf((await findNewest(sql, each))?.content, part, baseUrl));
      }
    }
    level = next;
  }
  return [...found];
}

function wholesOf(
  content: string | null | undefined,
  part: SearchParameter,
  baseUrl: string | undefined,
): ResourceAddress[] {
  const resource: unknown = JSON.parse(content ?? '{}');
  return part.paths
    .flatMap((path) => walkPath({ value: resource, type: '' }, path))
    .flatMap(({ value }) => {
      const reference =
        typeof value === 'object' && value !== null && 'reference' in value ? value.reference : undefined;
      const local =
        typeof reference === 'string' ? parseLocalReference(normalizeReference(reference, baseUrl)) : undefined;
      return local ? [local] : [];
    });
}

function addressOf({ type, id }: ResourceAddress): string {
  return `${type}/${id}`;
}

/** Names of the parameters by which resources are parts of others of their type. */
const partCodes = ['partof', 'part-of'];

function partParameter(type: string): SearchParameter | undefined {
  return searchParametersOf(type).find(
    (each) => partCodes.includes(each.code) && each.type === 'reference' && each.target?.includes(type),
  );
}

function readPlace({ types, parameter, value }: Sought, baseUrl: string | undefined) {
  const name = `${parameter.code}:below`;
  const normalized = normalizeReference(value, baseUrl);
  const local = parseLocalReference(normalized);
  const targets = (parameter.target ?? types).filter((type) => partParameter(type) !== undefined);
  const [only, ...others] = targets;
  if (!local && (others.length > 0 || !/^[A-Za-z0-9\-.]{1,64}$/.test(normalized))) {
    throw invalid(name, `the form is Type/id, the type being one of ${targets.join(', ')}`);
  }
  const address = local ?? { type: only ?? '', id: normalized };
  const part = isStoredType(address.type) ? partParameter(address.type) : undefined;
  if (!part || findSearchParameter(address.type, part.code) === undefined) {
    throw invalid(name, `what ${parameter.code} refers to has no parts of its own kind`);
  }
  return { name, address, part };
}
