import './document-viewer.css';
import type { Attachment } from '@medplum/fhirtypes';
import { type ReactElement, useEffect, useState } from 'react';
import { Button, ErrorPanel, Notice, Skeleton, uiMessages, useLocale } from '#platform/ui';
import { type Content, harmlessPage, readAttachment } from '../attachment.ts';
import { sectionMessages } from '../messages/sections.ts';
import { fhirBase } from '../record.ts';

/** Opens an attachment in the page, in a way that lets its content do nothing but be read. */
export function DocumentViewer({ attachment, title }: { attachment: Attachment; title: string }): ReactElement {
  const ui = useLocale(uiMessages);
  const [content, setContent] = useState<Content>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    const abort = new AbortController();
    readAttachment(attachment, fhirBase, abort.signal)
      .then(setContent)
      .catch((cause: unknown) => {
        if (!abort.signal.aborted) setError(cause);
      });
    return () => {
      abort.abort();
    };
  }, [attachment]);
  if (error !== undefined) return <ErrorPanel error={error} />;
  if (content === undefined) return <Skeleton lines={4} label={ui.t('loading')} />;
  return (
    <div className="document-viewer">
      <Shown content={content} attachment={attachment} title={title} />
    </div>
  );
}

type ShownProps = { content: Content; attachment: Attachment; title: string };

function Shown({ content, attachment, title }: ShownProps): ReactElement {
  const { t } = useLocale(sectionMessages);
  switch (content.kind) {
    case 'text':
      return (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it
        <section tabIndex={0} aria-label={title}>
          <pre>{content.text}</pre>
        </section>
      );
    case 'page':
      return <iframe title={`${t('documentFrame')}: ${title}`} sandbox="" srcDoc={harmlessPage(content.html)} />;
    case 'image':
      return <img src={content.address} alt={title} />;
    case 'other':
      return (
        <Notice>
          <p>{t('cannotShow', { type: content.file.type })}</p>
          <p>
            <Button
              onClick={() => {
                saveFile(content.file, attachment.title ?? title);
              }}
            >
              {t('download')}
            </Button>
          </p>
        </Notice>
      );
  }
}

function saveFile(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
