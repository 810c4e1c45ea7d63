import type { CodeableConcept, MedicationRequest, MedicationStatement } from '@medplum/fhirtypes';
import { type Day, toIsoDate } from '#platform/days';
import { codeSystems, plainConcept, translatedCoding } from '../codes.ts';
import { type Medicine, medicines } from '../world-data.ts';
import type { Visit } from './encounters.ts';
import type { History } from './history.ts';

const byKey = new Map(medicines.map((medicine) => [medicine.key, medicine]));

const concepts = new Map<string, CodeableConcept>(
  medicines.map((medicine) => [
    medicine.key,
    {
      coding: [translatedCoding(codeSystems.atc, medicine.atc, medicine)],
      text: `${medicine.az} ${medicine.strength}, ${medicine.form}`,
    },
  ]),
);

const courses = 'http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy';
const continuous = plainConcept(courses, 'continuous');
const acute = plainConcept(courses, 'acute');

function medicineOf(key: string): { medicine: Medicine; concept: CodeableConcept } {
  const medicine = byKey.get(key);
  const concept = concepts.get(key);
  if (medicine === undefined || concept === undefined) throw new TypeError(`The seed country has no medicine ${key}`);
  return { medicine, concept };
}

const dosages = new Map<string, MedicationRequest['dosageInstruction']>(
  medicines.map(({ key, dose, timesPerDay }) => [
    key,
    [{ text: dose, timing: { repeat: { frequency: timesPerDay, period: 1, periodUnit: 'd' } } }],
  ]),
);

export type PrescriptionRequest = {
  readonly key: string;
  readonly visit: Visit;
  readonly reason: { readonly reference: string };
  readonly status: 'active' | 'completed' | 'stopped';
  readonly chronic: boolean;
  readonly days: number;
};

/** Adds a prescription by international name to the record. */
export function addPrescription(history: History, request: PrescriptionRequest): void {
  const { visit } = request;
  const { concept } = medicineOf(request.key);
  const dosage = dosages.get(request.key);
  history.resources.push({
    resourceType: 'MedicationRequest',
    id: history.nextId('m'),
    status: request.status,
    intent: 'order',
    medicationCodeableConcept: concept,
    subject: history.subject,
    encounter: visit.reference,
    authoredOn: visit.start,
    requester: visit.staff.reference,
    reasonReference: [request.reason],
    courseOfTherapyType: request.chronic ? continuous : acute,
    ...(dosage === undefined ? {} : { dosageInstruction: dosage }),
    dispenseRequest: {
      validityPeriod: { start: toIsoDate(visit.day), end: toIsoDate(visit.day + (request.chronic ? 180 : 30)) },
      expectedSupplyDuration: { value: request.days, unit: 'gün', system: codeSystems.ucum, code: 'd' },
    },
  });
}

const selfChosen = ['paracetamol', 'kolekalsiferol', 'aspirin', 'omeprazol', 'ibuprofen'];

/** What somebody takes without a prescription, as told at a visit. */
export function addOwnMedicine(history: History, day: Day): void {
  const key = history.random.pick(selfChosen);
  const { medicine, concept } = medicineOf(key);
  const statement: MedicationStatement & { id: string } = {
    resourceType: 'MedicationStatement',
    id: history.nextId('s'),
    status: history.person.death === undefined ? 'active' : 'completed',
    medicationCodeableConcept: concept,
    subject: history.subject,
    effectivePeriod: {
      start: toIsoDate(day),
      ...(history.person.death === undefined ? {} : { end: toIsoDate(history.person.death) }),
    },
    dateAsserted: toIsoDate(day),
    informationSource: history.subject,
    dosage: [{ text: medicine.dose }],
  };
  history.resources.push(statement);
}
