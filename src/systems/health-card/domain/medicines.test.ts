import type { MedicationRequest, MedicationStatement } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import { distinctMedicines, toMedicine, toMedicineList } from './medicines.ts';

const request = (rest: Partial<MedicationRequest>): MedicationRequest => ({
  resourceType: 'MedicationRequest',
  id: 'r',
  status: 'active',
  intent: 'order',
  subject: { reference: 'Patient/p' },
  medicationCodeableConcept: { text: 'Metformin' },
  ...rest,
});

const statement: MedicationStatement = {
  resourceType: 'MedicationStatement',
  id: 's',
  status: 'completed',
  subject: { reference: 'Patient/p' },
  medicationCodeableConcept: { text: 'Aspirin' },
  effectivePeriod: { start: '2020-01-01', end: '2020-02-01' },
};

test('reads an order and a statement alike', () => {
  const ordered = toMedicine(request({ authoredOn: '2026-01-01', dosageInstruction: [{ text: '2 dəfə' }] }), []);
  expect(ordered).toMatchObject({ since: '2026-01-01', dosage: [{ text: '2 dəfə' }], concept: { text: 'Metformin' } });
  expect(toMedicine(statement, [])).toMatchObject({ since: '2020-01-01', until: '2020-02-01', status: 'completed' });
});

test.each([
  [
    'contained',
    {
      contained: [{ resourceType: 'Medication', id: 'm', code: { text: 'İnsulin' } }],
      medicationReference: { reference: '#m' },
    },
  ],
  ['that came along', { medicationReference: { reference: 'Medication/m' } }],
] as const)('finds a medicine %s', (_, rest) => {
  const { medicationCodeableConcept, ...bare } = request(structuredClone(rest) as Partial<MedicationRequest>); // literal is readonly
  expect(medicationCodeableConcept).toBeDefined();
  const medicine = toMedicine(bare, [{ resourceType: 'Medication', id: 'm', code: { text: 'İnsulin' } }]);
  expect(medicine.concept?.text).toBe('İnsulin');
});

test.each([
  ['active', 'current'],
  ['on-hold', 'current'],
  ['stopped', 'past'],
  ['completed', 'past'],
  ['cancelled', 'past'],
] as const)('%s is %s', (status, list) => {
  expect(toMedicineList([toMedicine(request({ status }), [])])[list]).toHaveLength(1);
});

test('drafts and errors are no medicines', () => {
  const medicines = (['draft', 'entered-in-error'] as const).map((status) => toMedicine(request({ status }), []));
  expect(toMedicineList(medicines)).toEqual({ current: [], past: [] });
});

test('a renewed medicine is one line, the newest', () => {
  const renewed = [request({ id: 'new', authoredOn: '2026' }), request({ id: 'old', authoredOn: '2020' })];
  const { current } = toMedicineList(renewed.map((record) => toMedicine(record, [])));
  expect(distinctMedicines(current).map(({ id }) => id)).toEqual(['new']);
});
