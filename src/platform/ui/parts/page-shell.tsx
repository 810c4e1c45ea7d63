import './page-shell.css';
import type { ReactElement, ReactNode } from 'react';
import { Link, NavLink } from 'react-router';
import { useLocale } from '../locale.tsx';
import { uiMessages } from '../messages.ts';

export type NavigationLink = { readonly to: string; readonly label: string; readonly end?: boolean };

type PageShellProps = {
  home: string;
  name: string;
  tagline: string;
  /** Says that people and data here are invented. */
  demoMark?: string | undefined;
  navigation: readonly NavigationLink[];
  /** What stands at the right of the header: search, signed-in person. */
  tools?: ReactNode;
  languageSwitch: ReactNode;
  footer: ReactNode;
  busy: boolean;
  children: ReactNode;
};

/** The frame around every page: skip link, header, main part, footer. */
export function PageShell(props: PageShellProps): ReactElement {
  const { t } = useLocale(uiMessages);
  return (
    <div className="site">
      <a className="skip-link" href="#content">
        {t('skipToContent')}
      </a>
      {props.busy && <div className="progress-bar" aria-hidden="true" />}
      <header className="site-header">
        <div className="site-header-inner">
          <Link className="brand" to={props.home}>
            <BrandSign />
            <span className="brand-name">
              <strong translate="no">{props.name}</strong>
              <small>{props.tagline}</small>
            </span>
          </Link>
          {props.demoMark && <span className="demo-mark">{props.demoMark}</span>}
          <nav className="site-nav" aria-label={t('mainNavigation')}>
            <ul className="bare-list">
              {props.navigation.map(({ to, label, end = false }) => (
                <li key={to}>
                  <NavLink to={to} end={end}>
                    {label}
                  </NavLink>
                </li>
              ))}
            </ul>
          </nav>
          {props.languageSwitch}
          {props.tools && <div className="site-header-tools">{props.tools}</div>}
        </div>
      </header>
      <main id="content" className="site-main" tabIndex={-1} aria-busy={props.busy}>
        {props.children}
      </main>
      <footer className="site-footer">
        <div className="site-footer-inner">{props.footer}</div>
      </footer>
    </div>
  );
}

/** A leaf and a pulse: the service's own sign, no emblem of the state. */
function BrandSign(): ReactElement {
  return (
    <svg width="38" height="38" viewBox="0 0 40 40" aria-hidden="true" focusable="false">
      <path
        d="M20 2.500c9.800 4.800 15 11.200 15 19.300A15 15 0 0 1 20 37.500 15 15 0 0 1 5 21.800C5 13.700 10.200 7.300 20 2.500"
        fill="#0e6b7a"
      />
      <path d="M20 2.500c9.800 4.800 15 11.200 15 19.300A15 15 0 0 1 20 37.500z" fill="#138092" />
      <path
        d="M8.500 23h5.700l3-8 5.400 14 3.200-8.500 1 2.500h4.700"
        fill="none"
        stroke="#fff"
        strokeWidth="2.600"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
