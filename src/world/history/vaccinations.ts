import type { CodeableConcept, Immunization } from '@medplum/fhirtypes';
import { type Day, dayOf, toCalendarDate, toDay, toIsoDate, yearsBetween } from '#platform/days';
import {
  findVaccine,
  type GivenDose,
  type PlannedDose,
  planVaccinations,
  targetDiseases,
  vaccineSystem,
  vaccines,
} from '#systems/health-card';
import { codeSystems, concept, plainConcept, translatedCoding } from '../codes.ts';
import { workday } from '../moments.ts';
import { facilityLocationId } from '../registry.ts';
import type { StaffMember } from '../staff.ts';
import { ageOn, type History } from './history.ts';

const vaccineConcepts = new Map<string, CodeableConcept>(
  vaccines.map((vaccine) => [
    vaccine.code,
    {
      coding: [translatedCoding(vaccineSystem, vaccine.code, vaccine), { system: codeSystems.cvx, code: vaccine.cvx }],
    },
  ]),
);
const diseaseConcepts = new Map(
  targetDiseases.map((disease) => [disease.code, concept(codeSystems.disease, disease.code, disease)]),
);

const siteSystem = 'http://terminology.hl7.org/CodeSystem/v3-ActSite';
const routeSystem = 'http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration';
const sites = { arm: plainConcept(siteSystem, 'LA'), thigh: plainConcept(siteSystem, 'LT') };
const routes = {
  muscle: plainConcept(routeSystem, 'IM'),
  mouth: plainConcept(routeSystem, 'PO'),
  skin: plainConcept(routeSystem, 'IDINJ'),
};
const refused = concept(codeSystems.immunisationRefusal, 'valideyn-imtinasi', {
  az: 'Valideynin imtinası',
  ru: 'Отказ родителей',
  en: 'Refused by the parents',
});

/** The doses of the national calendar, mostly on time, some late, some refused, some missed. */
export function writeVaccinations(history: History): void {
  writeCalendarDoses(history);
  writeCampaignDoses(history);
}

function writeCalendarDoses(history: History): void {
  const { person, random, wishes } = history;
  const birthDate = toIsoDate(person.birth);
  const diligence = wishes.punctualVaccines === true ? 1 : random.next();
  const refuses = diligence < 0.02;
  const skipped = new Set<string>(wishes.missingSeries ?? []);
  const given: GivenDose[] = [];
  const done = new Set<string>();
  let from = person.birth;
  for (;;) {
    const open = planVaccinations({ birthDate, given, today: birthDate }).filter(
      (dose) => dose.state !== 'given' && !done.has(keyOf(dose)) && !skipped.has(dose.series),
    );
    const [next] = open;
    if (next === undefined) return;
    const asked = Math.max(from, toDay(next.dueDate)) + delay(history, diligence, next);
    const day = diligence === 1 || asked - person.birth < 28 ? asked : workday(asked);
    if (day >= history.end) return;
    for (const dose of open.filter(({ dueDate }) => toDay(dueDate) <= day)) {
      done.add(keyOf(dose));
      if (refuses || (diligence < 0.12 && random.chance(0.2))) {
        skipped.add(dose.series);
        if (refuses) addDose(history, dose.vaccine, { day, doseOf: () => dose.dose, refused: true });
        continue;
      }
      if (tooLate(dose, person.birth, day)) continue;
      const vaccine = vaccineOn(dose, birthDate, day);
      // One injection may serve two series.
      if (given.some((one) => one.vaccine === vaccine && toDay(one.date) === day)) continue;
      addDose(history, vaccine, { day, doseOf: (series) => 1 + countOf(series, given, person.birth), refused: false });
      given.push({ vaccine, date: toIsoDate(day) });
    }
    from = day;
  }
}

const keyOf = (dose: PlannedDose): string => `${dose.series}/${dose.dose}`;

/** The vaccine in use on the day it is given, not on the day of birth. */
function vaccineOn(dose: PlannedDose, birthDate: string, day: Day): string {
  const plan = planVaccinations({ birthDate, given: [], today: toIsoDate(day) });
  return plan.find((planned) => keyOf(planned) === keyOf(dose))?.vaccine ?? dose.vaccine;
}

function delay(history: History, diligence: number, dose: PlannedDose): number {
  const { random } = history;
  if (diligence === 1 || dose.series === 'hepb-birth') return 0;
  if (dose.series === 'bcg' || dose.series === 'polio-birth') return random.int(0, 3);
  return diligence < 0.14 ? random.int(20, 220) : random.int(0, 16);
}

const tooLate = (dose: PlannedDose, birth: Day, day: Day): boolean =>
  (dose.series === 'hepb-birth' || dose.series === 'polio-birth') && day - birth > 27;

type DoseRequest = {
  readonly day: Day;
  /** Number of the dose in a series the vaccine serves. */
  readonly doseOf: (series: string) => number;
  readonly refused: boolean;
};

const daysOfBirthDose = 28;

/** Oral polio vaccine in the first month is the dose at birth, which the series does not count. */
const seriesOn = (series: string, birth: Day, day: Day): string =>
  series === 'polio' && day - birth < daysOfBirthDose ? 'polio-birth' : series;

const countOf = (series: string, given: readonly GivenDose[], birth: Day): number =>
  given.filter(({ vaccine, date }) =>
    findVaccine(vaccine)?.series.some((one) => seriesOn(one, birth, toDay(date)) === series),
  ).length;

function addDose(history: History, code: string, { day, doseOf, refused: isRefused }: DoseRequest): void {
  const vaccine = findVaccine(code);
  const vaccineCode = vaccineConcepts.get(code);
  if (vaccine === undefined || vaccineCode === undefined) throw new TypeError(`The calendar has no vaccine ${code}`);
  const staff = vaccinator(history, day);
  const immunization: Immunization & { id: string } = {
    resourceType: 'Immunization',
    id: history.nextId('v'),
    status: isRefused ? 'not-done' : 'completed',
    ...(isRefused ? { statusReason: refused } : {}),
    vaccineCode,
    patient: history.subject,
    occurrenceDateTime: toIsoDate(day),
    primarySource: true,
    ...(isRefused ? {} : administration(history, code, day)),
    location: { reference: `Location/${facilityLocationId(staff.facilityId)}`, display: staff.facilityName },
    performer: [{ actor: staff.reference }],
    protocolApplied: vaccine.series
      .map((series) => seriesOn(series, history.person.birth, day))
      .map((series) => ({
        series,
        targetDisease: vaccine.targets.map((target) => diseaseConcepts.get(target) ?? {}),
        doseNumberPositiveInt: doseOf(series),
      })),
  };
  history.resources.push(immunization);
}

function administration(history: History, code: string, day: Day): Partial<Immunization> {
  const { year, month } = toCalendarDate(day);
  const isInfant = ageOn(history, day) < 2;
  const byMouth = code === 'opv';
  const intoSkin = code === 'bsj';
  return {
    lotNumber: `${code.slice(0, 3).toUpperCase()}${year % 100}${String(month).padStart(2, '0')}${history.person.number % 7}`,
    expirationDate: toIsoDate(dayOf(year + 2, month, 28)),
    ...(byMouth ? {} : { site: isInfant && !intoSkin ? sites.thigh : sites.arm }),
    route: byMouth ? routes.mouth : intoSkin ? routes.skin : routes.muscle,
    doseQuantity: byMouth
      ? { value: 2, unit: 'damcı', system: codeSystems.ucum, code: '[drp]' }
      : { value: intoSkin ? 0.05 : 0.5, unit: 'ml', system: codeSystems.ucum, code: 'mL' },
  };
}

function vaccinator(history: History, day: Day): StaffMember {
  const { person, registry, random } = history;
  if (day - person.birth < 5) {
    const near = registry.byDistrict.get(person.dwelling.district) ?? [];
    const ward =
      near.find(({ type }) => type === 'dogum-evi') ??
      near.find(({ type }) => type === 'rmx' || type === 'seher-xestexanasi');
    return random.pick(registry.findStaff('neonatology', ward ?? person.facility));
  }
  return random.pick(registry.findStaff('vaksinator', person.facility));
}

const covidFrom = dayOf(2021, 2, 1);
const covidTo = dayOf(2021, 12, 20);

/** COVID-19 in 2021 for adults of the time, influenza each autumn for some of the old. */
function writeCampaignDoses(history: History): void {
  const { person, random, end } = history;
  const day = workday(random.int(covidFrom, covidTo));
  if (random.chance(0.58) && yearsBetween(person.birth, day) >= 18 && day + 30 < end) {
    const code = random.chance(0.8) ? 'covid-19' : 'covid-19-mrna';
    addDose(history, code, { day, doseOf: () => 1, refused: false });
    addDose(history, code, { day: day + 28, doseOf: () => 2, refused: false });
    const booster = workday(day + random.int(190, 260));
    if (random.chance(0.4) && booster < end) addDose(history, code, { day: booster, doseOf: () => 3, refused: false });
  }
  const lastYear = toCalendarDate(end).year;
  for (let year = lastYear - 3; year <= lastYear; year += 1) {
    const autumn = workday(dayOf(year, 10, 5) + random.int(0, 40));
    if (random.chance(0.2) && autumn < end && ageOn(history, autumn) >= 60)
      addDose(history, 'qrip', { day: autumn, doseOf: () => 1, refused: false });
  }
}
