import type { AllergyIntolerance, Condition, Observation, Patient, Resource } from '@medplum/fhirtypes';
import type { LoaderFunctionArgs } from 'react-router';
import { resourceNotFound, type SearchPage } from '#platform/fhir-client';
import { emergencyCodes } from '../domain/emergency-summary.ts';
import { type Medicine, toMedicine } from '../domain/medicines.ts';
import { codeSystems } from '../domain/problems.ts';
import { useLoadedBy } from './loaded.ts';
import { record } from './record.ts';

const cardRouteId = 'health-card';

/** What every page of a card needs: the person and the emergency summary. */
export type CardData = {
  readonly patient: Patient;
  /** Organisations and practitioners that the person's record names. */
  readonly related: readonly Resource[];
  readonly allergies: readonly AllergyIntolerance[];
  readonly conditions: readonly Condition[];
  /** Medicines taken now. */
  readonly medicines: readonly Medicine[];
  /** Blood group and pregnancy. */
  readonly findings: readonly Observation[];
};

/** Six requests at once; the card is of no use before the emergency summary is whole. */
export async function loadCard({ params, request: { signal } }: LoaderFunctionArgs): Promise<CardData> {
  const id = params['patientId'] ?? '';
  const codes = Object.values(emergencyCodes).map((code) => `${codeSystems.loinc}|${code}`);
  const [person, allergies, conditions, requests, statements, findings] = await Promise.all([
    findPerson(id, signal),
    record.searchAll('AllergyIntolerance', { patient: id, _count: 100 }, 500, signal),
    record.searchAll('Condition', { patient: id, _sort: '-recorded-date', _count: 200 }, 1000, signal),
    record.searchAll(
      'MedicationRequest',
      { ...medicinesTaken(id), _include: 'MedicationRequest:medication' },
      500,
      signal,
    ),
    record.searchAll(
      'MedicationStatement',
      { ...medicinesTaken(id), _include: 'MedicationStatement:medication' },
      500,
      signal,
    ),
    record.searchAll('Observation', { patient: id, code: codes.join(','), _sort: '-date', _count: 20 }, 20, signal),
  ]);
  return {
    patient: person.patient,
    related: person.related,
    allergies: allergies.matches,
    conditions: conditions.matches,
    medicines: [requests, statements].flatMap(({ matches, included }) =>
      matches.map((one) => toMedicine(one, included)),
    ),
    findings: findings.matches,
  };
}

const medicinesTaken = (patient: string) => ({ patient, status: 'active,on-hold,intended', _count: 100 });

async function findPerson(
  id: string,
  signal: AbortSignal,
): Promise<{ patient: Patient; related: readonly Resource[] }> {
  const _include = ['Patient:general-practitioner', 'Patient:organization'];
  const page: SearchPage<Patient> = await record.search('Patient', { _id: id, _include }, signal);
  const [patient] = page.matches;
  if (patient) return { patient, related: page.included };
  // A search does not tell "deleted" from "never was"; reading does, by refusing.
  await record.read('Patient', id, signal);
  throw resourceNotFound('Patient');
}

export const useCard = (): CardData => useLoadedBy<typeof loadCard>(cardRouteId);
