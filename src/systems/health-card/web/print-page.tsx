import './print-page.css';
import type { ReactElement } from 'react';
import { type LoaderFunctionArgs, useSearchParams } from 'react-router';
import { bakuToday } from '#platform/i18n';
import { Button, DefinitionList, PageHeading, Panel, useLocale, useNow } from '#platform/ui';
import { addressLine, fullName, homeAddress, preferredName, reachableBy } from '../domain/person.ts';
import { groupResults, toResult } from '../domain/results.ts';
import { AllergyPanel } from './allergies-page.tsx';
import { type CardData, useCard } from './load-card.ts';
import { useLoaded } from './loaded.ts';
import { loadMedicines, MedicinePanels } from './medicines-page.tsx';
import { cardMessages } from './messages/card.ts';
import { printMessages } from './messages/print.ts';
import { sectionMessages } from './messages/sections.ts';
import { nameOfReference } from './parts/references.ts';
import { ProblemPanels } from './problems-page.tsx';
import { record } from './record.ts';
import { resultElements } from './result-elements.ts';
import { ResultPanels } from './results-page.tsx';
import { EmergencySummary } from './summary-page.tsx';
import { GivenPanel, loadDoses } from './vaccinations-page.tsx';

/** Nothing more for the summary; results, doses and medicines for the whole card. */
export async function loader({ params, request }: LoaderFunctionArgs) {
  const patient = params['patientId'] ?? '';
  if (new URL(request.url).searchParams.get('what') !== 'all') return undefined;
  const [observations, doses, medicines] = await Promise.all([
    record.searchAll(
      'Observation',
      { patient, _sort: '-date', _count: 500, _elements: resultElements },
      5000,
      request.signal,
    ),
    loadDoses(patient, request.signal),
    loadMedicines(patient, request.signal),
  ]);
  return { groups: groupResults(observations.matches.map(toResult)), doses, medicines };
}

/** What goes on paper, shown as it will be; the rest of the portal's frame does not print. */
export function Component(): ReactElement {
  const { t } = useLocale(printMessages);
  const card = useCard();
  const whole = useLoaded<typeof loader>();
  const [, setParams] = useSearchParams();
  const choose = (what: 'summary' | 'all') => {
    setParams({ what }, { replace: true, preventScrollReset: true });
  };
  return (
    <div className="stack print-page">
      <div className="row screen-only">
        <PageHeading level={2} documentTitle={t('title')}>
          {t('title')}
        </PageHeading>
        <fieldset className="chip-row">
          <legend className="visually-hidden">{t('title')}</legend>
          <Button
            aria-pressed={whole === undefined}
            onClick={() => {
              choose('summary');
            }}
          >
            {t('summaryOnly')}
          </Button>
          <Button
            aria-pressed={whole !== undefined}
            onClick={() => {
              choose('all');
            }}
          >
            {t('wholeCard')}
          </Button>
        </fieldset>
        <Button
          look="primary"
          icon="print"
          onClick={() => {
            window.print();
          }}
        >
          {t('print')}
        </Button>
      </div>
      <PrintHead />
      <PersonPanel card={card} />
      <EmergencySummary card={card} />
      {whole && (
        <>
          <AllergyPanel allergies={card.allergies} />
          <ProblemPanels conditions={card.conditions} />
          <MedicinePanels medicines={whole.medicines} />
          <GivenPanel doses={whole.doses} />
          <ResultPanels groups={whole.groups} />
        </>
      )}
      <p className="soft small print-only">{t('footer')}</p>
    </div>
  );
}

function PrintHead(): ReactElement {
  const { t, date } = useLocale(printMessages);
  const now = useNow();
  return (
    <p className="row-spread print-only">
      <strong>{t('heading')}</strong>
      <span>{date(bakuToday(now), 'text')}</span>
    </p>
  );
}

/** Two identifiers of the person and how to reach them, on every paper. */
function PersonPanel({ card: { patient, related } }: { card: CardData }): ReactElement {
  const { t } = useLocale(sectionMessages);
  const words = useLocale(cardMessages);
  const unknown = words.t('notRecorded');
  return (
    <Panel title={fullName(preferredName(patient.name)) ?? words.t('unnamed')} icon="person" level={3}>
      <DefinitionList
        facts={[
          { label: t('address'), value: addressLine(homeAddress(patient.address)) ?? unknown },
          { label: t('phone'), value: reachableBy(patient.telecom, 'phone')[0] ?? unknown },
          {
            label: words.t('familyDoctor'),
            value: nameOfReference(patient.generalPractitioner?.[0], related) ?? unknown,
          },
          { label: words.t('facility'), value: nameOfReference(patient.managingOrganization, related) ?? unknown },
        ]}
      />
    </Panel>
  );
}
