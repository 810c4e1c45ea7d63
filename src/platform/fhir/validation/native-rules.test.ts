import { describe, expect, it } from 'vitest';
import { readGenerated } from '../definitions/read-generated.ts';
import type { JsonObject } from '../definitions/resource.ts';
import { findConstraint, isResourceType } from '../definitions/type-model.ts';
import { compileFhirPath } from '../fhirpath/compile-fhirpath.ts';
import { nativeRules } from './native-rules.ts';
import { startRun } from './run.ts';

// Rules whose hand-written form differs on purpose; native-rules.ts says why beside each.
const different = new Set(['dom-3', 'ref-1', 'que-7', 'que-12', 'eld-3', 'txt-1', 'txt-2', 'ctm-1']);
const compared = Object.keys(nativeRules).filter((key) => !different.has(key));

/** Objects on which the rules hold or break: every property a rule speaks of, present and absent. */
const names = [
  'extension',
  'value',
  'valueString',
  'code',
  'system',
  'comparator',
  'data',
  'contentType',
  'start',
  'end',
  'numerator',
  'denominator',
  'name',
  'telecom',
  'address',
  'organization',
  'identifier',
  'use',
  'low',
  'high',
  'text',
  'dataAbsentReason',
  'valueInteger',
  'detail',
  'reference',
  'summary',
  'assessment',
  'type',
  'actor',
  'total',
  'resource',
  'request',
  'response',
  'fullUrl',
  'duration',
  'durationUnit',
  'period',
  'periodUnit',
  'periodMax',
  'durationMax',
  'countMax',
  'count',
  'timeOfDay',
  'when',
];

const values: Readonly<Record<string, readonly unknown[]>> = {
  start: ['2020', '2020-05-01', '2021-01-01T00:00:00Z'],
  end: ['2020', '2020-04-01', '2021-01-01T00:00:00+04:00'],
  use: ['home', 'work'],
  system: ['http://unitsofmeasure.org', 'http://example.org'],
  type: ['searchset', 'history', 'batch'],
  fullUrl: ['http://a/Patient/1', 'http://a/Patient/1/_history/2'],
  total: [3],
  duration: [1, -1],
  period: [1, -1],
  periodMax: [2],
  durationMax: [2],
  count: [1],
  countMax: [2],
  value: [1],
};
const bases: Readonly<Record<string, string>> = {
  'ext-1': 'Extension',
  'dom-2': 'Patient',
  'dom-4': 'Patient',
  'dom-5': 'Patient',
  'qty-3': 'Quantity',
  'sqty-1': 'Quantity',
  'cpt-2': 'ContactPoint',
  'att-1': 'Attachment',
  'per-1': 'Period',
  'rat-1': 'Ratio',
  'drt-1': 'Duration',
  'pat-1': 'Patient.contact',
  'org-1': 'Organization',
  'org-2': 'Address',
  'org-3': 'ContactPoint',
  'obs-3': 'Observation.referenceRange',
  'obs-6': 'Observation',
  'cpl-3': 'CarePlan.activity',
  'con-1': 'Condition.stage',
  'con-2': 'Condition.evidence',
  'app-1': 'Appointment.participant',
  'bdl-1': 'Bundle',
  'bdl-5': 'Bundle.entry',
  'bdl-8': 'Bundle.entry',
  'tim-1': 'Timing.repeat',
  'tim-2': 'Timing.repeat',
  'tim-4': 'Timing.repeat',
  'tim-5': 'Timing.repeat',
  'tim-6': 'Timing.repeat',
  'tim-7': 'Timing.repeat',
  'tim-8': 'Timing.repeat',
  'tim-10': 'Timing.repeat',
};

/** All combinations of the properties that an expression names. */
function samples(expression: string): JsonObject[] {
  const used = names.filter((name) => new RegExp(`\\b${name.replace(/^value[A-Z]\w+$/, 'value')}\\b`).test(expression));
  return used
    .reduce<JsonObject[]>(
      (list, name) => [
        ...list,
        ...list.flatMap((one) => (values[name] ?? [{ text: 'x' }]).map((value) => ({ ...one, [name]: value }))),
      ],
      [{}],
    )
    .slice(0, 600);
}

describe('hand-written invariants', () => {
  it.each(compared)('%s says what its FHIRPath says', (key) => {
    const expression = findConstraint(key)?.[1] ?? '';
    const evaluate = compileFhirPath(expression, bases[key]);
    const list = samples(expression);
    expect(list.length).toBeGreaterThan(0);
    for (const sample of list) {
      const run = startRun({ resourceType: 'Basic' }, {});
      const byPath = evaluate(sample, { resource: sample, rootResource: sample })[0];
      // Undecided comparisons are not held against the sender.
      if (byPath !== undefined)
        expect({ sample, holds: nativeRules[key]?.(sample, run) }).toEqual({ sample, holds: byPath });
    }
  });

  it('has a base for every compared rule', () => {
    expect(compared.filter((key) => bases[key] === undefined)).toEqual([]);
  });
});

type Structures = { types: { name: string; c?: string[]; e: { n: string; c?: string[] }[] }[] };

describe('every error-level invariant of R4', () => {
  const { types } = readGenerated('structures.json') as Structures; // as: generated file
  const rules = types.flatMap((type) => [
    ...(type.c ?? []).map((key) => [key, type.name] as const),
    ...type.e.flatMap((element) => (element.c ?? []).map((key) => [key, `${type.name}.${element.n}`] as const)),
  ]);

  it.each(rules.filter(([key]) => findConstraint(key)?.[0] === 'error' && !nativeRules[key]))(
    '%s of %s can be evaluated',
    (key, base) => {
      const evaluate = compileFhirPath(findConstraint(key)?.[1] ?? '', base);
      const [type = ''] = base.split('.');
      const sample = isResourceType(base) ? { resourceType: type } : {};
      expect(() =>
        evaluate(sample, { resource: { resourceType: 'Basic' }, rootResource: { resourceType: 'Basic' } }),
      ).not.toThrow();
    },
  );
});
