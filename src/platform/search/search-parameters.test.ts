import { expect, it } from 'vitest';
import { resourceTypes } from '#platform/fhir';
import { isPatientLink, leadingDateOf, searchParametersOf, storedTypes } from './index.ts';

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
