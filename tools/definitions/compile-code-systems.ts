import { flatten, parentsOf } from './compile-value-sets.ts';
import type { Concept, Terminology } from './definition-sources.ts';

/** system URL → codes with displays; `i` marks systems in which case does not matter, `p` holds the parents of codes. */
export type CompiledCodeSystems = Record<string, { i?: 1; c: Record<string, string>; p?: Record<string, string[]> }>;

/** Every code system that the R4 package holds completely. */
export function compileCodeSystems(terminology: Terminology): CompiledCodeSystems {
  const compiled: CompiledCodeSystems = {};
  for (const [url, system] of [...terminology.codeSystems].sort(([left], [right]) => (left < right ? -1 : 1))) {
    if (system.content !== 'complete' || !system.concept) continue;
    const codes = Object.fromEntries(flatten(system.concept).map((concept) => [concept.code, concept.display ?? '']));
    const parents = Object.fromEntries(parentsIn(system.concept));
    compiled[url] = {
      ...(system.caseSensitive === false ? { i: 1 as const } : {}),
      c: codes,
      ...(Object.keys(parents).length > 0 ? { p: parents } : {}),
    };
  }
  return compiled;
}

/** Codes that stand below others: within them, or by a property that says so. */
function parentsIn(concepts: readonly Concept[], above?: string): [code: string, parents: string[]][] {
  return concepts.flatMap((concept) => {
    const parents = [...new Set([...(above === undefined ? [] : [above]), ...parentsOf(concept)])];
    const own: [string, string[]][] = parents.length > 0 ? [[concept.code, parents]] : [];
    return [...own, ...parentsIn(concept.concept ?? [], concept.code)];
  });
}
