import './record-text.css';
import type { ReactElement } from 'react';
import type { Wording } from '#platform/wording';
import { useLocale } from '../locale.tsx';
import { uiMessages } from '../messages.ts';

/** Shows words of the record as they stand; where they are not in the reader's language a small mark says which it is. */
export function RecordText({ wording }: { wording: Wording }): ReactElement {
  const { language, t } = useLocale(uiMessages);
  const own = wording.language?.split('-')[0];
  if (own === undefined || own === language) return <>{wording.text}</>;
  return (
    <span>
      <span lang={wording.language}>{wording.text}</span>
      <abbr className="language-mark" title={t('originalWording')}>
        {own.toUpperCase()}
      </abbr>
    </span>
  );
}
