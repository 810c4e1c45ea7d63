import './tab-links.css';
import { type ReactElement, useEffect, useRef } from 'react';
import { NavLink, useLocation } from 'react-router';
import { Icon, type IconName } from './icon.tsx';

export type TabLink = { readonly to: string; readonly label: string; readonly icon?: IconName; readonly end?: boolean };

/** The parts of one page, each with its own address. The current one scrolls into view on a narrow screen. */
export function TabLinks({ label, tabs }: { label: string; tabs: readonly TabLink[] }): ReactElement {
  const nav = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  useEffect(() => {
    const strip = nav.current;
    const current = strip?.querySelector<HTMLElement>(`a[href="${CSS.escape(pathname)}"], a[aria-current="page"]`);
    if (strip && current) strip.scrollLeft = current.offsetLeft - (strip.clientWidth - current.offsetWidth) / 2;
  }, [pathname]);
  return (
    <nav className="tab-links" aria-label={label} ref={nav}>
      <ul className="bare-list">
        {tabs.map((tab) => (
          <li key={tab.to}>
            <NavLink to={tab.to} end={tab.end ?? false} preventScrollReset>
              {tab.icon && <Icon name={tab.icon} size={16} />}
              {tab.label}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
