export {
  type DoseState,
  dueVaccines,
  type GivenDose,
  type PlannedDose,
  planVaccinations,
} from './domain/immunisation-calendar.ts';
export {
  type CalendarVersion,
  calendarVersions,
  type Disease,
  findVaccine,
  targetDiseases,
  type Vaccine,
  vaccineOfCoding,
  vaccineSystem,
  vaccines,
} from './domain/immunisation-data.ts';
