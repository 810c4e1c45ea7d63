import { findCodeSystem } from './code-systems.ts';
import { readGenerated } from './read-generated.ts';

/** Per code system the codes of a value set; 1 stands for all, 0 for codes that cannot be listed. */
type Outline = Record<string, string[] | 0 | 1>;

let outlines: Record<string, Outline> | undefined;

/** Whether an R4 value set has a code; `undefined` where that cannot be told. The table is read when the first set is asked for. */
export function isInCoreValueSet(url: string, system: string | undefined, code: string): boolean | undefined {
  outlines ??= readGenerated('value-set-outlines.json') as Record<string, Outline>; // as: generated file
  const outline = Object.hasOwn(outlines, url) ? outlines[url] : undefined;
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
