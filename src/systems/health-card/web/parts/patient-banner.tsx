import './patient-banner.css';
import type { Patient } from '@medplum/fhirtypes';
import type { ReactElement } from 'react';
import { bakuToday, formatAge } from '#platform/i18n';
import { Badge, type Fact, useLocale, useNow } from '#platform/ui';
import { languageOf } from '#platform/wording';
import { allergyState } from '../../domain/allergies.ts';
import { bloodGroup } from '../../domain/emergency-summary.ts';
import { deathOf, finOf, foreignIdentifier } from '../../domain/person.ts';
import type { CardData } from '../load-card.ts';
import { cardMessages } from '../messages/card.ts';
import { codeKey, codeMessages } from '../messages/codes.ts';
import { ConceptList, ConceptText } from './concept-text.tsx';
import { PersonName } from './person-name.tsx';
import { nameOfReference } from './references.ts';

/**
 * Who this is, always in sight: name, birth and age, sex, number, allergies. Each thing that is not known says so.
 */
export function PatientBanner({ card }: { card: CardData }): ReactElement {
  const { patient } = card;
  const death = deathOf(patient);
  return (
    <div className="patient-banner" data-deceased={death === undefined ? undefined : ''}>
      <div className="patient-banner-inner">
        <div>
          <h1 className="row">
            <PersonName names={patient.name} language={languageOf(patient)} />
            {death !== undefined && <DeathMark death={death} />}
          </h1>
          <BannerFacts card={card} />
        </div>
        <AllergyLine card={card} />
      </div>
    </div>
  );
}

function DeathMark({ death }: { death: string | true }): ReactElement {
  const { t } = useLocale(cardMessages);
  return <Badge tone="neutral">{death === true ? t('deceased') : t('deceasedOn', { date: death })}</Badge>;
}

function BannerFacts({ card }: { card: CardData }): ReactElement {
  const { t } = useLocale(cardMessages);
  const code = useLocale(codeMessages);
  const doctor = nameOfReference(card.patient.generalPractitioner?.[0], card.related);
  const facts: (Fact & { secondary?: boolean })[] = [
    { label: t('born'), value: <BirthAndAge patient={card.patient} /> },
    { label: t('sex'), value: code.t(codeKey('gender', card.patient.gender) ?? 'gender.unknown') },
    numberFact(card.patient, t),
    { label: t('bloodGroup'), value: <BloodGroup card={card} /> },
    { label: t('familyDoctor'), value: doctor ?? t('notRecorded'), secondary: true },
  ];
  return (
    <dl>
      {facts.map(({ label, value, secondary }) => (
        <div key={label} className={secondary ? 'banner-secondary' : undefined}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function numberFact(patient: Patient, t: (key: 'fin' | 'otherNumber' | 'noFin') => string): Fact {
  const fin = finOf(patient);
  const other = fin === undefined ? foreignIdentifier(patient)?.value : undefined;
  const value = fin ?? other;
  return {
    label: other === undefined ? t('fin') : t('otherNumber'),
    value: value === undefined ? t('noFin') : <span translate="no">{shorten(value)}</span>,
  };
}

/** Numbers of other registers may be long; the banner shows enough to compare, the contacts page the whole. */
const shorten = (value: string): string => (value.length > 18 ? `${value.slice(0, 8)}…${value.slice(-4)}` : value);

function BirthAndAge({ patient }: { patient: Patient }): ReactElement {
  const { language, date, t } = useLocale(cardMessages);
  const { birthDate } = patient;
  const now = useNow();
  if (birthDate === undefined) return <>{t('notRecorded')}</>;
  const death = deathOf(patient);
  const until = typeof death === 'string' ? death : bakuToday(now);
  const age = formatAge(birthDate, until, language);
  const shown = death === undefined ? age : t('ageAtDeath', { age });
  return (
    <>
      <time dateTime={birthDate}>{date(birthDate, 'medium')}</time>
      {death !== true && age !== '' && ` (${shown})`}
    </>
  );
}

export function BloodGroup({ card }: { card: CardData }): ReactElement {
  const { t } = useLocale(cardMessages);
  const group = bloodGroup(card.findings);
  if (group.length === 0) return <>{t('notRecorded')}</>;
  return (
    <>
      {group.map(({ concept, language }, index) => (
        <span key={index}>
          {index > 0 && ' '}
          <ConceptText concept={concept} language={language} />
        </span>
      ))}
    </>
  );
}

function AllergyLine({ card }: { card: CardData }): ReactElement {
  const { t } = useLocale(cardMessages);
  const state = allergyState(card.allergies);
  return (
    <div className="banner-allergies" data-state={state.kind}>
      <p className="banner-allergies-label">{t('allergies')}</p>
      <p className="banner-allergies-value">
        {state.kind === 'known' && (
          <KnownAllergies allergies={state.allergies.slice(0, 3)} more={state.allergies.length - 3} />
        )}
        {state.kind === 'none-known' && t('noneKnown')}
        {state.kind === 'not-recorded' && t('notRecorded')}
      </p>
    </div>
  );
}

function KnownAllergies({ allergies, more }: { allergies: CardData['allergies']; more: number }): ReactElement {
  const { t } = useLocale(cardMessages);
  return (
    <>
      {allergies.map((allergy, index) => (
        <span key={allergy.id}>
          {index > 0 && ', '}
          <ConceptList concepts={[allergy.code ?? {}]} language={languageOf(allergy)} />
        </span>
      ))}
      {more > 0 && ` ${t('andMore', { n: more })}`}
    </>
  );
}
