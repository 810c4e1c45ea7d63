import type { AllergyIntolerance } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import { allergyState } from './allergies.ts';

const allergy = (code: string, rest: Partial<AllergyIntolerance> = {}): AllergyIntolerance => ({
  resourceType: 'AllergyIntolerance',
  patient: { reference: 'Patient/p' },
  code: { coding: [{ system: 'http://snomed.info/sct', code }] },
  ...rest,
});

const noKnown = allergy('716186003');

test('silence is not the absence of allergies', () => {
  expect(allergyState([])).toEqual({ kind: 'not-recorded' });
  expect(allergyState([noKnown])).toEqual({ kind: 'none-known' });
});

test('a known allergy outweighs an older "none known"; the dangerous one comes first', () => {
  const mild = allergy('1', { criticality: 'low' });
  const grave = allergy('2', { criticality: 'high' });
  expect(allergyState([noKnown, mild, grave])).toEqual({ kind: 'known', allergies: [grave, mild] });
});

test('what was refuted, entered in error or has passed is no allergy, and says nothing about others', () => {
  const refuted = allergy('1', { verificationStatus: { coding: [{ code: 'refuted' }] } });
  const over = allergy('1', { clinicalStatus: { coding: [{ code: 'resolved' }] } });
  expect(allergyState([refuted, over])).toEqual({ kind: 'not-recorded' });
});
