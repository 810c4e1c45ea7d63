import { isJsonObject, type JsonObject } from '#platform/fhir';
import { parseLocalReference, tokenForm, valueKey } from '#platform/search';
import { arrayLiteral } from '../array-literal.ts';
import { findNewest } from '../read-rows.ts';
import type { Sql } from '../sql.ts';
import { clause, run } from './clause.ts';

/** Value sets and code systems that are stored in the record, each read once for a search. */
export type Definitions = {
  /** By canonical url, with a version or without, or by address (`ValueSet/1`); undefined when there is none. */
  readonly find: (type: 'ValueSet' | 'CodeSystem', name: string) => Promise<JsonObject | undefined>;
};

export function createDefinitions(sql: Sql): Definitions {
  const found = new Map<string, Promise<JsonObject | undefined>>();
  return {
    find: (type, name) => {
      const key = `${type} ${name}`;
      const known = found.get(key) ?? read(sql, type, name);
      found.set(key, known);
      return known;
    },
  };
}

async function read(sql: Sql, type: 'ValueSet' | 'CodeSystem', name: string): Promise<JsonObject | undefined> {
  const local = parseLocalReference(name);
  if (local) {
    const stored = local.type === type ? await findNewest(sql, local) : undefined;
    return toObject(stored?.content);
  }
  const [url = '', version] = name.split('|');
  const rows = await run<{ content: string }>(
    sql,
    clause`
    select content
    from record.resource
    where type = ${type} and keys && ${arrayLiteral([valueKey(type, 'url', tokenForm(undefined, url))])}::text::bigint[]
    order by updated desc, rid desc
    limit 20`,
  );
  const all = rows.map(({ content }) => toObject(content)).filter((each) => each?.['url'] === url);
  const current = version === undefined ? all : all.filter((each) => each?.['version'] === version);
  return current.find((each) => each?.['status'] === 'active') ?? current[0];
}

function toObject(content: string | null | undefined): JsonObject | undefined {
  const value: unknown = content === null || content === undefined ? undefined : JSON.parse(content);
  return isJsonObject(value) ? value : undefined;
}

export function objectsIn(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

export function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
