import { expect, it } from 'vitest';
import type { JsonObject } from '../definitions/resource.ts';
import { findConstraint } from '../definitions/type-model.ts';
import { compileFhirPath } from '../fhirpath/compile-fhirpath.ts';
import { nativeCodeRules } from './native-code-rules.ts';
import { startRun } from './run.ts';

const terminology = 'http://terminology.hl7.org/CodeSystem/';
const concept = (...codings: JsonObject[]) => ({ coding: codings });
const absent = undefined;

const statuses = (system: string, codes: readonly string[]) => [
  absent,
  { text: 'x' },
  ...codes.flatMap((code) => [
    concept({ system: `${terminology}${system}`, code }),
    concept({ code }),
    concept({ system: 'urn:x', code: 'a' }, { system: `${terminology}${system}`, code }),
  ]),
];

const allergy = {
  verificationStatus: statuses('allergyintolerance-verification', ['entered-in-error', 'confirmed']),
  clinicalStatus: [absent, concept({ code: 'active' })],
};
const bundleTypes = ['document', 'message', 'batch', 'transaction', 'history', 'batch-response', 'searchset'];
const entryLists = [
  absent,
  [{ resource: { resourceType: 'Composition' } }, { resource: { resourceType: 'Patient' } }],
  [
    {
      resource: { resourceType: 'MessageHeader', meta: { versionId: '1' } },
      fullUrl: 'urn:a',
      search: { mode: 'match' },
    },
  ],
  [{ request: { method: 'GET' } }, { request: { method: 'GET' } }],
  [{ request: { method: 'GET' } }, { response: { status: '200' } }],
  [{ response: { status: '200' } }],
  [{ fullUrl: 'urn:a' }, { fullUrl: 'urn:a' }],
  [{ fullUrl: 'urn:a' }, { fullUrl: 'urn:a', resource: { resourceType: 'Patient', meta: { versionId: '2' } } }],
];
const bundle = { resourceType: ['Bundle'], type: bundleTypes, entry: entryLists };

/** Base of the rule, and the values each of its properties takes; all combinations are tried. */
const samples: Readonly<
  Record<string, readonly [base: string, properties: Readonly<Record<string, readonly unknown[]>>]>
> = {
  'con-4': [
    'Condition',
    {
      abatementString: [absent, 'gone'],
      _abatementDateTime: [absent, { extension: [{ url: 'urn:x', valueString: 'x' }] }],
      clinicalStatus: statuses('condition-clinical', ['active', 'resolved', 'remission', 'inactive']),
    },
  ],
  'con-5': [
    'Condition',
    {
      verificationStatus: statuses('condition-ver-status', ['entered-in-error', 'confirmed']),
      clinicalStatus: [absent, concept({ code: 'active' })],
    },
  ],
  'ait-1': ['AllergyIntolerance', allergy],
  'ait-2': ['AllergyIntolerance', allergy],
  'obs-7': [
    'Observation',
    {
      valueString: [absent, 'x'],
      code: [
        { text: 'x' },
        concept({ system: 'urn:s', code: 'a' }),
        concept({ code: 'a' }, { code: 'b', display: 'B' }),
      ],
      component: [
        absent,
        [{ code: concept({ system: 'urn:s', code: 'a' }) }],
        [{ code: concept({ code: 'a', system: 'urn:s' }) }],
        [{ code: { text: 'x' } }, { code: concept({ code: 'c' }, { display: 'B', code: 'b' }) }],
        [{ code: concept({ code: 'a', display: 'A' }) }],
      ],
    },
  ],
  'prr-1': ['ActivityDefinition', { orderDetail: [absent, [{ text: 'x' }]], code: [absent, { text: 'y' }] }],
  'bdl-2': ['Bundle', bundle],
  'bdl-3': ['Bundle', bundle],
  'bdl-4': ['Bundle', bundle],
  'bdl-7': ['Bundle', bundle],
  'bdl-9': [
    'Bundle',
    {
      resourceType: ['Bundle'],
      type: bundleTypes,
      identifier: [absent, { system: 'urn:s' }, { value: '1' }, { system: 'urn:s', value: '1' }],
    },
  ],
  'bdl-10': ['Bundle', { resourceType: ['Bundle'], type: bundleTypes, timestamp: [absent, '2024-01-01T00:00:00Z'] }],
  'bdl-11': ['Bundle', bundle],
  'bdl-12': ['Bundle', bundle],
};

function combinations(properties: Readonly<Record<string, readonly unknown[]>>): JsonObject[] {
  return Object.entries(properties).reduce<JsonObject[]>(
    (list, [name, values]) =>
      list.flatMap((one) => values.map((value) => (value === absent ? one : { ...one, [name]: value }))),
    [{}],
  );
}

it.each(Object.keys(nativeCodeRules))('%s says what its FHIRPath says', (key) => {
  const [base, properties] = samples[key] ?? ['', {}];
  const evaluate = compileFhirPath(findConstraint(key)?.[1] ?? '', base);
  const verdicts = combinations(properties).map((sample) => {
    const resource = { resourceType: base, ...sample };
    const byPath = evaluate(sample, { resource, rootResource: resource })[0];
    expect({ sample, holds: nativeCodeRules[key]?.(sample, startRun(resource, {})) }).toEqual({
      sample,
      holds: byPath !== false,
    });
    return byPath !== false;
  });
  expect(new Set(verdicts)).toEqual(new Set([true, false]));
});
