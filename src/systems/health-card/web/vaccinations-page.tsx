import type { Immunization } from '@medplum/fhirtypes';
import { type ReactElement, useState } from 'react';
import type { LoaderFunctionArgs } from 'react-router';
import { Badge, type Column, DataTable, Notice, PageHeading, Panel, useLocale } from '#platform/ui';
import { languageOf } from '#platform/wording';
import { asInjected, type PlannedDose } from '../domain/immunisation-calendar.ts';
import { deathOf } from '../domain/person.ts';
import { useCard } from './load-card.ts';
import { useLoaded } from './loaded.ts';
import { vaccinationMessages } from './messages/vaccinations.ts';
import { ConceptText } from './parts/concept-text.tsx';
import { DoseStateMark, DuePanel, VaccineName } from './parts/due-panel.tsx';
import { SourceLink } from './parts/source-link.tsx';
import { planFor } from './plan.ts';
import { record } from './record.ts';

/** Every dose on record, given or not. */
export async function loader({ params, request: { signal } }: LoaderFunctionArgs): Promise<readonly Immunization[]> {
  return await loadDoses(params['patientId'] ?? '', signal);
}

export async function loadDoses(patient: string, signal: AbortSignal): Promise<readonly Immunization[]> {
  const page = await record.searchAll('Immunization', { patient, _sort: '-date', _count: 200 }, 1000, signal);
  return page.matches;
}

export function Component(): ReactElement {
  const { t } = useLocale(vaccinationMessages);
  const card = useCard();
  const doses = useLoaded<typeof loader>();
  const plan = planFor(card.patient, doses);
  return (
    <div className="stack">
      <PageHeading level={2} hidden documentTitle={t('title')}>
        {t('title')}
      </PageHeading>
      {plan === undefined && deathOf(card.patient) === undefined && <Notice>{t('notApplied')}</Notice>}
      <DuePanel card={card} doses={doses} />
      <GivenPanel doses={doses} />
      {plan !== undefined && plan.length > 0 && <PlanPanel plan={plan} />}
    </div>
  );
}

export function GivenPanel({ doses }: { doses: readonly Immunization[] }): ReactElement {
  const { t, date } = useLocale(vaccinationMessages);
  const columns: Column<Immunization>[] = [
    {
      id: 'vaccine',
      heading: t('vaccine'),
      rowHeading: true,
      cell: (dose) => <ConceptText concept={dose.vaccineCode} language={languageOf(dose)} />,
    },
    { id: 'dose', heading: t('dose'), cell: ({ protocolApplied }) => doseText(protocolApplied?.[0]) },
    {
      id: 'date',
      heading: t('date'),
      cell: ({ occurrenceDateTime, occurrenceString }) =>
        occurrenceDateTime ? <span className="numbers">{date(occurrenceDateTime)}</span> : occurrenceString,
      sortKey: ({ occurrenceDateTime }) => occurrenceDateTime,
    },
    { id: 'lot', heading: t('lot'), cell: ({ lotNumber }) => lotNumber && <span translate="no">{lotNumber}</span> },
    {
      id: 'where',
      heading: t('where'),
      speaksForItself: true,
      cell: ({ location, performer }) => location?.display ?? performer?.[0]?.actor?.display,
    },
    { id: 'status', heading: t('status'), speaksForItself: true, cell: ({ status }) => <Status status={status} /> },
    {
      id: 'source',
      heading: 'FHIR',
      speaksForItself: true,
      screenOnly: true,
      cell: ({ id }) => <SourceLink type="Immunization" id={id ?? ''} />,
    },
  ];
  return (
    <Panel title={t('record')} icon="vaccine" level={3}>
      <DataTable
        caption={t('record')}
        columns={columns}
        rows={doses}
        rowKey={({ id }) => id ?? ''}
        empty={t('none')}
        narrow="lines"
      />
    </Panel>
  );
}

type Protocol = NonNullable<Immunization['protocolApplied']>[number] | undefined;

const doseText = (protocol: Protocol): string | undefined =>
  protocol?.doseNumberString ?? protocol?.doseNumberPositiveInt?.toString();

function Status({ status }: { status: Immunization['status'] }): ReactElement {
  const { t } = useLocale(vaccinationMessages);
  if (status === 'completed') return <Badge tone="good">{t('given')}</Badge>;
  return <Badge tone="neutral">{t(status === 'not-done' ? 'notDone' : 'withdrawn')}</Badge>;
}

function PlanPanel({ plan }: { plan: readonly PlannedDose[] }): ReactElement {
  const { t, date } = useLocale(vaccinationMessages);
  const [withGiven, setWithGiven] = useState(false);
  const doses = asInjected(plan);
  const open = doses.filter(({ state }) => state !== 'given');
  const columns: Column<PlannedDose>[] = [
    {
      id: 'due',
      heading: t('dueDate'),
      cell: ({ dueDate }) => <span className="numbers">{date(dueDate)}</span>,
      sortKey: ({ dueDate }) => dueDate,
    },
    { id: 'vaccine', heading: t('vaccine'), rowHeading: true, cell: ({ vaccine }) => <VaccineName code={vaccine} /> },
    { id: 'dose', heading: t('dose'), cell: ({ dose }) => String(dose) },
    { id: 'state', heading: t('status'), speaksForItself: true, cell: ({ state }) => <DoseStateMark state={state} /> },
    {
      id: 'given',
      heading: t('givenDate'),
      cell: ({ givenDate }) => givenDate && <span className="numbers">{date(givenDate)}</span>,
    },
    {
      id: 'inferred',
      heading: t('note'),
      speaksForItself: true,
      cell: ({ inferred, state }) =>
        inferred && state !== 'given' && <span className="soft small">{t('inferred')}</span>,
    },
  ];
  return (
    <Panel title={t('plan')} level={3}>
      <div className="stack">
        <p className="soft small">{t('planHelp')}</p>
        <label className="check">
          <input
            type="checkbox"
            checked={withGiven}
            onChange={({ target }) => {
              setWithGiven(target.checked);
            }}
          />
          {t('withGiven', { n: doses.length - open.length })}
        </label>
        <DataTable
          caption={t('plan')}
          columns={withGiven ? columns : columns.filter(({ id }) => id !== 'given')}
          rows={withGiven ? doses : open}
          rowKey={({ series, dose }) => `${series} ${dose}`}
          empty={t('nothingLeft')}
          narrow="lines"
        />
      </div>
    </Panel>
  );
}
