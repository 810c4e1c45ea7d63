import { describe, expect, it } from 'vitest';
import { resourceTypes } from '#platform/fhir';
import {
  findSearchParameter,
  indexedParameters,
  isPatientLink,
  leadingDateOf,
  type SearchParameter,
  searchParametersOf,
  storedTypes,
} from './index.ts';
import { partParameter } from './search-parameters.ts';

it('every R4 resource but Parameters can be stored', () => {
  expect([...storedTypes, 'Parameters'].sort()).toEqual([...resourceTypes].sort());
});

it('each type is led by a date it has', () => {
  const led = storedTypes.filter((type) => leadingDateOf(type) !== undefined);
  expect(led.length).toBeGreaterThan(25);
  for (const type of led) {
    const parameter = searchParametersOf(type).find(({ code }) => code === leadingDateOf(type));
    expect([type, parameter?.type]).toEqual([type, 'date']);
  }
});

it.each([
  ['Observation', 'subject', true],
  ['Observation', 'patient', true],
  ['Observation', 'performer', false],
  ['Immunization', 'patient', true],
  ['Account', 'subject', false], // several subjects, of which one alone can be the home of the account
  ['Provenance', 'patient', false],
  ['Person', 'patient', false],
  ['Coverage', 'patient', false], // the policy holder leads
  ['Patient', 'link', false],
  ['Organization', 'subject', false],
])('%s.%s tells the patient a resource is stored with: %s', (type, code, expected) => {
  expect(isPatientLink(type, code)).toBe(expected);
});

describe('a part of an element whose values stand under a parameter of its own', () => {
  const parts = {
    name: ['family', 'given'],
    address: ['city', 'state', 'country', 'postalCode'],
    telecom: ['phone', 'email'],
  };
  const known = storedTypes.flatMap((type) =>
    Object.entries(parts).flatMap(([code, names]) =>
      names.flatMap((part) => {
        const own = partParameter(type, code, part);
        return own === undefined ? [] : [{ type, code, part, own }];
      }),
    ),
  );

  it('is known of people and places', () => {
    const types = [...new Set(known.map(({ type }) => type))].sort();
    expect(types).toEqual([
      'InsurancePlan',
      'Location',
      'Organization',
      'OrganizationAffiliation',
      'Patient',
      'Person',
      'Practitioner',
      'PractitionerRole',
      'RelatedPerson',
    ]);
  });

  it.each(known)('$type.$code: $part', ({ type, code, part, own }) => {
    const stepsOf = (parameter: SearchParameter | undefined) => parameter?.paths.map(({ steps }) => steps);
    const names = (steps: SearchParameter['paths'][number]['steps']) =>
      steps.map((step) => ('names' in step ? Object.keys(step.names) : step));
    const whole = stepsOf(findSearchParameter(type, code))?.map(names);
    const further = code === 'telecom' ? { where: 'system', equals: part } : [part];
    expect(stepsOf(findSearchParameter(type, own))?.map(names)).toEqual(whole?.map((steps) => [...steps, further]));
    expect(indexedParameters(type, code)).toContain(own);
  });
});
