import type { CodeableConcept, Condition, Observation } from '@medplum/fhirtypes';
import { codeIn, languageOf } from '#platform/wording';
import { codeSystems, icd10Of, isActive, isRefuted } from './problems.ts';
import { timeOf } from './results.ts';

/** LOINC codes of what an ambulance asks for first. */
export const emergencyCodes = {
  aboAndRh: '882-1',
  abo: '883-9',
  rh: '10331-7',
  pregnancyStatus: '82810-3',
} as const;

/** A value with the language of the record that holds it. */
export type Finding = {
  readonly concept: CodeableConcept;
  readonly language: string;
  readonly date: string | undefined;
};

/** Group with Rh as one finding, or the two apart, as they were determined. Empty when nobody recorded it. */
export function bloodGroup(observations: readonly Observation[]): Finding[] {
  const whole = latest(observations, emergencyCodes.aboAndRh);
  if (whole !== undefined) return [whole];
  return [latest(observations, emergencyCodes.abo), latest(observations, emergencyCodes.rh)].filter(
    (one) => one !== undefined,
  );
}

export type Pregnancy = {
  readonly state: 'pregnant' | 'not-pregnant' | 'not-recorded';
  readonly date?: string | undefined;
};

const pregnantAnswer = '77386006';
const pregnancyProblems = new Set(['72892002', '77386006', '47200007']);
const monthMs = (365.25 / 12) * 24 * 60 * 60 * 1000;
const longestMonths = 10;

/**
 * The last answer that can still hold: "pregnant" for ten months, "not pregnant" for one. A pregnancy on the problem
 * list (XBT-10 chapter O, Z33 to Z36) counts as an answer. `nowMs` is the present in milliseconds since 1970.
 */
export function pregnancy(
  observations: readonly Observation[],
  conditions: readonly Condition[],
  nowMs: number,
): Pregnancy {
  const problem = conditions.find(
    (one) => isActive(one) && !isRefuted(one) && isPregnancy(one) && within(startOf(one), longestMonths, nowMs),
  );
  const answer = latest(observations, emergencyCodes.pregnancyStatus);
  const saysPregnant = answer !== undefined && codeIn(answer.concept, codeSystems.snomed) === pregnantAnswer;
  if (saysPregnant && within(answer.date, longestMonths, nowMs)) return { state: 'pregnant', date: answer.date };
  if (problem !== undefined) return { state: 'pregnant', date: startOf(problem) };
  if (answer !== undefined && !saysPregnant && within(answer.date, 1, nowMs))
    return { state: 'not-pregnant', date: answer.date };
  return { state: 'not-recorded' };
}

const startOf = (condition: Condition): string | undefined =>
  condition.onsetDateTime ?? condition.onsetPeriod?.start ?? condition.recordedDate;

function isPregnancy(condition: Condition): boolean {
  return (
    /^(?:O(?!9[4-9])|Z3[3-6])/.test(icd10Of(condition) ?? '') ||
    pregnancyProblems.has(codeIn(condition.code, codeSystems.snomed) ?? '')
  );
}

const within = (date: string | undefined, months: number, nowMs: number): boolean =>
  nowMs - timeOf(date) <= months * monthMs;

function latest(observations: readonly Observation[], code: string): Finding | undefined {
  const [newest] = observations
    .filter(
      (one) =>
        codeIn(one.code, codeSystems.loinc) === code && one.status !== 'entered-in-error' && one.status !== 'cancelled',
    )
    .map((one) => ({
      concept: one.valueCodeableConcept ?? wordsOf(one),
      language: languageOf(one),
      date: one.effectiveDateTime ?? one.issued,
    }))
    .toSorted((a, b) => timeOf(b.date) - timeOf(a.date));
  return newest?.concept && { ...newest, concept: newest.concept };
}

const wordsOf = ({ valueString }: Observation): CodeableConcept | undefined =>
  valueString === undefined ? undefined : { text: valueString };
