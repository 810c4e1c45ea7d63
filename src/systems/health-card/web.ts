import { lazy } from 'react';
import type { RouteObject, ShouldRevalidateFunctionArgs } from 'react-router';
import type { SlotLink, SystemScreens } from '#platform/ui';
import { cardMessages } from './web/messages/card.ts';
import { findPersonMessages } from './web/messages/find-person.ts';

/** The person stays the same from tab to tab and in every language, so the card is read once. */
const onOtherPerson = ({ currentParams, nextParams }: ShouldRevalidateFunctionArgs): boolean =>
  currentParams['patientId'] !== nextParams['patientId'];

/** A page of the card is read anew for another person or another query, not for another language. */
const onOtherQuery = (args: ShouldRevalidateFunctionArgs): boolean =>
  onOtherPerson(args) || args.currentUrl.search !== args.nextUrl.search;

const tab = (
  id: keyof typeof cardMessages,
  path: string,
  icon: NonNullable<SlotLink['icon']>,
  order: number,
): SlotLink => ({
  slot: 'patient-chart.tab',
  id,
  label: cardMessages[id],
  path,
  icon,
  order,
});

const tabRoutes: readonly RouteObject[] = [
  { index: true, shouldRevalidate: onOtherQuery, lazy: () => import('./web/summary-page.tsx') },
  { path: 'timeline', shouldRevalidate: onOtherQuery, lazy: () => import('./web/timeline-page.tsx') },
  { path: 'problems', lazy: () => import('./web/problems-page.tsx') },
  { path: 'results', shouldRevalidate: onOtherQuery, lazy: () => import('./web/results-page.tsx') },
  { path: 'results/trend', shouldRevalidate: onOtherQuery, lazy: () => import('./web/result-trend-page.tsx') },
  { path: 'vaccinations', shouldRevalidate: onOtherQuery, lazy: () => import('./web/vaccinations-page.tsx') },
  { path: 'medicines', shouldRevalidate: onOtherQuery, lazy: () => import('./web/medicines-page.tsx') },
  { path: 'allergies', lazy: () => import('./web/allergies-page.tsx') },
  { path: 'documents', shouldRevalidate: onOtherQuery, lazy: () => import('./web/documents-page.tsx') },
  { path: 'contacts', shouldRevalidate: onOtherQuery, lazy: () => import('./web/contacts-page.tsx') },
  { path: 'print', shouldRevalidate: onOtherQuery, lazy: () => import('./web/print-page.tsx') },
];

/** What the health card shows in the portal: finding a person, and the card itself with its tabs. */
export const healthCardScreens: SystemScreens = {
  name: 'health-card',
  routes: (fill) => [
    {
      path: 'health-card',
      children: [
        { index: true, lazy: () => import('./web/find-person-page.tsx') },
        {
          // load-card.ts knows the card by this id.
          id: 'health-card',
          path: ':patientId',
          shouldRevalidate: onOtherPerson,
          lazy: () => import('./web/card-page.tsx'),
          children: fill('patient-chart.tab'),
        },
      ],
    },
  ],
  links: [
    { slot: 'navigation', id: 'find-person', label: findPersonMessages.title, path: 'health-card', order: 10 },
    tab('tabSummary', '', 'person', 10),
    tab('tabTimeline', 'timeline', 'visit', 20),
    tab('tabProblems', 'problems', 'problem', 30),
    tab('tabResults', 'results', 'result', 40),
    tab('tabVaccinations', 'vaccinations', 'vaccine', 50),
    tab('tabMedicines', 'medicines', 'medicine', 60),
    tab('tabAllergies', 'allergies', 'alert', 70),
    tab('tabDocuments', 'documents', 'document', 80),
    tab('tabContacts', 'contacts', 'people', 90),
  ],
  slotRoutes: { 'patient-chart.tab': tabRoutes },
  headerTool: lazy(async () => ({ default: (await import('./web/person-search.tsx')).PersonSearch })),
};
