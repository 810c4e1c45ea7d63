import type { CodeableConcept } from '@medplum/fhirtypes';
import type { ReactElement } from 'react';
import { useLocale } from '#platform/ui';
import { codeKey, codeMessages } from '../messages/codes.ts';
import { ConceptText } from './concept-text.tsx';

type KnownCodeProps = {
  /** Code list of `codeMessages`. */
  list: string;
  concept: CodeableConcept;
  /** Language of the resource the concept stands in. */
  language: string;
};

/** A term of a code list that has words here, in the reader's language; of any other the words of the record. */
export function KnownCode({ list, concept, language }: KnownCodeProps): ReactElement {
  const { t } = useLocale(codeMessages);
  const key = concept.coding
    ?.map(({ code }) => codeKey(list, code?.split('-')[0]))
    .find((known) => known !== undefined);
  return key === undefined ? <ConceptText concept={concept} language={language} /> : <>{t(key)}</>;
}

/** Roles of HL7 table 0131, which say that someone is a contact and not what they are to the person. */
const contactRoles = 'http://terminology.hl7.org/CodeSystem/v2-0131';

/** What someone is to a person; only where that is not recorded, that they are a contact. */
export function Relation({
  relations,
  language,
}: {
  relations: readonly CodeableConcept[];
  language: string;
}): ReactElement {
  const { t } = useLocale(codeMessages);
  const kinship = relations.filter(({ coding }) => !coding?.some(({ system }) => system === contactRoles));
  const shown = kinship.length > 0 ? kinship : relations;
  if (shown.length === 0) return <>{t('relation.other')}</>;
  return (
    <>
      {shown.map((concept, index) => (
        <span key={index}>
          {index > 0 && ', '}
          <KnownCode list="relation" concept={concept} language={language} />
        </span>
      ))}
    </>
  );
}
