import './card-page.css';
import type { ReactElement } from 'react';
import { Outlet, useLocation } from 'react-router';
import { ButtonLink, TabLinks, useLocale, useSlot } from '#platform/ui';
import { loadCard, useCard } from './load-card.ts';
import { cardMessages } from './messages/card.ts';
import { PatientBanner } from './parts/patient-banner.tsx';

export { loadCard as loader };

/** The frame of a person's card: banner above, parts as tabs, the chosen part below. */
export function Component(): ReactElement {
  const { language, t, say } = useLocale(cardMessages);
  const card = useCard();
  const { state } = useLocation();
  const base = `/${language}/health-card/${card.patient.id}`;
  const tabs = useSlot('patient-chart.tab').map(({ path, label, icon }) => ({
    to: path === '' ? base : `${base}/${path}`,
    label: say(label),
    end: path === '',
    ...(icon ? { icon } : {}),
  }));
  return (
    <div className="stack card-page">
      <div className="card-tools screen-only">
        <ButtonLink look="quiet" to={backAddress(state, language)}>
          ← {t('backToSearch')}
        </ButtonLink>
        <ButtonLink look="quiet" to={`${base}/print`} icon="print">
          {t('print')}
        </ButtonLink>
      </div>
      <PatientBanner card={card} />
      <TabLinks label={t('sections')} tabs={tabs} />
      <Outlet />
    </div>
  );
}

/** Back to the very search one came from, if one came from a search. */
function backAddress(state: unknown, language: string): string {
  const query = typeof state === 'object' && state !== null && 'search' in state ? state.search : undefined;
  return `/${language}/health-card${typeof query === 'string' ? query : ''}`;
}
