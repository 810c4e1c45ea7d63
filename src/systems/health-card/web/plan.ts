import type { Immunization, Patient } from '@medplum/fhirtypes';
import { bakuToday } from '#platform/i18n';
import { type PlannedDose, planVaccinations } from '../domain/immunisation-calendar.ts';
import { vaccineOfCoding } from '../domain/immunisation-data.ts';
import { deathOf, finOf } from '../domain/person.ts';

/**
 * The person's doses by the national calendar; `undefined` where it does not apply: to the dead, to those without a
 * full date of birth, and to people of other countries, whose calendars are others.
 */
export function planFor(patient: Patient, doses: readonly Immunization[]): readonly PlannedDose[] | undefined {
  const { birthDate } = patient;
  if (birthDate?.length !== 10 || deathOf(patient) !== undefined || finOf(patient) === undefined) return undefined;
  const given = doses.filter(({ status }) => status === 'completed').flatMap(toGivenDose);
  return planVaccinations({ birthDate, given, today: bakuToday(Date.now()) });
}

function toGivenDose({ vaccineCode, occurrenceDateTime }: Immunization): { vaccine: string; date: string }[] {
  const vaccine = (vaccineCode.coding ?? []).map(vaccineOfCoding).find((one) => one !== undefined);
  // A dose known only by month or year cannot be counted against intervals of days.
  if (vaccine === undefined || occurrenceDateTime === undefined || occurrenceDateTime.length < 10) return [];
  return [{ vaccine: vaccine.code, date: occurrenceDateTime }];
}
