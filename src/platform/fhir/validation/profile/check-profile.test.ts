import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../definitions/resource.ts';
import { validateResource } from '../validate-resource.ts';

const url = 'http://example.org/StructureDefinition/p';

function profile(type: string, ...elements: object[]): JsonObject {
  return {
    resourceType: 'StructureDefinition',
    url,
    type,
    kind: 'resource',
    baseDefinition: `http://hl7.org/fhir/StructureDefinition/${type}`,
    differential: { element: elements },
  };
}

function check(resource: object, ...definitions: JsonObject[]): string[] {
  const byUrl = new Map(definitions.map((one) => [String(one['url']), one]));
  return validateResource(resource, { find: (wanted) => byUrl.get(wanted), profiles: [url] }).map(
    (issue) => `${issue.expression ?? ''}: ${issue.text}`,
  );
}

const identifierSlices = [
  {
    id: 'Patient.identifier',
    path: 'Patient.identifier',
    slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'closed' },
    min: 1,
  },
  { id: 'Patient.identifier:fin', path: 'Patient.identifier', sliceName: 'fin', min: 1, max: '1' },
  { id: 'Patient.identifier:fin.system', path: 'Patient.identifier.system', fixedUri: 'urn:fin' },
  { id: 'Patient.identifier:fin.value', path: 'Patient.identifier.value', min: 1, maxLength: 7 },
];
const vitalValue = [
  { id: 'Observation.value[x]', path: 'Observation.value[x]', type: [{ code: 'Quantity' }] },
  { id: 'Observation.value[x].code', path: 'Observation.value[x].code', patternCode: 'kg', min: 1 },
];
const observation = (more: object): object => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  ...more,
});

describe('a profile', () => {
  it.each<[string, object, JsonObject, RegExp | undefined]>([
    [
      'demands an element',
      { resourceType: 'Patient', active: true },
      profile('Patient', { id: 'Patient.birthDate', path: 'Patient.birthDate', min: 1 }),
      /At least 1 of birthDate/,
    ],
    [
      'forbids an element',
      { resourceType: 'Patient', active: true },
      profile('Patient', { id: 'Patient.active', path: 'Patient.active', max: '0' }),
      /At most 0 of active/,
    ],
    [
      'fixes a value',
      { resourceType: 'Patient', gender: 'male' },
      profile('Patient', { id: 'Patient.gender', path: 'Patient.gender', fixedCode: 'female' }),
      /exactly "female"/,
    ],
    [
      'takes a slice that is there',
      { resourceType: 'Patient', identifier: [{ system: 'urn:fin', value: '1234567' }] },
      profile('Patient', ...identifierSlices),
      undefined,
    ],
    [
      'misses a slice',
      { resourceType: 'Patient', identifier: [{ system: 'urn:other', value: '1' }] },
      profile('Patient', ...identifierSlices),
      /At least 1 of identifier:fin/,
    ],
    [
      'closes its slices',
      { resourceType: 'Patient', identifier: [{ system: 'urn:fin', value: '1' }, { system: 'urn:x' }] },
      profile('Patient', ...identifierSlices),
      /fits none of the slices/,
    ],
    [
      'judges inside a slice',
      { resourceType: 'Patient', identifier: [{ system: 'urn:fin', value: '12345678' }] },
      profile('Patient', ...identifierSlices),
      /longer than 7/,
    ],
    [
      'narrows a choice',
      observation({ valueString: 'x' }),
      profile('Observation', ...vitalValue),
      /type string is not allowed/,
    ],
    [
      'demands below a choice',
      observation({ valueQuantity: { value: 1, system: 'http://unitsofmeasure.org', code: 'g' } }),
      profile('Observation', ...vitalValue),
      /all of "kg"/,
    ],
    [
      'takes what it demands',
      observation({ valueQuantity: { value: 1, system: 'http://unitsofmeasure.org', code: 'kg' } }),
      profile('Observation', ...vitalValue),
      undefined,
    ],
    [
      'has rules of its own',
      { resourceType: 'Patient', name: [{ family: 'x' }] },
      profile('Patient', {
        id: 'Patient.name',
        path: 'Patient.name',
        constraint: [{ key: 'n-1', severity: 'error', human: 'given', expression: 'given.exists()' }],
      }),
      /n-1/,
    ],
    [
      'is for another type',
      { resourceType: 'Patient', active: true },
      profile('Observation', { id: 'Observation.code', path: 'Observation.code', min: 1 }),
      /is for Observation/,
    ],
  ])('%s', (_, resource, definition, expected) => {
    const issues = check(resource, definition);
    if (expected) expect(issues.join('\n')).toMatch(expected);
    else expect(issues).toEqual([]);
  });

  it('adds to the profile it is built on', () => {
    const base = { ...profile('Patient', ...identifierSlices), url: 'http://example.org/StructureDefinition/base' };
    const derived = {
      ...profile('Patient', {
        id: 'Patient.identifier:fin.value',
        path: 'Patient.identifier.value',
        patternString: '7',
      }),
      baseDefinition: base.url,
    };
    expect(
      check({ resourceType: 'Patient', identifier: [{ system: 'urn:fin', value: '8' }] }, base, derived)[0],
    ).toContain('all of "7"');
    expect(check({ resourceType: 'Patient', identifier: [{ system: 'urn:fin', value: '7' }] }, base, derived)).toEqual(
      [],
    );
  });

  it('follows references within a bundle to the profile of their target', () => {
    const target = {
      ...profile('Patient', { id: 'Patient.birthDate', path: 'Patient.birthDate', min: 1 }),
      url: 'http://example.org/StructureDefinition/born',
    };
    const about = profile('Observation', {
      id: 'Observation.subject',
      path: 'Observation.subject',
      type: [{ code: 'Reference', targetProfile: [target.url] }],
    });
    const bundle = (birth: object): object => ({
      resourceType: 'Bundle',
      type: 'collection',
      entry: [
        {
          fullUrl: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
          resource: { resourceType: 'Patient', active: true, ...birth },
        },
        {
          fullUrl: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239521',
          resource: observation({
            meta: { profile: [url] },
            subject: { reference: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520' },
          }),
        },
      ],
    });
    const byUrl = new Map([target, about].map((one) => [String(one['url']), one]));
    const run = (resource: object): number =>
      validateResource(resource, { find: (wanted) => byUrl.get(wanted) }).length;
    expect(run(bundle({}))).toBe(1);
    expect(run(bundle({ birthDate: '1970' }))).toBe(0);
  });
});
