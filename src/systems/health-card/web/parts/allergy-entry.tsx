import type { AllergyIntolerance } from '@medplum/fhirtypes';
import type { ReactElement } from 'react';
import { Badge, useLocale } from '#platform/ui';
import { languageOf } from '#platform/wording';
import { codeKey, codeMessages } from '../messages/codes.ts';
import { ConceptText } from './concept-text.tsx';

/** An allergen, marked where it may kill. */
export function AllergyEntry({ allergy }: { allergy: AllergyIntolerance }): ReactElement {
  const { t } = useLocale(codeMessages);
  const risk = allergy.criticality === 'high' ? codeKey('criticality', 'high') : undefined;
  return (
    <>
      <ConceptText concept={allergy.code} language={languageOf(allergy)} />{' '}
      {risk && <Badge tone="danger">{t(risk)}</Badge>}
    </>
  );
}
