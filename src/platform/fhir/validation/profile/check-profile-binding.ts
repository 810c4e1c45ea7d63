import { isJsonObject, type JsonObject } from '../../definitions/resource.ts';
import { objectsOf } from '../questionnaire-items.ts';
import type { Run } from '../run.ts';
import { isInValueSet } from '../value-set-membership.ts';

const maxValueSet = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet';
const additionalBinding =
  /\/StructureDefinition\/(?:additional-binding|extension-ElementDefinition\.binding\.additional)$/;

/** Holds a value against the required binding, the greatest value set and the additional bindings of a profile. */
export function checkProfileBinding(
  run: Run,
  definition: JsonObject,
  value: unknown,
  fail: (text: string) => void,
): void {
  const { binding } = definition;
  if (!isJsonObject(binding) || value === undefined) return;
  for (const url of demandedSets(binding)) {
    if (hasMember(run, url, value) === false)
      fail(`No code given is in the value set ${url}, from which a code is required`);
  }
}

function demandedSets(binding: JsonObject): string[] {
  const sets: unknown[] = binding['strength'] === 'required' ? [binding['valueSet']] : [];
  for (const extension of objectsOf(binding, 'extension')) {
    if (extension['url'] === maxValueSet) sets.push(extension['valueCanonical']);
    if (additionalBinding.test(String(extension['url']))) sets.push(additionalSet(extension));
  }
  return sets.filter((url) => typeof url === 'string');
}

function additionalSet(extension: JsonObject): unknown {
  const parts = objectsOf(extension, 'extension');
  const purpose = parts.find((part) => part['url'] === 'purpose')?.['valueCode'];
  if (parts.some((part) => part['url'] === 'usage')) return undefined;
  return purpose === 'required' || purpose === 'maximum'
    ? parts.find((part) => part['url'] === 'valueSet')?.['valueCanonical']
    : undefined;
}

/** Whether a code, Coding, CodeableConcept or Quantity is in a value set; `undefined` where that cannot be told. */
export function hasMember(run: Run, url: string, value: unknown): boolean | undefined {
  if (typeof value === 'string') return isInValueSet(run.find, url, undefined, value);
  if (!isJsonObject(value)) return undefined;
  const codings = value['coding'] === undefined && value['code'] !== undefined ? [value] : objectsOf(value, 'coding');
  const answers = codings.map(({ system, code }) => {
    if (typeof code !== 'string') return false;
    return isInValueSet(run.find, url, typeof system === 'string' ? system : '', code);
  });
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}
