import type { Immunization } from '@medplum/fhirtypes';
import type { ReactElement } from 'react';
import { Badge, ButtonLink, Panel, type Tone, useLocale } from '#platform/ui';
import { asInjected, type DoseState, type PlannedDose } from '../../domain/immunisation-calendar.ts';
import { findVaccine } from '../../domain/immunisation-data.ts';
import type { CardData } from '../load-card.ts';
import { vaccinationMessages } from '../messages/vaccinations.ts';
import { planFor } from '../plan.ts';

const shown: readonly DoseState[] = ['overdue', 'due'];

type DuePanelProps = { card: CardData; doses: readonly Immunization[]; withLink?: boolean };

/** Doses that are due or overdue; on the summary they lead to the whole calendar. */
export function DuePanel({ card, doses, withLink = false }: DuePanelProps): ReactElement | null {
  const { t, language } = useLocale(vaccinationMessages);
  const plan = planFor(card.patient, doses);
  if (plan === undefined) return null;
  return (
    <Panel
      title={t('due')}
      icon="vaccine"
      level={3}
      actions={
        withLink && (
          <ButtonLink
            look="quiet"
            className="screen-only"
            to={`/${language}/health-card/${card.patient.id}/vaccinations`}
          >
            {t('seeAll')}
          </ButtonLink>
        )
      }
    >
      <DueList plan={plan} />
    </Panel>
  );
}

function DueList({ plan }: { plan: readonly PlannedDose[] }): ReactElement {
  const { t, date } = useLocale(vaccinationMessages);
  const due = asInjected(plan.filter(({ state }) => shown.includes(state)));
  if (due.length === 0) return <p className="soft">{t('nothingDue')}</p>;
  return (
    <ul className="bare-list plain-list">
      {due.map((dose) => (
        <li key={`${dose.series} ${dose.dose}`}>
          <span>
            <VaccineName code={dose.vaccine} /> <span className="soft">· {t('doseNumber', { n: dose.dose })}</span>
          </span>
          <span className="row">
            <span className="soft numbers">{date(dose.dueDate)}</span>
            <DoseStateMark state={dose.state} />
          </span>
        </li>
      ))}
    </ul>
  );
}

export function VaccineName({ code }: { code: string }): ReactElement {
  const { say } = useLocale(vaccinationMessages);
  const vaccine = findVaccine(code);
  return <>{vaccine ? say(vaccine) : code}</>;
}

const stateLook: Readonly<
  Record<DoseState, { key: 'overdue' | 'dueNow' | 'upcoming' | 'given' | 'expired'; tone: Tone }>
> = {
  overdue: { key: 'overdue', tone: 'danger' },
  due: { key: 'dueNow', tone: 'warning' },
  upcoming: { key: 'upcoming', tone: 'info' },
  given: { key: 'given', tone: 'good' },
  expired: { key: 'expired', tone: 'neutral' },
};

export function DoseStateMark({ state }: { state: DoseState }): ReactElement {
  const { t } = useLocale(vaccinationMessages);
  const { key, tone } = stateLook[state];
  return <Badge tone={tone}>{t(key)}</Badge>;
}
