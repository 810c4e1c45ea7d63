import type { ReactElement } from 'react';
import { ButtonLink, PageHeading, useLocale } from '#platform/ui';
import { portalMessages } from './messages.ts';

export function NotFoundPage(): ReactElement {
  const { t, language } = useLocale(portalMessages);
  return (
    <div className="stack">
      <PageHeading documentTitle={t('notFoundTitle')}>{t('notFoundTitle')}</PageHeading>
      <p className="lead">{t('notFoundHelp')}</p>
      <p className="row">
        <ButtonLink look="primary" to={`/${language}`}>
          {t('toHome')}
        </ButtonLink>
        <ButtonLink to={`/${language}/health-card`}>{t('toSearch')}</ButtonLink>
      </p>
    </div>
  );
}
