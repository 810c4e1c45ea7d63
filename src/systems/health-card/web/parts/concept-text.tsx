import type { CodeableConcept } from '@medplum/fhirtypes';
import type { ReactElement } from 'react';
import { RecordText, useLocale } from '#platform/ui';
import { wordingOfConcept } from '#platform/wording';
import { cardMessages } from '../messages/card.ts';

type ConceptTextProps = {
  concept: CodeableConcept | undefined;
  /** Language of the resource the concept stands in. */
  language: string;
};

/** A coded term in the reader's language, or in its own with a mark. */
export function ConceptText({ concept, language }: ConceptTextProps): ReactElement {
  const { language: reader, t } = useLocale(cardMessages);
  const wording = wordingOfConcept(concept, language, reader);
  return wording ? <RecordText wording={wording} /> : <span className="soft">{t('unknown')}</span>;
}

/** Several terms, separated by commas. */
export function ConceptList({
  concepts,
  language,
}: {
  concepts: readonly CodeableConcept[];
  language: string;
}): ReactElement {
  return (
    <>
      {concepts.map((concept, index) => (
        // The order of terms in a record is fixed, and the same term may stand twice.
        <span key={index}>
          {index > 0 && ', '}
          <ConceptText concept={concept} language={language} />
        </span>
      ))}
    </>
  );
}
