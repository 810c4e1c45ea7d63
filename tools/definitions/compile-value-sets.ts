import type { CompiledStructures } from '../../src/platform/fhir/definitions/compiled-structures.ts';
import type { CodeSystem, Concept, ConceptSet, Terminology } from './definition-sources.ts';

/** value set URL → code system URL → codes. A set that cannot be listed has no entry. */
export type CompiledValueSets = Record<string, Record<string, string[]>>;

/** Expansions of every value set that an R4 element requires. */
export function compileValueSets(
  structures: CompiledStructures,
  extra: readonly string[],
  terminology: Terminology,
): CompiledValueSets {
  const urls = new Set([...structures.types.flatMap((type) => type.e.flatMap((element) => element.b ?? [])), ...extra]);
  const compiled: CompiledValueSets = {};
  for (const url of [...urls].sort()) {
    const codes = expandValueSet(url, terminology);
    if (codes) compiled[url] = Object.fromEntries([...codes].map(([system, list]) => [system, [...list]]));
  }
  return compiled;
}

/** value set URL → code system URL → codes, 1 for all codes of the system, 0 where the codes cannot be listed. */
export type CompiledSetOutlines = Record<string, Record<string, string[] | 0 | 1>>;

/** Every R4 value set, as far as it can be listed. */
export function compileSetOutlines(terminology: Terminology): CompiledSetOutlines {
  const outlines: CompiledSetOutlines = {};
  for (const [url, set] of [...terminology.valueSets].sort(([left], [right]) => (left < right ? -1 : 1))) {
    if (!set.compose) continue;
    const codes = expandValueSet(url, terminology);
    const outline = codes ? outlineOf(codes, terminology) : openOutline(set.compose.include, terminology);
    if (outline) outlines[url] = outline;
  }
  return outlines;
}

function outlineOf(expansion: Expansion, terminology: Terminology): Record<string, string[] | 1> {
  const outline: Record<string, string[] | 1> = {};
  for (const [system, codes] of expansion) {
    const all = terminology.codeSystems.get(system);
    const isWhole =
      all?.content === 'complete' && all.concept !== undefined && allCodes(all.concept).size === codes.size;
    outline[system] = isWhole ? 1 : [...codes];
  }
  return outline;
}

/** A set with parts that cannot be listed: those systems are open, the others are listed. */
function openOutline(
  includes: readonly ConceptSet[],
  terminology: Terminology,
): Record<string, string[] | 0 | 1> | undefined {
  const outline: Record<string, string[] | 0 | 1> = {};
  for (const include of includes) {
    if (include.system === undefined || include.valueSet) return undefined;
    const codes = codesOfSystem(include, terminology.codeSystems.get(include.system));
    const known = outline[include.system];
    outline[include.system] = codes && known !== 0 ? [...(Array.isArray(known) ? known : []), ...codes] : 0;
  }
  return outline;
}

type Expansion = Map<string, Set<string>>;

/** Codes by system, or `undefined` where the set has no end (media types, languages, units) or a part is not known. */
export function expandValueSet(url: string, terminology: Terminology): Expansion | undefined {
  const compose = terminology.valueSets.get(url.split('|')[0] ?? '')?.compose;
  if (!compose) return undefined;
  const result: Expansion = new Map();
  for (const include of compose.include) {
    const part = expandConceptSet(include, terminology);
    if (!part) return undefined;
    for (const [system, codes] of part) result.set(system, new Set([...(result.get(system) ?? []), ...codes]));
  }
  for (const exclude of compose.exclude ?? []) {
    const part = expandConceptSet(exclude, terminology);
    if (!part) return undefined;
    for (const [system, codes] of part) result.set(system, without(result.get(system) ?? new Set(), codes));
  }
  return result;
}

function expandConceptSet(set: ConceptSet, terminology: Terminology): Expansion | undefined {
  const parts: Expansion[] = [];
  for (const url of set.valueSet ?? []) {
    const part = expandValueSet(url, terminology);
    if (!part) return undefined;
    parts.push(part);
  }
  if (set.system) {
    const codes = codesOfSystem(set, terminology.codeSystems.get(set.system));
    if (!codes) return undefined;
    parts.push(new Map([[set.system, codes]]));
  }
  return parts.reduce(intersect);
}

function intersect(left: Expansion, right: Expansion): Expansion {
  const result: Expansion = new Map();
  for (const [system, codes] of left) result.set(system, common(codes, right.get(system) ?? new Set()));
  return result;
}

function common(left: ReadonlySet<string>, right: ReadonlySet<string>): Set<string> {
  return new Set([...left].filter((code) => right.has(code)));
}

function without(left: ReadonlySet<string>, right: ReadonlySet<string>): Set<string> {
  return new Set([...left].filter((code) => !right.has(code)));
}

function codesOfSystem(set: ConceptSet, codeSystem: CodeSystem | undefined): Set<string> | undefined {
  if (set.concept) return new Set(set.concept.map((concept) => concept.code));
  if (codeSystem?.content !== 'complete') return undefined;
  let codes: Set<string> | undefined = allCodes(codeSystem.concept ?? []);
  for (const filter of set.filter ?? []) {
    const matching = matchingCodes(filter, codeSystem);
    codes = matching && codes && common(codes, matching);
  }
  return codes;
}

function matchingCodes(
  filter: { property: string; op: string; value: string },
  codeSystem: CodeSystem,
): Set<string> | undefined {
  const below = descendantsOf(filter.value, codeSystem);
  if (filter.op === 'is-a') return below.add(filter.value);
  if (filter.op === 'descendent-of') return below;
  if (filter.op === 'is-not-a') return without(allCodes(codeSystem.concept ?? []), below.add(filter.value));
  return undefined;
}

function descendantsOf(code: string, codeSystem: CodeSystem): Set<string> {
  const nested = findConcept(codeSystem.concept ?? [], code)?.concept ?? [];
  const found = allCodes(nested);
  const flat = flatten(codeSystem.concept ?? []);
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const concept of flat)
      if (parentsOf(concept).some((parent) => parent === code || found.has(parent))) found.add(concept.code);
  }
  return found;
}

export function parentsOf(concept: Concept): string[] {
  return (concept.property ?? []).flatMap((property) =>
    property.code === 'subsumedBy' && property.valueCode ? [property.valueCode] : [],
  );
}

function findConcept(concepts: readonly Concept[], code: string): Concept | undefined {
  return flatten(concepts).find((concept) => concept.code === code);
}

export function flatten(concepts: readonly Concept[]): Concept[] {
  return concepts.flatMap((concept) => [concept, ...flatten(concept.concept ?? [])]);
}

function allCodes(concepts: readonly Concept[]): Set<string> {
  return new Set(flatten(concepts).map((concept) => concept.code));
}
