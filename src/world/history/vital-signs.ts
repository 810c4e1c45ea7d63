import { codeSystems, concept } from '../codes.ts';
import type { Visit } from './encounters.ts';
import { ageOn, type History, hasIllness } from './history.ts';
import { addMeasurement, interpret, observationFrame, traitOf } from './measurements.ts';

const pressure = concept(codeSystems.loinc, '85354-9', {
  az: 'Arterial təzyiq',
  ru: 'Артериальное давление',
  en: 'Blood pressure',
});
const systolic = concept(codeSystems.loinc, '8480-6', {
  az: 'Sistolik təzyiq',
  ru: 'Систолическое давление',
  en: 'Systolic blood pressure',
});
const diastolic = concept(codeSystems.loinc, '8462-4', {
  az: 'Diastolik təzyiq',
  ru: 'Диастолическое давление',
  en: 'Diastolic blood pressure',
});

const systolicRange = { low: 90, high: 139 };
const diastolicRange = { low: 60, high: 89 };

const millimetres = (value: number): { value: number; unit: string; system: string; code: string } => ({
  value,
  unit: 'mm c.süt.',
  system: codeSystems.ucum,
  code: 'mm[Hg]',
});

const rangeOf = ({ low, high }: { readonly low: number; readonly high: number }): { low: object; high: object }[] => [
  { low: millimetres(low), high: millimetres(high) },
];

const systolicReference = rangeOf(systolicRange);
const diastolicReference = rangeOf(diastolicRange);

/** Blood pressure by age, higher under hypertension and less so when it is treated. */
export function addBloodPressure(history: History, visit: Visit): void {
  const age = ageOn(history, visit.day);
  const illness = history.illnesses.find(({ code, onset }) => code === 'I10' && onset <= visit.day);
  const isNew = illness !== undefined && visit.day - illness.onset < 120;
  const burden = illness === undefined ? 0 : isNew ? 1 : 0.45;
  const { random } = history;
  const healthy = age < 18 ? 88 + age * 1.7 : 112 + (age - 18) * 0.22;
  const high = clamp(healthy + traitOf(history, 'systolic') * 6 + burden * 34 + random.normal(0, 4), 70, 225);
  const low = clamp(
    high * 0.62 + traitOf(history, 'diastolic') * 3 + random.normal(0, 2),
    40,
    Math.min(130, high - 18),
  );
  history.resources.push({
    resourceType: 'Observation',
    ...observationFrame(history, visit, 'vital-signs'),
    code: pressure,
    component: [
      component(systolic, high, systolicRange, systolicReference, age),
      component(diastolic, low, diastolicRange, diastolicReference, age),
    ],
  });
}

const clamp = (value: number, low: number, high: number): number => Math.round(Math.max(low, Math.min(high, value)));

const adultFromYears = 16;

function component(
  code: typeof systolic,
  value: number,
  range: typeof systolicRange,
  referenceRange: typeof systolicReference,
  age: number,
) {
  const measured = { code, valueQuantity: millimetres(value) };
  return age < adultFromYears ? measured : { ...measured, interpretation: [interpret(value, range)], referenceRange };
}

/** Height, weight and body mass index; under 2 years the head instead of the index. */
export function addBodyMeasures(history: History, visit: Visit): void {
  const age = ageOn(history, visit.day);
  const height = heightAt(history, visit, age);
  const weight = addMeasurement(history, 'weight', visit, age >= 18 ? adultWeight(history, visit, height) : undefined);
  if (age < 2) addMeasurement(history, 'head', visit);
  else addMeasurement(history, 'bmi', visit, weight / (height / 100) ** 2);
}

/** A grown person is measured once. */
function heightAt(history: History, visit: Visit, age: number): number {
  if (age < 18) return addMeasurement(history, 'height', visit);
  if (!history.traits.has('measured')) addMeasurement(history, 'height', visit, adultHeight(history));
  history.traits.set('measured', 1);
  return Math.round(adultHeight(history));
}

const adultHeight = (history: History): number =>
  (history.person.sex === 'female' ? 161 : 174) + traitOf(history, 'height') * 6.5;

function adultWeight(history: History, visit: Visit, height: number): number {
  const age = ageOn(history, visit.day);
  const heavy = hasIllness(history, 'E66.9') ? 8 : hasIllness(history, 'E11.9') ? 3.5 : 0;
  const youth = Math.min(age, 60) * 0.06;
  const index = 21.5 + youth + heavy + Math.abs(traitOf(history, 'bmi')) * 1.6 + history.random.normal(0, 0.4);
  return index * (height / 100) ** 2;
}
