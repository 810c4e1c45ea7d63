import './notice.css';
import type { ReactElement, ReactNode } from 'react';
import { Icon } from './icon.tsx';

type NoticeProps = {
  tone?: 'info' | 'warning' | 'danger' | 'good';
  title?: string;
  /** `alert` interrupts a screen reader; keep it for what has just gone wrong. */
  role?: 'alert' | 'status';
  children?: ReactNode;
};

/** A message that belongs to the page, in words and with a sign. */
export function Notice({ tone = 'info', title, role, children }: NoticeProps): ReactElement {
  const icon = tone === 'good' ? 'check' : tone === 'info' ? 'info' : 'alert';
  return (
    <div className="notice" data-tone={tone} role={role}>
      <Icon name={icon} />
      <div className="stack-tight">
        {title && <p className="notice-title">{title}</p>}
        {children}
      </div>
    </div>
  );
}
