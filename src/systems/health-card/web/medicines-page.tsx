import type { ReactElement } from 'react';
import type { LoaderFunctionArgs } from 'react-router';
import { Badge, type Column, DataTable, PageHeading, Panel, useLocale } from '#platform/ui';
import { isCurrent, type Medicine, toMedicine, toMedicineList } from '../domain/medicines.ts';
import { useCard } from './load-card.ts';
import { useLoaded } from './loaded.ts';
import { cardMessages } from './messages/card.ts';
import { codeKey, codeMessages } from './messages/codes.ts';
import { sectionMessages } from './messages/sections.ts';
import { ConceptList } from './parts/concept-text.tsx';
import { DosageText } from './parts/dosage-text.tsx';
import { MedicineName } from './parts/medicine-name.tsx';
import { SourceLink } from './parts/source-link.tsx';
import { record } from './record.ts';

/** Every medicine ever recorded, ordered or told, with who ordered it. */
export async function loader({ params, request: { signal } }: LoaderFunctionArgs): Promise<readonly Medicine[]> {
  return await loadMedicines(params['patientId'] ?? '', signal);
}

export async function loadMedicines(patient: string, signal: AbortSignal): Promise<readonly Medicine[]> {
  const [requests, statements] = await Promise.all([
    record.searchAll(
      'MedicationRequest',
      { patient, _sort: '-authoredon', _count: 200, _include: 'MedicationRequest:medication' },
      2000,
      signal,
    ),
    record.searchAll(
      'MedicationStatement',
      { patient, _sort: '-effective', _count: 200, _include: 'MedicationStatement:medication' },
      2000,
      signal,
    ),
  ]);
  return [requests, statements].flatMap(({ matches, included }) => matches.map((one) => toMedicine(one, included)));
}

export function Component(): ReactElement {
  const { t } = useLocale(cardMessages);
  return (
    <div className="stack">
      <PageHeading level={2} hidden documentTitle={t('tabMedicines')}>
        {t('tabMedicines')}
      </PageHeading>
      <MedicinePanels medicines={useLoaded<typeof loader>()} />
    </div>
  );
}

export function MedicinePanels({ medicines }: { medicines: readonly Medicine[] }): ReactElement {
  const { t } = useLocale(sectionMessages);
  const columns = useMedicineColumns();
  const { current, past } = toMedicineList(medicines);
  return (
    <>
      <Panel title={t('currentMedicines')} icon="medicine" level={3}>
        <DataTable
          caption={t('currentMedicines')}
          columns={columns}
          rows={current}
          rowKey={keyOf}
          empty={t('noCurrentMedicines')}
        />
      </Panel>
      <Panel title={t('pastMedicines')} level={3}>
        <DataTable
          caption={t('pastMedicines')}
          columns={columns}
          rows={past}
          rowKey={keyOf}
          empty={t('noPastMedicines')}
          narrow="lines"
        />
      </Panel>
    </>
  );
}

const keyOf = ({ source, id }: Medicine): string => `${source}/${id}`;

function useMedicineColumns(): Column<Medicine>[] {
  const { t, date } = useLocale(sectionMessages);
  const code = useLocale(codeMessages);
  return [
    {
      id: 'medicine',
      heading: t('medicine'),
      rowHeading: true,
      cell: (medicine) => <MedicineName medicine={medicine} />,
    },
    {
      id: 'dosage',
      heading: t('dosage'),
      speaksForItself: true,
      cell: ({ dosage, language }) => dosage.length > 0 && <DosageText dosage={dosage} language={language} />,
    },
    { id: 'reason', heading: t('reason'), cell: (medicine) => <Reasons medicine={medicine} /> },
    {
      id: 'since',
      heading: t('since'),
      cell: ({ since }) => since && <span className="numbers">{date(since)}</span>,
      sortKey: ({ since }) => since,
    },
    {
      id: 'until',
      heading: t('until'),
      cell: ({ until }) => until && <span className="numbers">{date(until)}</span>,
      sortKey: ({ until }) => until,
    },
    { id: 'prescriber', heading: t('prescriber'), cell: ({ author }) => author?.display },
    {
      id: 'status',
      heading: t('status'),
      cell: (medicine) => (
        <Badge tone={isCurrent(medicine) ? 'good' : 'neutral'}>
          {code.t(codeKey('medicine', medicine.status, 'medicine.unknown') ?? 'medicine.unknown')}
        </Badge>
      ),
    },
    { id: 'source', heading: 'FHIR', screenOnly: true, cell: ({ source, id }) => <SourceLink type={source} id={id} /> },
  ];
}

/** Why a medicine is taken: what the order says, and the problems of the card it points to. */
function Reasons({ medicine }: { medicine: Medicine }): ReactElement {
  const { conditions } = useCard();
  const problems = conditions.filter(({ id }) => medicine.reasonReferences.includes(`Condition/${id}`));
  const concepts = [...medicine.reasons, ...problems.flatMap(({ code }) => code ?? [])];
  return <ConceptList concepts={concepts} language={medicine.language} />;
}
