import type { ReactElement } from 'react';
import { RecordText, useLocale } from '#platform/ui';
import { untranslatedText } from '#platform/wording';
import type { Medicine } from '../../domain/medicines.ts';
import { cardMessages } from '../messages/card.ts';
import { ConceptText } from './concept-text.tsx';
import { DosageText } from './dosage-text.tsx';

/** A medicine by name, with the strength that only its own words may hold. */
export function MedicineName({
  medicine,
  withDosage = false,
}: {
  medicine: Medicine;
  withDosage?: boolean;
}): ReactElement {
  const { concept, label, language, dosage } = medicine;
  const { language: reader } = useLocale(cardMessages);
  const whole = untranslatedText(concept, language, reader);
  return (
    <>
      {concept || label === undefined ? (
        <ConceptText concept={concept} language={language} />
      ) : (
        <RecordText wording={{ text: label, language }} />
      )}
      {whole && (
        <span className="soft">
          {' '}
          (<RecordText wording={whole} />)
        </span>
      )}
      {withDosage && dosage.length > 0 && (
        <span className="soft small">
          {' · '}
          <DosageText dosage={dosage} language={language} />
        </span>
      )}
    </>
  );
}
