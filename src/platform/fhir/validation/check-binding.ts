import { isJsonObject, type JsonObject, textOr } from '../definitions/resource.ts';
import type { PropertyModel } from '../definitions/type-model.ts';
import { findValueSet, type ValueSetModel } from '../definitions/value-sets.ts';
import { openCodeRules } from './open-code-rules.ts';
import { type Run, report } from './run.ts';

/** Checks a value against the value set of a required binding. */
export function checkBinding(run: Run, url: string, value: unknown, property: PropertyModel): void {
  const open = openCodeRules[url];
  if (open) {
    if (typeof value === 'string' && !open.test(value))
      report(run, 'code-invalid', `The code "${value}" ${open.wanted}.`);
    return;
  }
  const set = findValueSet(url);
  if (!set) return;
  if (property.isPrimitive) checkCode(run, set, value);
  else if (property.typeName === 'CodeableConcept') checkConcept(run, set, value);
  else if (isJsonObject(value) && !isMember(set, value)) reportMiss(run, set, [value]);
}

function checkCode(run: Run, set: ValueSetModel, value: unknown): void {
  if (typeof value === 'string' && !set.codes.has(value)) {
    report(
      run,
      'code-invalid',
      `The code "${value}" is not in the value set ${set.url}, from which a code is required.`,
    );
  }
}

function checkConcept(run: Run, set: ValueSetModel, value: unknown): void {
  const codings = isJsonObject(value) && Array.isArray(value['coding']) ? value['coding'].filter(isJsonObject) : [];
  if (!codings.some((coding) => isMember(set, coding))) reportMiss(run, set, codings);
}

function isMember(set: ValueSetModel, coding: JsonObject): boolean {
  const { system, code } = coding;
  return typeof system === 'string' && typeof code === 'string' && (set.codesBySystem.get(system)?.has(code) ?? false);
}

function reportMiss(run: Run, set: ValueSetModel, codings: readonly JsonObject[]): void {
  const given = codings
    .map((coding) => `${textOr(coding['system'], 'no system')}|${textOr(coding['code'], 'no code')}`)
    .join(', ');
  const text = given === '' ? 'No code is given' : `None of the codes given (${given}) is in the value set`;
  report(run, 'code-invalid', `${text}; a code from ${set.url} is required.`);
}
