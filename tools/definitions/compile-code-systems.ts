import { flatten } from './compile-value-sets.ts';
import type { Terminology } from './definition-sources.ts';

/** system URL → codes with displays; `i` marks systems in which case does not matter. */
export type CompiledCodeSystems = Record<string, { i?: 1; c: Record<string, string> }>;

/** Every code system that the R4 package holds completely. */
export function compileCodeSystems(terminology: Terminology): CompiledCodeSystems {
  const compiled: CompiledCodeSystems = {};
  for (const [url, system] of [...terminology.codeSystems].sort(([left], [right]) => (left < right ? -1 : 1))) {
    if (system.content !== 'complete' || !system.concept) continue;
    const codes = Object.fromEntries(flatten(system.concept).map((concept) => [concept.code, concept.display ?? '']));
    compiled[url] = system.caseSensitive === false ? { i: 1, c: codes } : { c: codes };
  }
  return compiled;
}
