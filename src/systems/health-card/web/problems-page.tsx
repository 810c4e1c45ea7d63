import type { Condition } from '@medplum/fhirtypes';
import type { ReactElement } from 'react';
import { Badge, Code, type Column, DataTable, PageHeading, Panel, useLocale } from '#platform/ui';
import { codeIn, languageOf } from '#platform/wording';
import { codeSystems, endOf, icd10Of, onsetOf, toProblemList } from '../domain/problems.ts';
import { useCard } from './load-card.ts';
import { cardMessages } from './messages/card.ts';
import { codeKey, codeMessages } from './messages/codes.ts';
import { sectionMessages } from './messages/sections.ts';
import { ConceptText } from './parts/concept-text.tsx';
import { nameOfReference } from './parts/references.ts';
import { SourceLink } from './parts/source-link.tsx';

/** Problems of the card, present ones first. They came with the card, so this page asks for nothing. */
export function Component(): ReactElement {
  const { t } = useLocale(cardMessages);
  const { conditions } = useCard();
  return (
    <div className="stack">
      <PageHeading level={2} hidden documentTitle={t('tabProblems')}>
        {t('tabProblems')}
      </PageHeading>
      <ProblemPanels conditions={conditions} />
    </div>
  );
}

export function ProblemPanels({ conditions }: { conditions: readonly Condition[] }): ReactElement {
  const { t } = useLocale(sectionMessages);
  const columns = useProblemColumns();
  const { active, past } = toProblemList(conditions);
  return (
    <>
      <Panel title={t('currentProblems')} icon="problem" level={3}>
        <DataTable
          caption={t('currentProblems')}
          columns={columns}
          rows={active}
          rowKey={keyOf}
          empty={t('noProblems')}
        />
      </Panel>
      <Panel title={t('pastProblems')} level={3}>
        <DataTable
          caption={t('pastProblems')}
          columns={columns}
          rows={past}
          rowKey={keyOf}
          empty={t('noPastProblems')}
        />
      </Panel>
    </>
  );
}

const keyOf = ({ id }: Condition): string => id ?? '';

function useProblemColumns(): Column<Condition>[] {
  const { t, date, language } = useLocale(sectionMessages);
  const code = useLocale(codeMessages);
  return [
    { id: 'code', heading: t('code'), cell: (condition) => <ProblemCode condition={condition} />, sortKey: icd10Of },
    {
      id: 'problem',
      heading: t('problem'),
      rowHeading: true,
      cell: (condition) => <ConceptText concept={condition.code} language={languageOf(condition)} />,
    },
    {
      id: 'onset',
      heading: t('onset'),
      cell: (condition) => <DateText date={onsetOf(condition)} />,
      sortKey: onsetOf,
    },
    {
      id: 'end',
      heading: t('ended'),
      cell: (condition) => endOf(condition) && date(endOf(condition) ?? ''),
      sortKey: endOf,
    },
    { id: 'status', heading: t('status'), cell: (condition) => <Status condition={condition} /> },
    {
      id: 'verification',
      heading: t('verification'),
      cell: ({ verificationStatus }) => {
        const key = codeKey('verification', verificationStatus?.coding?.[0]?.code);
        return key && code.t(key);
      },
    },
    {
      id: 'recorder',
      heading: t('recordedBy'),
      cell: ({ recorder, asserter }) => nameOfReference(recorder ?? asserter, []),
    },
    {
      id: 'source',
      heading: 'FHIR',
      screenOnly: true,
      cell: ({ id }) => <SourceLink type="Condition" id={id ?? ''} key={language} />,
    },
  ];
}

function ProblemCode({ condition }: { condition: Condition }): ReactElement | null {
  const icd10 = icd10Of(condition);
  const snomed = codeIn(condition.code, codeSystems.snomed);
  const { t } = useLocale(sectionMessages);
  if (icd10 !== undefined) return <Code title={t('icd10')}>{icd10}</Code>;
  return snomed === undefined ? null : <Code title="SNOMED CT">{snomed}</Code>;
}

function DateText({ date: value }: { date: string | undefined }): ReactElement {
  const { t, date } = useLocale(cardMessages);
  return value === undefined ? (
    <span className="soft">{t('unknown')}</span>
  ) : (
    <span className="numbers">{date(value)}</span>
  );
}

function Status({ condition }: { condition: Condition }): ReactElement | undefined {
  const { t } = useLocale(codeMessages);
  const status = condition.clinicalStatus?.coding?.[0]?.code;
  const key = codeKey('clinical', status);
  if (key === undefined) return undefined;
  const tone = ['active', 'recurrence', 'relapse'].includes(status ?? '') ? 'warning' : 'neutral';
  return <Badge tone={tone}>{t(key)}</Badge>;
}
