import type { ReactElement } from 'react';
import { useLocale } from '#platform/ui';
import { cardMessages } from '../messages/card.ts';
import { fhirBase } from '../record.ts';
import './source-link.css';

/** The resource itself, as it is stored, for those who want to see it. */
export function SourceLink({ type, id, what }: { type: string; id: string; what?: string }): ReactElement {
  const { t } = useLocale(cardMessages);
  return (
    <a
      className="source-link screen-only"
      href={`${fhirBase}/${type}/${id}?_format=json&_pretty=true`}
      target="_blank"
      rel="noreferrer"
      aria-label={what === undefined ? t('source') : t('sourceOf', { what })}
      translate="no"
    >
      FHIR
    </a>
  );
}
