import { referenceKey, searchParametersOf, storedTypes } from '#platform/search';
import { arrayLiteral } from './array-literal.ts';
import type { ResourceAddress } from './read-rows.ts';
import { clause, run } from './search/clause.ts';
import type { Sql } from './sql.ts';

/** A resource that refers to another, and the patient whose record it lies in. */
export type Referrer = ResourceAddress & { readonly patient: string | null };

const keysAtOnce = 2000;

export type ReferrersWanted = {
  /** Leave out what lies in the record of this patient. */
  readonly outsideOf?: string;
  readonly atMost: number;
};

/**
 * Current resources that refer to one of these by a search parameter, without these themselves.
 * A reference that no search parameter knows (within an extension or a note) is not found.
 */
export async function findReferrers(
  sql: Sql,
  addresses: readonly ResourceAddress[],
  { outsideOf, atMost }: ReferrersWanted,
): Promise<Referrer[]> {
  const own = new Set(addresses.map(keyOf));
  const found = new Map<string, Referrer>();
  const elsewhere = outsideOf === undefined ? clause`true` : clause`patient is distinct from ${outsideOf}`;
  for (const keys of keysOf(addresses)) {
    const rows = await run<Referrer>(
      sql,
      clause`
      select type, id, patient
      from record.resource
      where keys && ${arrayLiteral(keys)}::text::bigint[] and ${elsewhere}
      limit ${atMost + own.size}`,
    );
    rows.filter((each) => !own.has(keyOf(each))).forEach((each) => found.set(keyOf(each), each));
    if (found.size >= atMost) {
      break;
    }
  }
  return [...found.values()].slice(0, atMost);
}

/** The keys under which references to these are indexed, some at a time. */
function* keysOf(addresses: readonly ResourceAddress[]): Generator<bigint[]> {
  let keys: bigint[] = [];
  for (const address of addresses) {
    for (const { source, code } of referringTo(address.type)) {
      keys.push(referenceKey(source, code, keyOf(address)));
      if (keys.length === keysAtOnce) {
        yield keys;
        keys = [];
      }
    }
  }
  if (keys.length > 0) {
    yield keys;
  }
}

function keyOf({ type, id }: ResourceAddress): string {
  return `${type}/${id}`;
}

type Parameter = { readonly source: string; readonly code: string };

const byTarget = new Map<string, readonly Parameter[]>();

/** The parameters of all types that may refer to a type. */
function referringTo(target: string): readonly Parameter[] {
  let parameters = byTarget.get(target);
  if (!parameters) {
    parameters = storedTypes.flatMap((source) =>
      searchParametersOf(source)
        .filter((each) => each.type === 'reference' && each.target?.includes(target))
        .map(({ code }) => ({ source, code })),
    );
    byTarget.set(target, parameters);
  }
  return parameters;
}
