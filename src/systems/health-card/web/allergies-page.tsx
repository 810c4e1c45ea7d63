import type { AllergyIntolerance } from '@medplum/fhirtypes';
import type { ReactElement } from 'react';
import { Badge, type Column, DataTable, Notice, PageHeading, Panel, useLocale } from '#platform/ui';
import { languageOf } from '#platform/wording';
import { allergyState } from '../domain/allergies.ts';
import { useCard } from './load-card.ts';
import { cardMessages } from './messages/card.ts';
import { codeKey, codeMessages } from './messages/codes.ts';
import { sectionMessages } from './messages/sections.ts';
import { ConceptList, ConceptText } from './parts/concept-text.tsx';
import { SourceLink } from './parts/source-link.tsx';

export function Component(): ReactElement {
  const { t } = useLocale(cardMessages);
  const { allergies } = useCard();
  return (
    <div className="stack">
      <PageHeading level={2} hidden documentTitle={t('tabAllergies')}>
        {t('tabAllergies')}
      </PageHeading>
      <AllergyPanel allergies={allergies} />
    </div>
  );
}

export function AllergyPanel({ allergies }: { allergies: readonly AllergyIntolerance[] }): ReactElement {
  const { t } = useLocale(sectionMessages);
  const columns = useAllergyColumns();
  const state = allergyState(allergies);
  return (
    <Panel title={t('allergies')} icon="alert" level={3}>
      {state.kind === 'not-recorded' && <Notice tone="warning">{t('allergiesNotRecorded')}</Notice>}
      {state.kind === 'none-known' && <Notice tone="good">{t('noKnownAllergies')}</Notice>}
      {state.kind === 'known' && (
        <DataTable
          caption={t('allergies')}
          columns={columns}
          rows={state.allergies}
          rowKey={({ id }) => id ?? ''}
          empty=""
        />
      )}
    </Panel>
  );
}

function useAllergyColumns(): Column<AllergyIntolerance>[] {
  const { t, date } = useLocale(sectionMessages);
  const code = useLocale(codeMessages);
  return [
    {
      id: 'allergen',
      heading: t('allergen'),
      rowHeading: true,
      cell: (allergy) => <ConceptText concept={allergy.code} language={languageOf(allergy)} />,
    },
    {
      id: 'kind',
      heading: t('kind'),
      cell: ({ category }) => {
        const key = codeKey('allergy', category?.[0]);
        return key && code.t(key);
      },
    },
    { id: 'reactions', heading: t('reactions'), cell: (allergy) => <Reactions allergy={allergy} /> },
    {
      id: 'risk',
      heading: t('risk'),
      cell: ({ criticality }) => {
        const key = codeKey('criticality', criticality);
        return key && <Badge tone={criticality === 'high' ? 'danger' : 'neutral'}>{code.t(key)}</Badge>;
      },
    },
    {
      id: 'onset',
      heading: t('onset'),
      cell: ({ onsetDateTime, recordedDate }) => (
        <span className="numbers">{date(onsetDateTime ?? recordedDate ?? '')}</span>
      ),
      sortKey: ({ onsetDateTime, recordedDate }) => onsetDateTime ?? recordedDate,
    },
    {
      id: 'source',
      heading: 'FHIR',
      screenOnly: true,
      cell: ({ id }) => <SourceLink type="AllergyIntolerance" id={id ?? ''} />,
    },
  ];
}

function Reactions({ allergy }: { allergy: AllergyIntolerance }): ReactElement | null {
  const { t } = useLocale(codeMessages);
  const reactions = allergy.reaction ?? [];
  if (reactions.length === 0) return null;
  return (
    <>
      {reactions.map(({ manifestation, severity }, index) => {
        const key = codeKey('severity', severity);
        return (
          <span key={index}>
            {index > 0 && '; '}
            <ConceptList concepts={manifestation ?? []} language={languageOf(allergy)} />
            {key && ` (${t(key)})`}
          </span>
        );
      })}
    </>
  );
}
