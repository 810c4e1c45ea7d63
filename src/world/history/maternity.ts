import { type Day, toIsoDate, yearsBetween } from '#platform/days';
import { codeSystems, concept } from '../codes.ts';
import { consultingMinute, workday } from '../moments.ts';
import type { StaffMember } from '../staff.ts';
import { writeBloodGroup } from './checkups.ts';
import { addCondition, diseaseConcept, diseaseName } from './conditions.ts';
import { addDischargeExtract } from './documents.ts';
import { addVisit } from './encounters.ts';
import { ageOn, type History, since } from './history.ts';
import { addProcedure } from './hospital.ts';
import { addMeasurement, observationFrame } from './measurements.ts';
import { addPrescription } from './medicines.ts';
import { addBloodPressure } from './vital-signs.ts';

const daysOfPregnancy = 280;
const yearsOfPregnancies = 8;
const visitWeeks = [10, 20, 30, 36];
const caesareanShare = 0.28;

/** The pregnancies of the last years, and the one going on. */
export function writePregnancies(history: History): void {
  if (history.person.sex !== 'female') return;
  for (const birth of history.person.births) {
    if (birth - daysOfPregnancy > since(history, yearsOfPregnancies) && birth < history.end)
      writePregnancy(history, birth, true);
  }
  const due = history.wishes.pregnantUntil ?? drawDueDate(history);
  if (due !== undefined) writePregnancy(history, due, false);
}

/** One in some thirty married women of the age expects a child. */
function drawDueDate(history: History): Day | undefined {
  const { person, random, end } = history;
  const draw = random.next();
  const days = random.int(20, 220);
  const age = ageOn(history, end);
  const lastBirth = person.births.at(-1) ?? 0;
  const mayExpect =
    person.married && person.spouse?.death === undefined && person.death === undefined && age >= 20 && age <= 38;
  if (!mayExpect || history.wishes.notPregnant === true || draw > 0.05 || end - lastBirth < 540) return undefined;
  return end + days;
}

function writePregnancy(history: History, birth: Day, delivered: boolean): void {
  const { random } = history;
  const start = birth - daysOfPregnancy;
  const found = workday(start + 60);
  if (found >= history.end) return;
  const doctor = antenatalDoctor(history);
  const reference = addCondition(history, {
    code: 'Z34.9',
    onset: start,
    recorded: found,
    chronic: true,
    ...(delivered ? { abatement: birth } : {}),
  });
  for (const week of visitWeeks) {
    const day = workday(start + week * 7 + random.int(-4, 4));
    if (day >= Math.min(birth, history.end)) break;
    writeAntenatalVisit(history, { day, week, due: birth, doctor, reference });
  }
  if (delivered) writeDelivery(history, birth);
}

const antenatalDoctor = (history: History): StaffMember =>
  history.random.pick(history.registry.findStaff('gynecology', history.person.facility));

type AntenatalRequest = {
  readonly day: Day;
  readonly week: number;
  readonly due: Day;
  readonly doctor: StaffMember;
  readonly reference: { readonly reference: string };
};

const dueDate = concept(codeSystems.loinc, '11778-8', {
  az: 'Ehtimal olunan doğuş tarixi',
  ru: 'Предполагаемая дата родов',
  en: 'Expected delivery date',
});

function writeAntenatalVisit(history: History, { day, week, due, doctor, reference }: AntenatalRequest): void {
  const { random } = history;
  const visit = addVisit(history, {
    day,
    minute: consultingMinute(random),
    type: 'antenatal',
    class: 'ambulatory',
    staff: doctor,
    reason: diseaseConcept('Z34.9'),
  });
  addMeasurement(history, 'gestation', visit, week);
  addBloodPressure(history, visit);
  const hemoglobin = addMeasurement(history, 'hemoglobin', visit, 124 - week * 0.35 + random.normal(0, 8));
  if (week === visitWeeks[0]) {
    writeBloodGroup(history, visit);
    history.resources.push({
      resourceType: 'Observation',
      ...observationFrame(history, visit, 'exam'),
      code: dueDate,
      valueDateTime: toIsoDate(due),
    });
    addPrescription(history, {
      key: 'folat',
      visit,
      reason: reference,
      status: week < 36 && due > history.end ? 'active' : 'completed',
      chronic: false,
      days: 90,
    });
  }
  if (hemoglobin < 105) {
    addPrescription(history, {
      key: 'demir-sulfat',
      visit,
      reason: reference,
      status: due > history.end ? 'active' : 'completed',
      chronic: false,
      days: 60,
    });
  }
}

/** The maternity ward near the mother: her district's, else its hospital's. */
function maternityDoctor(history: History): StaffMember {
  const near = history.registry.byDistrict.get(history.person.dwelling.district) ?? [];
  const wards = near.filter(({ type }) => type === 'dogum-evi');
  const hospitals =
    wards.length > 0 ? wards : near.filter(({ type }) => type === 'rmx' || type === 'seher-xestexanasi');
  return history.random.pick(history.registry.findStaff('gynecology', history.random.pick(hospitals)));
}

function writeDelivery(history: History, birth: Day): void {
  const { random } = history;
  const caesarean = random.chance(caesareanShare);
  const code = caesarean ? 'O82' : 'O80';
  const nights = Math.min(caesarean ? random.int(4, 6) : random.int(2, 4), history.end - birth);
  const visit = addVisit(history, {
    day: birth,
    minute: random.int(0, 20 * 60),
    type: 'delivery',
    class: 'inpatient',
    staff: maternityDoctor(history),
    reason: diseaseConcept(code),
    nights,
  });
  const reason = addCondition(history, {
    code,
    onset: birth,
    recorded: birth,
    chronic: false,
    visit,
    abatement: visit.lastDay,
  });
  addProcedure(history, caesarean ? 'caesarean' : 'delivery', visit, reason);
  addMeasurement(history, 'hemoglobin', visit, 112 + random.normal(0, 9));
  addDischargeExtract(history, visit, { diagnosis: `${code} ${diseaseName(code)}`, dies: false });
}

const yearsOfBirthRecords = 15;

/** The first days of a child: birth weight, Apgar score, sometimes jaundice. */
export function writeOwnBirth(history: History): void {
  const { person, random, end } = history;
  if (yearsBetween(person.birth, end) >= yearsOfBirthRecords) return;
  const visit = addVisit(history, {
    day: person.birth,
    minute: random.int(0, 20 * 60),
    type: 'newborn',
    class: 'inpatient',
    staff: neonatologist(history),
    reason: diseaseConcept('Z38.0'),
    nights: Math.min(random.int(2, 5), end - person.birth),
  });
  addMeasurement(history, 'birthweight', visit);
  addMeasurement(history, 'apgar', visit);
  if (end - person.birth > 20 && random.chance(0.12)) writeJaundice(history);
}

function writeJaundice(history: History): void {
  const { person, random } = history;
  const day = person.birth + random.int(3, 5);
  const visit = addVisit(history, {
    day,
    minute: consultingMinute(random),
    type: 'newborn',
    class: 'ambulatory',
    staff: random.pick(history.registry.findStaff('pediatrics', person.facility)),
    reason: diseaseConcept('P59.9'),
  });
  addMeasurement(history, 'bilirubin', visit, 150 + random.normal(0, 30));
  addCondition(history, {
    code: 'P59.9',
    onset: day,
    recorded: day,
    chronic: false,
    visit,
    abatement: day + random.int(7, 14),
  });
}

function neonatologist(history: History): StaffMember {
  const ward = maternityDoctor(history);
  const facility = history.registry.facilities.find(({ id }) => id === ward.facilityId) ?? history.person.facility;
  return history.random.pick(history.registry.findStaff('neonatology', facility));
}
