import type { Encounter, Observation } from '@medplum/fhirtypes';
import type { ReactElement, ReactNode } from 'react';
import type { LoaderFunctionArgs } from 'react-router';
import { ageOn, bakuToday } from '#platform/i18n';
import { ButtonLink, Code, DefinitionList, type Fact, PageHeading, Panel, useLocale, useNow } from '#platform/ui';
import { languageOf } from '#platform/wording';
import { allergyState } from '../domain/allergies.ts';
import { pregnancy } from '../domain/emergency-summary.ts';
import { distinctMedicines, toMedicineList } from '../domain/medicines.ts';
import { deathOf, fullName, preferredName, reachableBy } from '../domain/person.ts';
import { distinctProblems, icd10Of, toProblemList } from '../domain/problems.ts';
import { groupResults, toResult } from '../domain/results.ts';
import { type CardData, useCard } from './load-card.ts';
import { useLoaded } from './loaded.ts';
import { cardMessages } from './messages/card.ts';
import { AllergyEntry } from './parts/allergy-entry.tsx';
import { ConceptText } from './parts/concept-text.tsx';
import { DuePanel } from './parts/due-panel.tsx';
import { Relation } from './parts/known-code.tsx';
import { MedicineName } from './parts/medicine-name.tsx';
import { BloodGroup } from './parts/patient-banner.tsx';
import { PhoneLink } from './parts/phone-link.tsx';
import { VisitList } from './parts/visit-list.tsx';
import { VitalsList } from './parts/vitals-list.tsx';
import { record } from './record.ts';
import { resultElements } from './result-elements.ts';

/** What has happened lately: measurements, visits, and the doses given, from which the due ones follow. */
export async function loader({ params, request: { signal } }: LoaderFunctionArgs) {
  const patient = params['patientId'] ?? '';
  const [vitals, visits, doses] = await Promise.all([
    record.search(
      'Observation',
      { patient, category: 'vital-signs', _sort: '-date', _count: 20, _elements: resultElements },
      signal,
    ),
    record.search('Encounter', { patient, _sort: '-date', _count: 5, _include: 'Encounter:service-provider' }, signal),
    record.searchAll('Immunization', { patient, _sort: '-date', _count: 100 }, 500, signal),
  ]);
  return {
    vitals: groupResults(vitals.matches.map((one: Observation) => toResult(one))),
    visits: visits.matches satisfies readonly Encounter[],
    facilities: visits.included,
    doses: doses.matches,
  };
}

export function Component(): ReactElement {
  const { t, language } = useLocale(cardMessages);
  const card = useCard();
  const { vitals, visits, facilities, doses } = useLoaded<typeof loader>();
  const base = `/${language}/health-card/${card.patient.id}`;
  const name = fullName(preferredName(card.patient.name)) ?? t('unnamed');
  return (
    <>
      <PageHeading level={2} hidden documentTitle={t('cardOf', { name })}>
        {t('tabSummary')}
      </PageHeading>
      <div className="summary-grid">
        <EmergencySummary card={card} />
        <div className="stack">
          <DuePanel card={card} doses={doses} withLink />
          <Panel
            title={t('latestVitals')}
            icon="result"
            level={3}
            actions={<SeeAll to={`${base}/results`} what={t('tabResults')} />}
          >
            <VitalsList groups={vitals} base={base} />
          </Panel>
        </div>
        <div className="wide">
          <Panel
            title={t('latestVisits')}
            icon="visit"
            level={3}
            actions={<SeeAll to={`${base}/timeline`} what={t('tabTimeline')} />}
          >
            <VisitList visits={visits} facilities={facilities} />
          </Panel>
        </div>
      </div>
    </>
  );
}

function SeeAll({ to, what }: { to: string; what: string }): ReactElement {
  const { t } = useLocale(cardMessages);
  return (
    <ButtonLink look="quiet" to={to} className="screen-only" aria-label={`${t('seeAll')}: ${what}`}>
      {t('seeAll')}
    </ButtonLink>
  );
}

/** What an ambulance or a duty doctor must know within seconds. Fits half a page in print. */
export function EmergencySummary({ card }: { card: CardData }): ReactElement {
  const { t } = useLocale(cardMessages);
  const nowMs = useNow();
  const facts: Fact[] = [
    { label: t('bloodGroup'), value: <BloodGroup card={card} /> },
    { label: t('allergies'), value: <Allergies card={card} /> },
    { label: t('activeProblems'), value: <Problems card={card} /> },
    { label: t('currentMedicines'), value: <Medicines card={card} /> },
    ...(mayBePregnant(card, nowMs) ? [{ label: t('pregnancy'), value: <PregnancyState card={card} /> }] : []),
    { label: t('contactPerson'), value: <ContactPerson card={card} /> },
  ];
  return (
    <Panel title={t('emergencySummary')} icon="alert" tone="danger" level={3}>
      <DefinitionList facts={facts} layout="rows" />
    </Panel>
  );
}

const mostLines = 8;

/** A list of at most eight lines that says how many it leaves out. */
function ShortList<Item>({
  items,
  children,
}: {
  items: readonly Item[];
  children: (item: Item) => ReactNode;
}): ReactElement {
  const { t } = useLocale(cardMessages);
  if (items.length === 0) return <span className="soft">{t('noneRecorded')}</span>;
  return (
    <ul className="bare-list stack-tight">
      {items.slice(0, mostLines).map((item, index) => (
        <li key={index}>{children(item)}</li>
      ))}
      {items.length > mostLines && <li className="soft">{t('andMore', { n: items.length - mostLines })}</li>}
    </ul>
  );
}

function Allergies({ card }: { card: CardData }): ReactElement {
  const { t } = useLocale(cardMessages);
  const state = allergyState(card.allergies);
  if (state.kind === 'none-known') return <>{t('noneKnown')}</>;
  if (state.kind === 'not-recorded') return <span className="soft">{t('notRecorded')}</span>;
  return <ShortList items={state.allergies}>{(allergy) => <AllergyEntry allergy={allergy} />}</ShortList>;
}

function Problems({ card }: { card: CardData }): ReactElement {
  return (
    <ShortList items={distinctProblems(toProblemList(card.conditions).active)}>
      {(condition) => (
        <>
          {icd10Of(condition) && (
            <>
              <Code>{icd10Of(condition)}</Code>{' '}
            </>
          )}
          <ConceptText concept={condition.code} language={languageOf(condition)} />
        </>
      )}
    </ShortList>
  );
}

function Medicines({ card }: { card: CardData }): ReactElement {
  return (
    <ShortList items={distinctMedicines(toMedicineList(card.medicines).current)}>
      {(medicine) => <MedicineName medicine={medicine} withDosage />}
    </ShortList>
  );
}

const childbearing = { from: 12, to: 55 };

function mayBePregnant({ patient }: CardData, nowMs: number): boolean {
  const age = ageOn(patient.birthDate ?? '', bakuToday(nowMs));
  const inAge = age?.unit === 'year' && age.value >= childbearing.from && age.value <= childbearing.to;
  return patient.gender === 'female' && deathOf(patient) === undefined && inAge;
}

function PregnancyState({ card }: { card: CardData }): ReactElement {
  const { t } = useLocale(cardMessages);
  const { state, date } = pregnancy(card.findings, card.conditions, useNow());
  return (
    <>
      {t(`pregnancy.${state}`)}
      {date && <span className="soft"> ({t('since', { date })})</span>}
    </>
  );
}

function ContactPerson({ card }: { card: CardData }): ReactElement {
  const { t } = useLocale(cardMessages);
  const contact = card.patient.contact?.[0];
  const name = fullName(contact?.name);
  if (contact === undefined || name === undefined) return <span className="soft">{t('notRecorded')}</span>;
  const [phone] = reachableBy(contact.telecom, 'phone');
  return (
    <>
      {name} (<Relation relations={contact.relationship ?? []} language={languageOf(card.patient)} />)
      {phone && (
        <>
          {', '}
          <PhoneLink number={phone} />
        </>
      )}
    </>
  );
}
