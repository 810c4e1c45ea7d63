import './panel.css';
import { type ReactElement, type ReactNode, useId } from 'react';
import { Icon, type IconName } from './icon.tsx';

type PanelProps = {
  title: ReactNode;
  level?: 2 | 3;
  icon?: IconName;
  tone?: 'plain' | 'brand' | 'danger';
  actions?: ReactNode;
  children: ReactNode;
};

/** A titled region of a page; its title names it for screen readers. */
export function Panel({ title, level = 2, icon, tone = 'plain', actions, children }: PanelProps): ReactElement {
  const titleId = useId();
  const Heading = level === 2 ? 'h2' : 'h3';
  return (
    <section className="panel" data-tone={tone} aria-labelledby={titleId}>
      <header>
        <Heading id={titleId}>
          {icon && <Icon name={icon} />}
          <span>{title}</span>
        </Heading>
        {actions}
      </header>
      {children}
    </section>
  );
}
