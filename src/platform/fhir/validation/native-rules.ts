import { isJsonObject, type JsonObject } from '../definitions/resource.ts';
import type { RuleTest } from './check-rules.ts';
import { contained, has, hasChoice, hasIn, listOf, numberOf, textOf } from './rule-values.ts';
import type { Run } from './run.ts';

const ucum = 'http://unitsofmeasure.org';

/** Hand-written equivalents of the invariants that nearly every resource meets; a test holds them equal to FHIRPath. */
export const nativeRules: Readonly<Record<string, RuleTest>> = {
  'ext-1': (value) => has(value, 'extension') !== hasChoice(value, 'value'),
  'dom-2': (value) => contained(value).every((resource) => resource['contained'] === undefined),
  'dom-3': (value, run) => contained(value).every((resource) => isReferredTo(resource, run)),
  'dom-4': (value) =>
    contained(value).every(
      (resource) => !hasIn(resource['meta'], 'versionId') && !hasIn(resource['meta'], 'lastUpdated'),
    ),
  'dom-5': (value) => contained(value).every((resource) => !hasIn(resource['meta'], 'security')),
  'ref-1': keepsLocalReference,
  'qty-3': (value) => !has(value, 'code') || has(value, 'system'),
  'sqty-1': (value) => !has(value, 'comparator'),
  'cpt-2': (value) => !has(value, 'value') || has(value, 'system'),
  'att-1': (value) => !has(value, 'data') || has(value, 'contentType'),
  'per-1': (value) => isOrdered(textOf(value, 'start'), textOf(value, 'end')),
  'rat-1': (value) =>
    has(value, 'numerator') === has(value, 'denominator') && (has(value, 'numerator') || hasIn(value, 'extension')),
  'drt-1': (value) => !has(value, 'code') || (textOf(value, 'system') === ucum && has(value, 'value')),
  'pat-1': (value) => ['name', 'telecom', 'address', 'organization'].some((name) => has(value, name)),
  'org-1': (value) => has(value, 'identifier') || has(value, 'name'),
  'org-2': (value) => textOf(value, 'use') !== 'home',
  'org-3': (value) => textOf(value, 'use') !== 'home',
  'obs-3': (value) => has(value, 'low') || has(value, 'high') || has(value, 'text'),
  'obs-6': (value) => !has(value, 'dataAbsentReason') || !hasChoice(value, 'value'),
  'cpl-3': (value) => !has(value, 'detail') || !has(value, 'reference'),
  'con-1': (value) => has(value, 'summary') || has(value, 'assessment'),
  'con-2': (value) => has(value, 'code') || has(value, 'detail'),
  'app-1': (value) => has(value, 'type') || has(value, 'actor'),
  'bdl-1': (value) =>
    !has(value, 'total') || textOf(value, 'type') === 'searchset' || textOf(value, 'type') === 'history',
  'bdl-5': (value) => has(value, 'resource') || has(value, 'request') || has(value, 'response'),
  'bdl-8': (value) => !textOf(value, 'fullUrl').includes('/_history/'),
  'tim-1': (value) => !has(value, 'duration') || has(value, 'durationUnit'),
  'tim-2': (value) => !has(value, 'period') || has(value, 'periodUnit'),
  'tim-4': (value) => !(numberOf(value, 'duration') < 0),
  'tim-5': (value) => !(numberOf(value, 'period') < 0),
  'tim-6': (value) => !has(value, 'periodMax') || has(value, 'period'),
  'tim-7': (value) => !has(value, 'durationMax') || has(value, 'duration'),
  'tim-8': (value) => !has(value, 'countMax') || has(value, 'count'),
  'tim-10': (value) => !has(value, 'timeOfDay') || !has(value, 'when'),
  // FHIR boolean and System.Boolean are told apart by the engine, which the wording of this rule does not expect.
  'que-7': (value) => textOf(value, 'operator') !== 'exists' || has(value, 'answerBoolean'),
  // The wording of the rule says "more than one"; its expression counts to two by mistake.
  'que-12': (value) => !(listOf(value, 'enableWhen').length > 1) || has(value, 'enableBehavior'),
  'eld-3': (value) => value === '*' || (typeof value === 'string' && /^\d+$/.test(value)),
  // Narrative text is judged element by element in check-narrative.ts.
  'txt-1': () => true,
  'txt-2': () => true,
  // Needs resolve(); who a care team member acts for is judged by reference targets.
  'ctm-1': () => true,
};

/** FHIR R4, references.html#contained: referred to from the holder, or refers to it by `#`. */
function isReferredTo(resource: JsonObject, run: Run): boolean {
  const id = resource['id'];
  return (typeof id === 'string' && holdsText(run.resource, `#${id}`)) || holdsText(resource, '#');
}

function holdsText(value: unknown, wanted: string): boolean {
  // An image of the narrative may point to a contained Binary.
  if (typeof value === 'string') return value === wanted || (wanted.length > 1 && value.includes(`"${wanted}"`));
  if (Array.isArray(value)) return value.some((item) => holdsText(item, wanted));
  if (!isJsonObject(value)) return false;
  for (const key in value) if (holdsText(value[key], wanted)) return true;
  return false;
}

function keepsLocalReference(value: unknown, run: Run): boolean {
  const reference = textOf(value, 'reference');
  if (reference.charCodeAt(0) !== 0x23) return true;
  const id = reference.slice(1);
  if (id === '') return run.rootResource !== run.resource || run.depth > 0;
  return contained(run.rootResource).some((resource) => resource['id'] === id);
}

/** Partial or differently precise times are in order unless the start is surely later. */
function isOrdered(start: string, end: string): boolean {
  if (start === '' || end === '') return true;
  const length = Math.min(start.length, end.length);
  if (length <= 10) return start.slice(0, length) <= end.slice(0, length);
  return Date.parse(start) <= Date.parse(end);
}
