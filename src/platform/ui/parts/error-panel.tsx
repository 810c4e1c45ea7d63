import type { ReactElement } from 'react';
import { AppError, type ErrorKind } from '#platform/errors';
import { useLocale } from '../locale.tsx';
import { uiMessages } from '../messages.ts';
import { Button } from './button.tsx';
import { Notice } from './notice.tsx';

type Words = 'unreachable' | 'notFound' | 'gone' | 'forbidden' | 'busy' | 'refused' | 'fault';

const wordsByKind: Readonly<Partial<Record<ErrorKind, Words>>> = {
  unavailable: 'unreachable',
  notFound: 'notFound',
  gone: 'gone',
  forbidden: 'forbidden',
  unauthenticated: 'forbidden',
  busy: 'busy',
  fault: 'fault',
};

/** What went wrong in the reader's words, with a way on. Details of the cause stay out of the page. */
export function ErrorPanel({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }): ReactElement {
  const { t } = useLocale(uiMessages);
  const words = error instanceof AppError ? (wordsByKind[error.kind] ?? 'refused') : 'fault';
  const mayPass = words === 'unreachable' || words === 'busy' || words === 'fault';
  return (
    <Notice tone={words === 'notFound' || words === 'gone' ? 'info' : 'danger'} title={t(`${words}Title`)} role="alert">
      <p>{t(`${words}Help`)}</p>
      {error instanceof AppError && <p className="soft small">{t('errorCode', { code: error.code })}</p>}
      {onRetry && mayPass && (
        <p>
          <Button onClick={onRetry}>{t('tryAgain')}</Button>
        </p>
      )}
    </Notice>
  );
}
