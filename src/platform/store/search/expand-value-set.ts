import { findCoreValueSet, type JsonObject } from '#platform/fhir';
import { type CodeSet, invalid } from '#platform/search';
import { codesAtMost, descendantsOf, findHierarchy } from './code-hierarchy.ts';
import { type Definitions, objectsIn, textIn } from './definitions.ts';

type Expansion = ReadonlyMap<string, ReadonlySet<string> | 'all'>;

type Context = { readonly definitions: Definitions; readonly name: string };

/** Value sets that include one another in a circle end here. */
const depthAtMost = 12;

/**
 * The codes of a value set: one stored in the record, by url or address, else one of R4. Refused when it is not known or
 * its codes cannot be listed here.
 */
export async function expandValueSet(definitions: Definitions, name: string, url: string): Promise<readonly CodeSet[]> {
  const expansion = await expand({ definitions, name }, url, 0);
  const size = [...expansion.values()].reduce((sum, codes) => sum + (codes === 'all' ? 1 : codes.size), 0);
  if (size > codesAtMost) {
    throw invalid(name, `the value set has more than ${codesAtMost} codes`);
  }
  return [...expansion].map(([system, codes]) => ({ system, codes: codes === 'all' ? codes : [...codes] }));
}

async function expand(context: Context, url: string, depth: number): Promise<Expansion> {
  if (depth > depthAtMost) {
    throw invalid(context.name, 'the value set includes others too deeply');
  }
  const stored = await context.definitions.find('ValueSet', url);
  if (!stored) {
    return expandCore(context, url);
  }
  const { compose } = stored;
  if (typeof compose !== 'object' || compose === null) {
    return readExpansion(context, stored);
  }
  const { include, exclude } = compose as { include?: unknown; exclude?: unknown }; // as: a valid ValueSet has objects here
  const included = await expandParts(context, objectsIn(include), depth);
  const excluded = await expandParts(context, objectsIn(exclude), depth);
  return without(context, included, excluded);
}

function expandCore({ name }: Context, url: string): Expansion {
  const shown = url.slice(0, 200).toWellFormed();
  const core = findCoreValueSet(url.split('|')[0] ?? '');
  if (!core) {
    throw invalid(name, `the value set ${shown} is not known here; store it as a ValueSet`);
  }
  return new Map(
    [...core].map(([system, codes]) => {
      if (codes === 'open') {
        throw invalid(name, `the codes of the value set ${shown} cannot be listed here`);
      }
      return [system, codes === 'all' ? codes : new Set(codes)] as const;
    }),
  );
}

/** A value set without a definition may carry the list of its codes. */
function readExpansion({ name }: Context, { expansion }: JsonObject): Expansion {
  const result = new Map<string, Set<string>>();
  const walk = (contained: readonly JsonObject[]): void => {
    for (const { system, code, contains } of contained) {
      if (typeof system === 'string' && typeof code === 'string') {
        result.set(system, (result.get(system) ?? new Set()).add(code));
      }
      walk(objectsIn(contains));
    }
  };
  if (typeof expansion !== 'object' || expansion === null) {
    throw invalid(name, 'the value set neither defines nor lists its codes');
  }
  walk(objectsIn((expansion as { contains?: unknown }).contains)); // as: it is an object
  return result;
}

async function expandParts(context: Context, parts: readonly JsonObject[], depth: number): Promise<Expansion> {
  const result = new Map<string, ReadonlySet<string> | 'all'>();
  for (const part of parts) {
    for (const [system, codes] of await expandPart(context, part, depth)) {
      const known = result.get(system);
      result.set(system, known === 'all' || codes === 'all' ? 'all' : new Set([...(known ?? []), ...codes]));
    }
  }
  return result;
}

/** What a part includes is in its system and in all the value sets it names. */
async function expandPart(context: Context, part: JsonObject, depth: number): Promise<Expansion> {
  const system = textIn(part['system']);
  const parts: Expansion[] =
    system === undefined ? [] : [new Map([[system, await codesOfSystem(context, part, system)]])];
  for (const url of Array.isArray(part['valueSet']) ? (part['valueSet'] as readonly unknown[]) : []) {
    if (typeof url === 'string') {
      parts.push(await expand(context, url, depth + 1));
    }
  }
  const [first = new Map(), ...others] = parts;
  return others.reduce(common, first);
}

function both(left: ReadonlySet<string>, right: ReadonlySet<string>): Set<string> {
  return new Set([...left].filter((code) => right.has(code)));
}

function minus(left: ReadonlySet<string>, right: ReadonlySet<string>): Set<string> {
  return new Set([...left].filter((code) => !right.has(code)));
}

function common(left: Expansion, right: Expansion): Expansion {
  const result = new Map<string, ReadonlySet<string> | 'all'>();
  for (const [system, codes] of left) {
    const others = right.get(system);
    if (others !== undefined) {
      result.set(system, codes === 'all' ? others : others === 'all' ? codes : both(codes, others));
    }
  }
  return result;
}

async function codesOfSystem(context: Context, part: JsonObject, system: string): Promise<ReadonlySet<string> | 'all'> {
  const listed = objectsIn(part['concept']);
  if (listed.length > 0) {
    return new Set(listed.map(({ code }) => textIn(code) ?? ''));
  }
  const filters = objectsIn(part['filter']);
  if (filters.length === 0) {
    return 'all';
  }
  let codes: ReadonlySet<string> | undefined;
  for (const filter of filters) {
    const passing = await codesPassing(context, filter, system);
    codes = codes === undefined ? passing : both(codes, passing);
  }
  return codes ?? new Set();
}

async function codesPassing({ definitions, name }: Context, filter: JsonObject, system: string): Promise<Set<string>> {
  const { property, op, value } = filter;
  const hierarchy = await findHierarchy(definitions, system);
  if (!hierarchy?.isComplete || typeof value !== 'string') {
    throw invalid(name, `the value set asks for a part of ${system.slice(0, 200)}, which is not known here completely`);
  }
  const below = (): Set<string> => new Set(descendantsOf(hierarchy, value, name));
  const isHierarchic = property === 'concept' || property === 'code';
  switch (op) {
    case 'is-a':
      return below();
    case 'descendent-of': {
      const codes = below();
      codes.delete(value);
      return codes;
    }
    case 'is-not-a':
      return minus(hierarchy.codes, below());
    case 'in':
    case 'not-in': {
      const listed = new Set(value.split(',').map((each) => each.trim()));
      if (isHierarchic) {
        return op === 'in' ? both(hierarchy.codes, listed) : minus(hierarchy.codes, listed);
      }
    }
  }
  throw invalid(name, `the value set has a filter (${String(property)} ${String(op)}) that is not evaluated here`);
}

function without({ name }: Context, included: Expansion, excluded: Expansion): Expansion {
  const result = new Map(included);
  for (const [system, codes] of excluded) {
    const from = result.get(system);
    if (codes === 'all') {
      result.delete(system);
    } else if (from === 'all') {
      throw invalid(name, 'the value set takes codes out of a whole system, which cannot be listed here');
    } else if (from) {
      result.set(system, minus(from, codes));
    }
  }
  return result;
}
