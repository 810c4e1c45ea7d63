import './badge.css';
import type { ReactElement, ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

export type Tone = 'neutral' | 'brand' | 'danger' | 'warning' | 'good' | 'info';

/** A short state word. Tone supports the word and never replaces it. */
export function Badge({
  tone = 'neutral',
  icon,
  children,
}: {
  tone?: Tone;
  icon?: IconName;
  children: ReactNode;
}): ReactElement {
  return (
    <span className="badge" data-tone={tone}>
      {icon && <Icon name={icon} size={14} />}
      {children}
    </span>
  );
}

/** A code of a classification as it is printed on forms: `E11.9`. */
export function Code({ children, title }: { children: ReactNode; title?: string | undefined }): ReactElement {
  return (
    <span className="code" title={title} translate="no">
      {children}
    </span>
  );
}
