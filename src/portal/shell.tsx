import { type ReactElement, type ReactNode, Suspense, useEffect } from 'react';
import { Link, Outlet, ScrollRestoration, useLocation, useNavigate, useNavigation } from 'react-router';
import type { Language } from '#platform/i18n';
import { LanguageSwitch, PageShell, Skeleton, uiMessages, useLocale, usePageFocus, useSlot } from '#platform/ui';
import { useDemoIdentity } from './demo-identity.ts';
import { inLanguage, rememberLanguage } from './language-choice.ts';
import { portalMessages } from './messages.ts';
import { systems } from './systems.ts';

/** The frame with the page of the address in it. */
export function Shell(): ReactElement {
  const navigation = useNavigation();
  usePageFocus();
  return (
    <ShellFrame busy={navigation.state !== 'idle'}>
      <Outlet />
      <ScrollRestoration />
    </ShellFrame>
  );
}

/** The frame while the first page is on its way. */
export function ShellSkeleton(): ReactElement {
  const { t } = useLocale(uiMessages);
  return (
    <div className="site-main">
      <Skeleton lines={9} label={t('loading')} />
    </div>
  );
}

export function ShellFrame({ busy = false, children }: { busy?: boolean; children: ReactNode }): ReactElement {
  const { language, t, say } = useLocale(portalMessages);
  const { pathname } = useLocation();
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const links = useSlot('navigation').map(({ path, label }) => ({
    to: `/${language}/${path}`,
    label: say(label),
    end: true,
  }));
  const onOwnPage = pathname === `/${language}` || links.some(({ to }) => to === pathname);
  return (
    <PageShell
      home={`/${language}`}
      name="VSİS"
      tagline={t('tagline')}
      demoMark={t('demoMark')}
      navigation={[{ to: `/${language}`, label: t('home'), end: true }, ...links]}
      languageSwitch={<LanguageChoice />}
      tools={onOwnPage ? undefined : <HeaderTools />}
      footer={<Footer />}
      busy={busy}
    >
      {children}
    </PageShell>
  );
}

function HeaderTools(): ReactElement {
  return <Suspense>{systems.map(({ name, headerTool: Tool }) => Tool && <Tool key={name} />)}</Suspense>;
}

function LanguageChoice(): ReactElement {
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  const addressIn = (language: Language) => inLanguage(`${pathname}${search}`, language);
  return (
    <LanguageSwitch
      addressIn={addressIn}
      onChoose={(language) => {
        document.cookie = rememberLanguage(language);
        void navigate(addressIn(language), { replace: true, preventScrollReset: true });
      }}
    />
  );
}

function Footer(): ReactElement {
  const { t, language } = useLocale(portalMessages);
  const { identity } = useDemoIdentity();
  return (
    <>
      <p>{t('footerDemo')}</p>
      {identity && (
        <p>
          {t('signedInAs', { name: identity.name })} · <Link to={`/${language}`}>{t('change')}</Link>
        </p>
      )}
      <p>
        {t('footerFhir')}: <a href="/fhir/metadata">/fhir</a>
      </p>
    </>
  );
}
