import type { ReactElement } from 'react';
import { RecordText } from '#platform/ui';
import type { Medicine } from '../../domain/medicines.ts';
import { ConceptText } from './concept-text.tsx';
import { DosageText } from './dosage-text.tsx';

export function MedicineName({ medicine, withDosage = false }: { medicine: Medicine; withDosage?: boolean }): ReactElement {
  const { concept, label, language, dosage } = medicine;
  return (
    <>
      {concept || label === undefined ? (
        <ConceptText concept={concept} language={language} />
      ) : (
        <RecordText wording={{ text: label, language }} />
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
