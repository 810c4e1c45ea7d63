import { findCodeSystem } from './code-systems.ts';
import { readGenerated } from './read-generated.ts';

/** Per code system the codes of a value set; 1 stands for all, 0 for codes that cannot be listed. */
type Outline = Record<string, string[] | 0 | 1>;

let outlines: Record<string, Outline> | undefined;

/** The codes of an R4 value set by system: listed, all of the system, or `open` where they cannot be listed. */
export function findCoreValueSet(url: string): ReadonlyMap<string, readonly string[] | 'all' | 'open'> | undefined {
  const outline = findOutline(url);
  return (
    outline &&
    new Map(
      Object.entries(outline).map(([system, codes]) => [system, codes === 1 ? 'all' : codes === 0 ? 'open' : codes]),
    )
  );
}

function findOutline(url: string): Outline | undefined {
  outlines ??= readGenerated('value-set-outlines.json') as Record<string, Outline>; // as: generated file
  return Object.hasOwn(outlines, url) ? outlines[url] : undefined;
}

/** Whether an R4 value set has a code; `undefined` where that cannot be told. The table is read when the first set is asked for. */
export function isInCoreValueSet(url: string, system: string | undefined, code: string): boolean | undefined {
  const outline = findOutline(url);
  if (!outline) return undefined;
  const systems = system === undefined ? Object.keys(outline) : [system].filter((one) => Object.hasOwn(outline, one));
  let answer: boolean | undefined = false;
  for (const one of systems) {
    const found = hasCode(one, outline[one], code);
    if (found === true) return true;
    if (found === undefined) answer = undefined;
  }
  return answer;
}

function hasCode(system: string, codes: string[] | 0 | 1 | undefined, code: string): boolean | undefined {
  if (codes === 1) return findCodeSystem(system)?.displays.has(code);
  return codes === 0 || codes === undefined ? undefined : codes.includes(code);
}
