import { isJsonObject, parseJson, type Resource } from '#platform/fhir';
import { type ParameterTable, parseSearch, type SearchQuery } from '#platform/search';
import {
  findMany,
  type ResourceAddress,
  runSearch,
  type SearchPage,
  type Sql,
  type StoredVersion,
} from '#platform/store';
import { limits, tooCostly } from './limits.ts';
import { referencesIn } from './references-in.ts';

/** What was shown: a resource read by its address, or the matches of a search. */
export type Shown =
  | { readonly resource: StoredVersion }
  | { readonly type: string; readonly matches: readonly StoredVersion[] };

export type Parameters = readonly (readonly [string, string])[];

/** Reads of one request. Those that are asked for at the same time go to the store together. */
export type Loader = {
  /** The search parameters there are. */
  readonly table: ParameterTable;
  /** The resource, or `undefined` where there is none now. */
  readonly read: (address: ResourceAddress) => Promise<Resource | undefined>;
  readonly search: (type: string, parameters: Parameters) => Promise<SearchPage & { readonly query: SearchQuery }>;
  /** Resources of a type that refer to the one at the address by a reference parameter, as the search would find them. */
  readonly referring: (to: ResourceAddress, wanted: Referring) => Promise<Resource[]>;
  readonly toResource: (stored: StoredVersion) => Resource;
  readonly shown: () => readonly Shown[];
};

export type Referring = { readonly type: string; readonly parameter: string; readonly parameters: Parameters };

type Waiting<Value> = {
  readonly address: ResourceAddress;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
};

export function createLoader(sql: Sql, table: ParameterTable, baseUrl: string | undefined): Loader {
  const shown: Shown[] = [];
  const parsed = new Map<StoredVersion, Resource>();
  let resources = 0;
  let searches = 0;

  const take = (count: number): void => {
    resources += count;
    if (resources > limits.resources) {
      throw tooCostly(`An answer holds ${limits.resources} resources at most; ask for fewer, or for a Connection.`);
    }
  };

  const toResource = (stored: StoredVersion): Resource => {
    const known = parsed.get(stored) ?? (parseJson(stored.content ?? '{}') as Resource); // as: stored content is one
    parsed.set(stored, known);
    return known;
  };

  const search: Loader['search'] = async (type, parameters) => {
    searches += 1;
    if (searches > limits.searches) {
      throw tooCostly(`A query searches ${limits.searches} times at most; Lists below many resources count once.`);
    }
    const query = parseSearch(type, parameters, { table });
    const page = await runSearch(sql, query, baseUrl);
    take(page.matches.length);
    if (page.matches.length > 0) shown.push({ type, matches: page.matches });
    return { ...page, query };
  };

  const readAll = async (addresses: readonly ResourceAddress[]): Promise<Map<string, Resource>> => {
    take(addresses.length);
    const found = await findMany(sql, addresses);
    shown.push(...found.map((resource) => ({ resource })));
    return new Map(found.map((each) => [keyOf(each), toResource(each)]));
  };

  const reads = new Map<string, Promise<Resource | undefined>>();
  const readTogether = together<Resource | undefined>(async (addresses) => {
    const found = await readAll(addresses);
    return (address) => found.get(keyOf(address));
  });

  const groups = new Map<string, (address: ResourceAddress) => Promise<Resource[]>>();

  const searchTogether = ({ type, parameter: code, parameters }: Referring) =>
    together<Resource[]>(async (addresses) => {
      const parameter = table.find(type, code);
      const found = new Map<string, Resource[]>();
      for (let at = 0; at < addresses.length; at += targetsAtOnce) {
        const targets = addresses.slice(at, at + targetsAtOnce);
        const { matches } = whole(
          await search(type, [[code, targets.map(keyOf).join(',')], ...parameters, ...everything]),
        );
        for (const resource of matches.map(toResource)) {
          const to = new Set((parameter ? referencesIn(resource, parameter, baseUrl) : []).map(keyOf));
          for (const key of to) found.set(key, [...(found.get(key) ?? []), resource]);
        }
      }
      return (address) => found.get(keyOf(address)) ?? [];
    });

  return {
    table,
    search,
    toResource,
    shown: () => shown,
    read(address) {
      const known = reads.get(keyOf(address)) ?? readTogether(address);
      reads.set(keyOf(address), known);
      return known;
    },
    referring(to, wanted) {
      const key = JSON.stringify(wanted);
      const ask = groups.get(key) ?? searchTogether(wanted);
      groups.set(key, ask);
      return ask(to);
    },
  };
}

/** References a search takes as alternatives. */
const targetsAtOnce = 200;

/** All matches or a refusal: a list is never cut off in silence. FHIR R4, graphql.html#searching. */
export const everything: Parameters = [
  ['_count', String(limits.resources)],
  ['_total', 'none'],
];

export function whole<Page extends SearchPage>(page: Page): Page {
  if (page.next !== undefined) {
    throw tooCostly(`More than ${limits.resources} resources match; narrow the List, or ask for the Connection.`);
  }
  return page;
}

function keyOf({ type, id }: ResourceAddress): string {
  return `${type}/${id}`;
}

/** What is asked for while one level of the answer is put together is asked of the store as one. */
function together<Value>(
  load: (addresses: readonly ResourceAddress[]) => Promise<(address: ResourceAddress) => Value>,
): (address: ResourceAddress) => Promise<Value> {
  let waiting: Waiting<Value>[] = [];
  const flush = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    try {
      const distinct = new Map(batch.map(({ address }) => [keyOf(address), address]));
      const valueAt = await load([...distinct.values()]);
      batch.forEach(({ address, resolve }) => resolve(valueAt(address)));
    } catch (error) {
      batch.forEach(({ reject }) => reject(error));
    }
  };
  return (address) =>
    new Promise((resolve, reject) => {
      waiting.push({ address, resolve, reject });
      if (waiting.length === 1) setImmediate(() => void flush());
    });
}

/** The value as a resource where it is one. */
export function asResource(value: unknown): Resource | undefined {
  return isJsonObject(value) && typeof value['resourceType'] === 'string' ? (value as Resource) : undefined; // as: just looked at
}
