import type { ReactElement } from 'react';
import { type LoaderFunctionArgs, Outlet, type RouteObject, redirect, useParams } from 'react-router';
import { defaultLanguage, isLanguage } from '#platform/i18n';
import { LocaleProvider, SlotProvider } from '#platform/ui';
import { preferredLanguage } from './language-choice.ts';
import { NotFoundPage } from './not-found-page.tsx';
import { PageFailure } from './page-failure.tsx';
import { Shell, ShellFrame, ShellSkeleton } from './shell.tsx';
import { systemLinks, systemRoutes } from './systems.ts';

/** `/` leads to the language, `/<language>/…` to everything else. */
export function portalRoutes(): RouteObject[] {
  return [
    {
      path: '/',
      loader: () => redirect(`/${preferredLanguage(document.cookie, navigator.languages)}`),
      HydrateFallback: ShellSkeleton,
    },
    {
      path: '/:language',
      loader: checkLanguage,
      shouldRevalidate: () => false,
      Component: LanguageFrame,
      HydrateFallback: ShellSkeleton,
      ErrorBoundary: OutsideFailure,
      children: [
        {
          Component: Shell,
          children: [
            {
              ErrorBoundary: PageFailure,
              children: [
                { index: true, lazy: () => import('./start-page.tsx') },
                ...systemRoutes(),
                { path: '*', Component: NotFoundPage },
              ],
            },
          ],
        },
      ],
    },
  ];
}

/** A link without a language, such as `/health-card`, leads to the same page in the preferred one. */
function checkLanguage({ params, request }: LoaderFunctionArgs): Response | null {
  if (isLanguage(params['language'] ?? '')) return null;
  const { pathname, search } = new URL(request.url);
  return redirect(`/${preferredLanguage(document.cookie, navigator.languages)}${pathname}${search}`);
}

function LanguageFrame(): ReactElement {
  const { language = '' } = useParams();
  return (
    <LocaleProvider language={isLanguage(language) ? language : defaultLanguage}>
      <SlotProvider links={systemLinks}>
        <Outlet />
      </SlotProvider>
    </LocaleProvider>
  );
}

/** For a failure in the frame itself, outside of which there is no language yet. */
function OutsideFailure(): ReactElement {
  const { language = '' } = useParams();
  return (
    <LocaleProvider language={isLanguage(language) ? language : defaultLanguage}>
      <SlotProvider links={systemLinks}>
        <ShellFrame>
          <PageFailure />
        </ShellFrame>
      </SlotProvider>
    </LocaleProvider>
  );
}
