import type { Day } from '#platform/days';
import { consultingMinute, workday } from '../moments.ts';
import { type AcuteCondition, acuteConditions } from '../world-data.ts';
import { addCondition, diseaseConcept } from './conditions.ts';
import { addVisit, type EncounterType } from './encounters.ts';
import { ageOn, type History, since } from './history.ts';
import { writeHospitalStay } from './hospital.ts';
import { addMeasurement } from './measurements.ts';
import { addPrescription } from './medicines.ts';

const yearsOfIllnesses = 3;

/** Visits a year by age. */
const ratePerYear = (age: number): number => (age < 6 ? 2.2 : age < 18 ? 1.1 : age < 60 ? 0.75 : 1.1);

const feverish = /^(?:J0|J1|J2|H66|A0|B01|U07|R50|N10)/;
const injuries = /^(?:S|T)/;
const mayNeedHospital = new Map([
  ['J18.9', 0.6],
  ['K35.8', 1],
  ['N10', 0.5],
  ['S82.6', 0.5],
  ['S06.0', 0.3],
  ['N23', 0.2],
  ['U07.1', 0.1],
]);

type Remedy = { readonly adult: string; readonly child: string };

const remedies: readonly (readonly [pattern: RegExp, remedy: Remedy])[] = [
  [/^(?:J02|J03|J18|H66|J01|L03)/, { adult: 'amoksisillin', child: 'amoksisillin-suspenziya' }],
  [/^J20/, { adult: 'ambroksol', child: 'ambroksol' }],
  [/^(?:J0|J1|U07|R50|B01|R51)/, { adult: 'paracetamol', child: 'paracetamol-serum' }],
  [/^A0/, { adult: 'ors', child: 'ors' }],
  [/^N30/, { adult: 'fosfomisin', child: 'fosfomisin' }],
  [/^(?:N39|N10)/, { adult: 'nitrofurantoin', child: 'amoksisillin-suspenziya' }],
  [/^(?:M|S|N94|G43)/, { adult: 'ibuprofen', child: 'ibuprofen-serum' }],
  [/^(?:K29|R10)/, { adult: 'omeprazol', child: 'ors' }],
  [/^(?:L5|L23|J30|T78|T63)/, { adult: 'setirizin', child: 'setirizin' }],
];

/** Passing illnesses and injuries of the last years. */
export function writeAcuteIllnesses(history: History): void {
  const { random } = history;
  let day = since(history, yearsOfIllnesses);
  for (;;) {
    const rate = ratePerYear(ageOn(history, day));
    day += Math.max(12, Math.round((-Math.log(1 - random.next()) / rate) * 365.25));
    if (day >= history.end - 1) return;
    writeIllness(history, day);
  }
}

function writeIllness(history: History, day: Day): void {
  const { person, random } = history;
  const age = ageOn(history, day);
  const isNewborn = day - person.birth < 28;
  const possible = acuteConditions.filter(
    (illness) => isPossible(illness, age, isNewborn) && (illness.sex ?? person.sex) === person.sex,
  );
  const { code } = random.weighted(possible, (illness) => illness.weight);
  if (random.chance(mayNeedHospital.get(code) ?? 0)) {
    writeHospitalStay(history, { code, day });
    return;
  }
  writeVisit(history, code, day);
}

const isPossible = ({ ages: [from, to] }: AcuteCondition, age: number, isNewborn: boolean): boolean =>
  to === 0 ? isNewborn : age >= from && age <= to;

function writeVisit(history: History, code: string, day: Day): void {
  const { random } = history;
  const injury = injuries.test(code);
  const visitDay = injury ? day : Math.min(workday(day), history.end - 1);
  const type: EncounterType = injury ? 'emergency' : random.chance(0.06) ? 'homeVisit' : 'first';
  const visit = addVisit(history, {
    day: visitDay,
    minute: injury ? random.int(8 * 60, 22 * 60) : consultingMinute(random),
    type,
    class: injury ? 'emergency' : type === 'homeVisit' ? 'home' : 'ambulatory',
    staff: staffFor(history, injury, visitDay),
    reason: diseaseConcept(code),
  });
  const abatement = visitDay + random.int(4, injury ? 30 : 14);
  const isOver = abatement <= history.end && (history.person.death === undefined || abatement < history.end);
  const reason = addCondition(history, {
    code,
    onset: Math.max(history.person.birth, visitDay - (injury ? 0 : random.int(0, 3))),
    recorded: visitDay,
    chronic: false,
    visit,
    ...(isOver ? { abatement } : {}),
  });
  if (feverish.test(code)) addMeasurement(history, 'temperature', visit, 36.8 + random.next() * 2.4);
  const key = remedyFor(code, ageOn(history, visitDay));
  if (key !== undefined && random.chance(0.6)) {
    const status = isOver || history.person.death !== undefined ? 'completed' : 'active';
    addPrescription(history, { key, visit, reason, status, chronic: false, days: 7 });
  }
}

function staffFor(history: History, injury: boolean, day: Day) {
  const { person, random, registry } = history;
  if (injury) return random.pick(registry.findStaff('emergency', person.facility));
  return ageOn(history, day) < 18 ? random.pick(registry.findStaff('pediatrics', person.facility)) : person.doctor;
}

function remedyFor(code: string, age: number): string | undefined {
  const remedy = remedies.find(([pattern]) => pattern.test(code))?.[1];
  return remedy === undefined || age < 1 ? undefined : age < 12 ? remedy.child : remedy.adult;
}
