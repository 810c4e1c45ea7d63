import type { ReactElement } from 'react';
import { isRouteErrorResponse, useLocation, useNavigate, useRouteError } from 'react-router';
import { AppError } from '#platform/errors';
import { ButtonLink, ErrorPanel, PageHeading, useLocale } from '#platform/ui';
import { portalMessages } from './messages.ts';
import { NotFoundPage } from './not-found-page.tsx';

/** Stands in place of a page that could not be shown; the frame around it stays and works. */
export function PageFailure(): ReactElement {
  const { t, language } = useLocale(portalMessages);
  const error = useRouteError();
  const navigate = useNavigate();
  const { pathname, search } = useLocation();
  if (isRouteErrorResponse(error) && error.status === 404) return <NotFoundPage />;
  return (
    <div className="stack">
      <PageHeading documentTitle={t('errorTitle')}>{t('errorTitle')}</PageHeading>
      <ErrorPanel error={toAppError(error)} onRetry={() => void navigate(`${pathname}${search}`, { replace: true })} />
      <p>
        <ButtonLink to={`/${language}/health-card`}>{t('toSearch')}</ButtonLink>
      </p>
    </div>
  );
}

/** A part of the program that could not be fetched means the server has gone, as much as an unanswered question does. */
function toAppError(error: unknown): unknown {
  const lostModule = error instanceof TypeError && /module/i.test(error.message);
  return lostModule
    ? new AppError('unavailable', 'portal.part-not-loaded', 'A part of the portal could not be loaded', {
        cause: error,
      })
    : error;
}
