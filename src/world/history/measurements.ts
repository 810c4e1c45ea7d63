import type { CodeableConcept, Observation, ObservationReferenceRange } from '@medplum/fhirtypes';
import type { Day } from '#platform/days';
import { codeSystems, concept, plainConcept } from '../codes.ts';
import { type ObservationKind, observationKinds, panels, type ReferenceRange } from '../world-data.ts';
import type { Visit } from './encounters.ts';
import { grownMeasure } from './growth.ts';
import { ageOn, type History } from './history.ts';

const kinds = new Map(observationKinds.map((kind) => [kind.key, kind]));
const kindConcepts = new Map(observationKinds.map((kind) => [kind.key, concept(codeSystems.loinc, kind.loinc, kind)]));

const categorySystem = 'http://terminology.hl7.org/CodeSystem/observation-category';
const categories = new Map(
  ['vital-signs', 'laboratory', 'exam', 'social-history'].map((code) => [code, [plainConcept(categorySystem, code)]]),
);

const interpretationSystem = 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation';
const interpretations = {
  N: concept(interpretationSystem, 'N', { az: 'Norma', ru: 'Норма', en: 'Normal' }),
  L: concept(interpretationSystem, 'L', { az: 'Aşağı', ru: 'Понижено', en: 'Low' }),
  H: concept(interpretationSystem, 'H', { az: 'Yüksək', ru: 'Повышено', en: 'High' }),
} as const;

/** What every observation of a visit has in common. */
export const observationFrame = (history: History, visit: Visit, category: string): ObservationFrame => ({
  id: history.nextId('o'),
  status: 'final',
  category: categories.get(category) ?? [],
  subject: history.subject,
  encounter: visit.reference,
  effectiveDateTime: visit.start,
  performer: [visit.staff.reference],
});

type ObservationFrame = Pick<
  Observation,
  'status' | 'category' | 'subject' | 'encounter' | 'effectiveDateTime' | 'performer'
> & { id: string };

/** Measures something at a visit and adds it to the record; the value is drawn unless it is given. */
export function addMeasurement(history: History, key: string, visit: Visit, given?: number): number {
  const kind = kindOf(key);
  const value = round(given ?? drawValue(history, kind, visit.day), kind.decimals);
  const range = rangeFor(kind, history, visit.day);
  const code = kindConcepts.get(key);
  if (code === undefined) throw new TypeError(`No concept for ${key}`);
  history.resources.push({
    resourceType: 'Observation',
    ...observationFrame(history, visit, kind.category),
    code,
    valueQuantity: { value, unit: kind.unit, system: codeSystems.ucum, code: kind.ucum },
    ...(range === undefined
      ? {}
      : { interpretation: [interpret(value, range)], referenceRange: [rangeResource(kind, range)] }),
  });
  return value;
}

/** Every measurement of a panel. */
export function addPanel(history: History, panel: string, visit: Visit): void {
  for (const key of panels[panel] ?? []) addMeasurement(history, key, visit);
  if (panel === 'renal') addKidneyFunction(history, visit);
}

const micromolesPerMilligram = 88.4;

/** Creatinine, and the filtration rate it means by the CKD-EPI equation of 2021, which holds for adults. */
function addKidneyFunction(history: History, visit: Visit): void {
  const creatinine = addMeasurement(history, 'creatinine', visit) / micromolesPerMilligram;
  const age = ageOn(history, visit.day);
  if (age < 18) return;
  const female = history.person.sex === 'female';
  const ratio = creatinine / (female ? 0.7 : 0.9);
  const low = Math.min(ratio, 1) ** (female ? -0.241 : -0.302);
  const high = Math.max(ratio, 1) ** -1.2;
  addMeasurement(history, 'egfr', visit, Math.min(130, 142 * low * high * 0.9938 ** age * (female ? 1.012 : 1)));
}

function kindOf(key: string): ObservationKind {
  const kind = kinds.get(key);
  if (kind === undefined) throw new TypeError(`The seed country measures no ${key}`);
  return kind;
}

function round(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  return Math.round(value * factor) / factor;
}

/** A person's steady difference from the mean, in deviations; drawn once. */
export function traitOf(history: History, key: string): number {
  const known = history.traits.get(key);
  if (known !== undefined) return known;
  const drawn = Math.max(-2, Math.min(2, history.random.normal(0, 1)));
  history.traits.set(key, drawn);
  return drawn;
}

const daysToTreat = 120;

function drawValue(history: History, kind: ObservationKind, day: Day): number {
  const grown = grownMeasure(kind.key, history, day, traitOf(history, kind.key));
  const trait = traitOf(history, kind.key);
  const noise = history.random.normal(0, 0.4);
  const mean = history.person.sex === 'female' ? (kind.meanFemale ?? kind.mean) : kind.mean;
  const spread = kind.deviation * (trait * 0.75 + noise);
  const value = grown ?? (meanUnderIllness(history, kind, day) ?? mean) + spread;
  return Math.min(kind.max, Math.max(kind.min, value));
}

/** The mean a disease brings, in the first months untreated; of several diseases the one farthest from health counts. */
function meanUnderIllness(history: History, kind: ObservationKind, day: Day): number | undefined {
  let found: number | undefined;
  for (const { code, onset } of history.illnesses) {
    const under = kind.under?.[code];
    if (under === undefined || onset > day) continue;
    const mean = under[day - onset < daysToTreat ? 0 : 1];
    if (found === undefined || Math.abs(mean - kind.mean) > Math.abs(found - kind.mean)) found = mean;
  }
  return found;
}

function rangeFor(kind: ObservationKind, history: History, day: Day): ReferenceRange | undefined {
  const age = ageOn(history, day);
  return kind.ranges.find(
    (range) =>
      (range.sex === undefined || range.sex === history.person.sex) &&
      (range.fromYears === undefined || age >= range.fromYears) &&
      (range.toYears === undefined || age <= range.toYears),
  );
}

export function interpret(
  value: number,
  { low, high }: { readonly low?: number; readonly high?: number },
): CodeableConcept {
  if (low !== undefined && value < low) return interpretations.L;
  return high !== undefined && value > high ? interpretations.H : interpretations.N;
}

const rangeResources = new Map<ReferenceRange, ObservationReferenceRange>();

function rangeResource(kind: ObservationKind, range: ReferenceRange): ObservationReferenceRange {
  const known = rangeResources.get(range);
  if (known !== undefined) return known;
  const quantity = (value: number): object => ({ value, unit: kind.unit, system: codeSystems.ucum, code: kind.ucum });
  const made: ObservationReferenceRange = {
    ...(range.low === undefined ? {} : { low: quantity(range.low) }),
    ...(range.high === undefined ? {} : { high: quantity(range.high) }),
  };
  rangeResources.set(range, made);
  return made;
}
