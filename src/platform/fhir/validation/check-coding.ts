import { findCodeSystem } from '../definitions/code-systems.ts';
import type { JsonObject } from '../definitions/resource.ts';
import { type Run, report } from './run.ts';
import { hasConcept } from './value-set-membership.ts';

const absoluteUrl = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/** Form of a Coding; with `strict` also the code and its display in systems that R4 publishes completely. */
export function checkCoding(run: Run, value: JsonObject): void {
  const { system, code, display } = value;
  if (typeof system !== 'string') return;
  if (!absoluteUrl.test(system)) report(run, 'invalid', 'The system of a code must be an absolute URI.', '.system');
  if (system.startsWith('http://hl7.org/fhir/ValueSet/'))
    report(run, 'invalid', `"${system}" is a value set, not a code system.`, '.system');
  const given = run.find(system.split('|')[0] ?? '');
  if (given?.['content'] === 'supplement' || given?.['supplements'] !== undefined)
    report(run, 'invalid', `"${system}" is a supplement, which adds to a code system but is none.`, '.system');
  if (!run.isStrict || typeof code !== 'string') return;
  if (given && hasConcept(run.find, system, code) === false)
    report(run, 'code-invalid', `The code system ${system} has no code "${code}".`, '.code');
  const model = findCodeSystem(system);
  if (!model) return;
  const known = model.displays.get(model.isCaseSensitive ? code : code.toLowerCase());
  if (known === undefined) report(run, 'code-invalid', `The code system ${system} has no code "${code}".`, '.code');
  else if (typeof display === 'string' && known !== '' && !isSameText(display, known)) {
    report(run, 'invalid', `The display of ${system}|${code} is "${known}", not "${display}".`, '.display');
  }
}

function isSameText(left: string, right: string): boolean {
  return normalise(left) === normalise(right);
}

function normalise(text: string): string {
  return text.toLowerCase().replaceAll(/\s+/g, ' ').trim();
}
