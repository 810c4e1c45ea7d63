import { addMonths, dayOf, toCalendarDate } from '#platform/days';
import { codeSystems, concept } from '../codes.ts';
import { consultingMinute, workday } from '../moments.ts';
import { diseaseConcept } from './conditions.ts';
import { addDocument } from './documents.ts';
import { addVisit, type Visit } from './encounters.ts';
import { ageOn, type History, since } from './history.ts';
import { addMeasurement, observationFrame } from './measurements.ts';
import { addBloodPressure, addBodyMeasures } from './vital-signs.ts';

const childMonths = [1, 2, 3, 4, 6, 9, 12, 18, 24, 36, 48, 60, 72, 84, 96, 108, 120, 132, 144, 156, 168, 180, 192, 204];
const yearsOfChildVisits = 5;

/** A child's visits by age, with growth. */
export function writeChildCheckups(history: History): void {
  const { person, random, registry } = history;
  const from = since(history, yearsOfChildVisits);
  for (const months of childMonths) {
    const day = workday(addMonths(person.birth, months) + random.int(0, 14));
    if (day < from || (months > 72 && random.chance(0.35))) continue;
    if (day >= history.end) return;
    const visit = addVisit(history, {
      day,
      minute: consultingMinute(random),
      type: 'preventive',
      class: 'ambulatory',
      staff: random.pick(registry.findStaff('pediatrics', person.facility)),
      reason: diseaseConcept('Z00.1'),
    });
    addBodyMeasures(history, visit);
    if (months === 12 || (months >= 36 && random.chance(0.2))) addMeasurement(history, 'hemoglobin', visit);
    if (months >= 120 && random.chance(0.4)) addBloodPressure(history, visit);
    if (months === 72) addSchoolRecord(history, visit);
  }
}

function addSchoolRecord(history: History, visit: Visit): void {
  addDocument(history, {
    kind: 'child',
    day: visit.day,
    staff: visit.staff,
    visit,
    body: ['Müayinə edilib, fiziki inkişafı yaşına uyğundur.', 'Məktəbə qəbul üçün əks-göstəriş yoxdur.'],
  });
}

const yearsOfAdultCheckups = 3;

/** The yearly check-up of adults, held from February to May. */
export function writeAdultCheckups(history: History): void {
  const { person, random } = history;
  const last = toCalendarDate(history.end).year;
  for (let year = last - yearsOfAdultCheckups; year <= last; year += 1) {
    const day = workday(dayOf(year, 2, 15) + random.int(0, 86));
    if (!random.chance(0.34) || day >= history.end || ageOn(history, day) < 18) continue;
    const visit = addVisit(history, {
      day,
      minute: consultingMinute(random),
      type: 'preventive',
      class: 'ambulatory',
      staff: person.doctor,
      reason: diseaseConcept('Z00.0'),
    });
    addBloodPressure(history, visit);
    addBodyMeasures(history, visit);
    for (const key of ['glucose', 'cholesterol', 'hemoglobin']) addMeasurement(history, key, visit);
    writeBackground(history, visit);
    writeCertificate(history, visit);
  }
}

function writeCertificate(history: History, visit: Visit): void {
  const { random } = history;
  const age = ageOn(history, visit.day);
  if (age > 45 || !random.chance(0.14)) return;
  const isDriver = random.chance(0.35);
  addDocument(history, {
    kind: isDriver ? 'driver' : 'health',
    day: visit.day,
    staff: visit.staff,
    visit,
    body: isDriver
      ? [
          'Müayinələr: terapevt, nevroloq, oftalmoloq, LOR, cərrah.',
          'Nəqliyyat vasitəsini idarə etməyə əks-göstəriş aşkar edilməyib.',
        ]
      : ['Müayinə edilib, praktik sağlamdır.', 'Arayış təhsil və ya iş yerinə təqdim olunmaq üçün verilib.'],
  });
}

const groups = [
  { code: 'O+', share: 26, az: 'O (I) Rh müsbət', ru: 'O (I) Rh положительный', en: 'O Rh positive' },
  { code: 'A+', share: 30, az: 'A (II) Rh müsbət', ru: 'A (II) Rh положительный', en: 'A Rh positive' },
  { code: 'B+', share: 22, az: 'B (III) Rh müsbət', ru: 'B (III) Rh положительный', en: 'B Rh positive' },
  { code: 'AB+', share: 9, az: 'AB (IV) Rh müsbət', ru: 'AB (IV) Rh положительный', en: 'AB Rh positive' },
  { code: 'O-', share: 4, az: 'O (I) Rh mənfi', ru: 'O (I) Rh отрицательный', en: 'O Rh negative' },
  { code: 'A-', share: 5, az: 'A (II) Rh mənfi', ru: 'A (II) Rh отрицательный', en: 'A Rh negative' },
  { code: 'B-', share: 3, az: 'B (III) Rh mənfi', ru: 'B (III) Rh отрицательный', en: 'B Rh negative' },
  { code: 'AB-', share: 1, az: 'AB (IV) Rh mənfi', ru: 'AB (IV) Rh отрицательный', en: 'AB Rh negative' },
].map((group) => ({ share: group.share, concept: concept(codeSystems.bloodGroup, group.code, group) }));

const bloodGroup = concept(codeSystems.loinc, '882-1', {
  az: 'Qan qrupu və Rh',
  ru: 'Группа крови и резус',
  en: 'Blood group and Rh',
});
const smoking = concept(codeSystems.loinc, '72166-2', {
  az: 'Siqaret çəkmə',
  ru: 'Курение',
  en: 'Tobacco smoking status',
});
const smokingAnswers = [
  { code: 'LA18978-9', az: 'Heç vaxt çəkməyib', ru: 'Никогда не курил(а)', en: 'Never smoked' },
  { code: 'LA15920-4', az: 'Əvvəllər çəkib', ru: 'Курил(а) раньше', en: 'Former smoker' },
  { code: 'LA18976-3', az: 'Hər gün çəkir', ru: 'Курит ежедневно', en: 'Smokes every day' },
].map((answer) => concept(codeSystems.loinc, answer.code, answer));

/** Blood group and smoking, asked once: at the first visit that asks. */
function writeBackground(history: History, visit: Visit): void {
  const { person, random } = history;
  if (history.traits.has('background')) return;
  history.traits.set('background', 1);
  writeBloodGroup(history, visit);
  const habits = person.sex === 'male' ? [0.45, 0.17, 0.38] : [0.93, 0.03, 0.04];
  const answer = random.weighted([0, 1, 2], (index) => habits[index] ?? 0);
  const value = smokingAnswers[answer];
  if (value === undefined) return;
  history.resources.push({
    resourceType: 'Observation',
    ...observationFrame(history, visit, 'social-history'),
    code: smoking,
    valueCodeableConcept: value,
  });
}

/** The blood group, found once and for life. */
export function writeBloodGroup(history: History, visit: Visit): void {
  if (history.traits.has('blood-group')) return;
  history.traits.set('blood-group', 1);
  const group = history.random.weighted(groups, ({ share }) => share);
  history.resources.push({
    resourceType: 'Observation',
    ...observationFrame(history, visit, 'laboratory'),
    code: bloodGroup,
    valueCodeableConcept: group.concept,
  });
}
