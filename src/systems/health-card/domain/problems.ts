import type { Condition } from '@medplum/fhirtypes';
import { codeIn, conceptKey } from '#platform/wording';
import { timeOf } from './results.ts';

/** Code systems of the problem list that people know by their codes. */
export const codeSystems = {
  /** XBT-10, the International Classification of Diseases, 10th revision. */
  icd10: 'http://hl7.org/fhir/sid/icd-10',
  snomed: 'http://snomed.info/sct',
  loinc: 'http://loinc.org',
} as const;

const activeStatuses = ['active', 'recurrence', 'relapse'];
const refutedStatuses = ['refuted', 'entered-in-error'];

const statusOf = (condition: Condition): string | undefined => condition.clinicalStatus?.coding?.[0]?.code;
const verificationOf = (condition: Condition): string | undefined => condition.verificationStatus?.coding?.[0]?.code;

/** Without a status a problem is taken as present unless it has an end: forgetting one is worse than showing one too many. */
export function isActive(condition: Condition): boolean {
  const status = statusOf(condition);
  return status === undefined ? !hasEnded(condition) : activeStatuses.includes(status);
}

const hasEnded = (condition: Condition): boolean =>
  [
    condition.abatementDateTime,
    condition.abatementPeriod,
    condition.abatementAge,
    condition.abatementString,
    condition.abatementRange,
  ].some((end) => end !== undefined);

/** Entered in error or ruled out: not part of the problem list. */
export const isRefuted = (condition: Condition): boolean => refutedStatuses.includes(verificationOf(condition) ?? '');

export function onsetOf(condition: Condition): string | undefined {
  return condition.onsetDateTime ?? condition.onsetPeriod?.start ?? condition.recordedDate;
}

export function endOf(condition: Condition): string | undefined {
  return condition.abatementDateTime ?? condition.abatementPeriod?.end ?? condition.abatementPeriod?.start;
}

export const icd10Of = (condition: Condition): string | undefined => codeIn(condition.code, codeSystems.icd10);

export type ProblemList = { readonly active: readonly Condition[]; readonly past: readonly Condition[] };

/** Present and past problems, newest first, without what was ruled out. */
export function toProblemList(conditions: readonly Condition[]): ProblemList {
  const standing = conditions
    .filter((condition) => !isRefuted(condition))
    .toSorted((a, b) => timeOf(onsetOf(b)) - timeOf(onsetOf(a)));
  return { active: standing.filter(isActive), past: standing.filter((condition) => !isActive(condition)) };
}

/** One line per problem, however often it was recorded: the first onset stays. */
export function distinctProblems(conditions: readonly Condition[]): Condition[] {
  const byCode = new Map<string, Condition>();
  for (const condition of conditions) {
    const key = conceptKey(condition.code);
    const known = byCode.get(key);
    if (known === undefined || timeOf(onsetOf(condition)) < timeOf(onsetOf(known))) byCode.set(key, condition);
  }
  return [...byCode.values()];
}
