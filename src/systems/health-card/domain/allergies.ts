import type { AllergyIntolerance } from '@medplum/fhirtypes';
import { codeIn } from '#platform/wording';
import { codeSystems } from './problems.ts';

/** SNOMED CT concepts that say there is no allergy (716186003) or none of a group; they are answers, not allergies. */
const noneKnown = new Set(['716186003', '409137002', '428607008', '428197003', '429625007', '716184000']);

/**
 * What the record says of allergies. "Nobody asked" must never look like "none": the three are different answers.
 */
export type AllergyState =
  | { readonly kind: 'known'; readonly allergies: readonly AllergyIntolerance[] }
  | { readonly kind: 'none-known' }
  | { readonly kind: 'not-recorded' };

export function allergyState(entries: readonly AllergyIntolerance[]): AllergyState {
  const standing = entries.filter((entry) => !isWithdrawn(entry));
  const allergies = standing
    .filter((entry) => !saysNone(entry) && !isOver(entry))
    .toSorted((a, b) => severity(b) - severity(a));
  if (allergies.length > 0) return { kind: 'known', allergies };
  return standing.some(saysNone) ? { kind: 'none-known' } : { kind: 'not-recorded' };
}

const saysNone = (entry: AllergyIntolerance): boolean => noneKnown.has(codeIn(entry.code, codeSystems.snomed) ?? '');

const isWithdrawn = ({ verificationStatus }: AllergyIntolerance): boolean =>
  ['refuted', 'entered-in-error'].includes(verificationStatus?.coding?.[0]?.code ?? '');

const isOver = ({ clinicalStatus }: AllergyIntolerance): boolean =>
  ['inactive', 'resolved'].includes(clinicalStatus?.coding?.[0]?.code ?? '');

const severity = ({ criticality }: AllergyIntolerance): number =>
  ['low', 'unable-to-assess', 'high'].indexOf(criticality ?? '');
