import type { Condition, Observation } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import { bloodGroup, pregnancy } from './emergency-summary.ts';

const observation = (
  code: string,
  effectiveDateTime: string,
  valueCodeableConcept: Observation['valueCodeableConcept'],
): Observation => ({
  resourceType: 'Observation',
  status: 'final',
  language: 'az',
  code: { coding: [{ system: 'http://loinc.org', code }] },
  effectiveDateTime,
  ...(valueCodeableConcept ? { valueCodeableConcept } : {}),
});

const snomed = (code: string) => ({ coding: [{ system: 'http://snomed.info/sct', code }] });
const now = Date.parse('2026-11-23');

test('the newest blood group counts; the two halves serve where there is no whole', () => {
  const whole = [
    observation('882-1', '2001', { text: 'A (II) Rh+' }),
    observation('882-1', '2019', { text: 'B (III) Rh+' }),
  ];
  expect(bloodGroup(whole).map(({ concept }) => concept.text)).toEqual(['B (III) Rh+']);
  const halves = [observation('10331-7', '2001', { text: 'Rh+' }), observation('883-9', '2001', { text: 'A' })];
  expect(bloodGroup(halves).map(({ concept }) => concept.text)).toEqual(['A', 'Rh+']);
  expect(bloodGroup([])).toEqual([]);
});

test('a blood group entered in error is not shown', () => {
  expect(bloodGroup([{ ...observation('882-1', '2019', { text: 'A' }), status: 'entered-in-error' }])).toEqual([]);
});

test.each([
  ['77386006', '2026-06-01', 'pregnant'],
  ['77386006', '2025-06-01', 'not-recorded'],
  ['60001007', '2026-11-10', 'not-pregnant'],
  ['60001007', '2026-06-01', 'not-recorded'],
] as const)('the answer %s of %s now means %s', (code, date, state) => {
  expect(pregnancy([observation('82810-3', date, snomed(code))], [], now).state).toBe(state);
});

const condition = (code: Condition['code'], onsetDateTime: string, status = 'active'): Condition => ({
  resourceType: 'Condition',
  subject: {},
  clinicalStatus: { coding: [{ code: status }] },
  onsetDateTime,
  ...(code ? { code } : {}),
});

const icd10 = (code: string) => ({ coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code }] });

test.each([
  [icd10('Z34.0'), '2026-08-01', 'active', 'pregnant'],
  [icd10('O24.4'), '2026-08-01', 'active', 'pregnant'],
  [icd10('O96'), '2026-08-01', 'active', 'not-recorded'],
  [snomed('72892002'), '2026-08-01', 'active', 'pregnant'],
  [snomed('72892002'), '2026-08-01', 'resolved', 'not-recorded'],
  [snomed('72892002'), '2020-08-01', 'active', 'not-recorded'],
  [icd10('E11'), '2026-08-01', 'active', 'not-recorded'],
])('the problem %j since %s (%s) means %s', (code, onset, status, state) => {
  expect(pregnancy([], [condition(code, onset, status)], now).state).toBe(state);
});
