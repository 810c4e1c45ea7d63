import './timeline.css';
import type { ReactElement, ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

export type TimelineEntry = {
  readonly id: string;
  readonly icon: IconName;
  readonly kind: string;
  /** Machine form for `<time datetime>`. */
  readonly date: string;
  readonly dateText: string;
  readonly title: ReactNode;
  readonly details?: ReactNode;
  /** Stands at the end of the line. */
  readonly aside?: ReactNode;
};

export type TimelineYear = { readonly heading: string; readonly entries: readonly TimelineEntry[] };

/** What happened, newest first, under its years. */
export function Timeline({ years }: { years: readonly TimelineYear[] }): ReactElement {
  return (
    <div className="timeline">
      {years.map(({ heading, entries }) => (
        <section key={heading} className="timeline-year">
          <h3>{heading}</h3>
          <ol className="bare-list">
            {entries.map((entry) => (
              <Entry key={entry.id} entry={entry} />
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}

function Entry({ entry }: { entry: TimelineEntry }): ReactElement {
  return (
    <li className="timeline-entry">
      <span className="timeline-sign">
        <Icon name={entry.icon} size={18} />
      </span>
      <div className="timeline-body">
        <p className="timeline-when">
          <time dateTime={entry.date}>{entry.dateText}</time> · {entry.kind}
        </p>
        <div>
          <p className="timeline-what">{entry.title}</p>
          {entry.details && <p className="soft small">{entry.details}</p>}
        </div>
        {entry.aside}
      </div>
    </li>
  );
}
