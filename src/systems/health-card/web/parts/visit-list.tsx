import type { Encounter, Resource } from '@medplum/fhirtypes';
import type { ReactElement } from 'react';
import { useLocale } from '#platform/ui';
import { languageOf } from '#platform/wording';
import { cardMessages } from '../messages/card.ts';
import { codeKey, codeMessages } from '../messages/codes.ts';
import { ConceptText } from './concept-text.tsx';
import { nameOfReference } from './references.ts';

/** Visits in one line each: when, what for, where. */
export function VisitList({
  visits,
  facilities,
}: {
  visits: readonly Encounter[];
  facilities: readonly Resource[];
}): ReactElement {
  const { t, date } = useLocale(cardMessages);
  const code = useLocale(codeMessages);
  if (visits.length === 0) return <p className="soft">{t('nothingRecorded')}</p>;
  return (
    <ul className="bare-list plain-list">
      {visits.map((visit) => (
        <li key={visit.id}>
          <span>
            <span className="numbers">{visit.period?.start ? date(visit.period.start) : t('unknown')}</span>
            {' · '}
            {code.t(codeKey('encounter', visit.class?.code, 'encounter.other') ?? 'encounter.other')}
            <VisitReason visit={visit} />
          </span>
          <span className="soft">{nameOfReference(visit.serviceProvider, facilities)}</span>
        </li>
      ))}
    </ul>
  );
}

/** What a visit was for; where nobody said, what kind of visit it was. */
function VisitReason({ visit }: { visit: Encounter }): ReactElement | null {
  const reason = visit.reasonCode?.[0] ?? visit.type?.[0];
  if (reason === undefined) return null;
  return (
    <>
      {' · '}
      <ConceptText concept={reason} language={languageOf(visit)} />
    </>
  );
}
