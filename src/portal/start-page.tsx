import './start-page.css';
import type { HumanName, Patient, Practitioner, PractitionerRole } from '@medplum/fhirtypes';
import type { ReactElement, ReactNode } from 'react';
import { type LoaderFunctionArgs, useLoaderData, useNavigate } from 'react-router';
import { bakuToday, formatAge } from '#platform/i18n';
import { ButtonLink, ErrorPanel, Notice, PageHeading, Panel, useLocale, useNow } from '#platform/ui';
import { languageOf, wordingOfConcept } from '#platform/wording';
import { type DemoCast, findDemoCast } from './demo-cast.ts';
import { type DemoIdentity, useDemoIdentity } from './demo-identity.ts';
import { portalMessages } from './messages.ts';

type StartData = { readonly cast: DemoCast } | { readonly error: unknown };

/** The page explains itself even when the record cannot be reached. */
export async function loader({ request: { signal } }: LoaderFunctionArgs): Promise<StartData> {
  try {
    return { cast: await findDemoCast(signal) };
  } catch (error) {
    if (signal.aborted) throw error;
    return { error };
  }
}

export function Component(): ReactElement {
  const { t, language } = useLocale(portalMessages);
  const data: StartData = useLoaderData();
  return (
    <div className="stack start-page">
      <div className="start-hero">
        <PageHeading documentTitle={t('startTitle')}>{t('startTitle')}</PageHeading>
        <p className="lead">{t('startLead')}</p>
        <p>
          <ButtonLink look="primary" icon="search" to={`/${language}/health-card`}>
            {t('toSearch')}
          </ButtonLink>
        </p>
      </div>
      <Notice title={t('loopbackTitle')}>
        <p>{t('loopbackHelp')}</p>
      </Notice>
      {'error' in data ? <ErrorPanel error={data.error} /> : <DemoPicker cast={data.cast} />}
    </div>
  );
}

function DemoPicker({ cast }: { cast: DemoCast }): ReactElement {
  const { t } = useLocale(portalMessages);
  if (cast.citizens.length + cast.staff.length === 0) return <p className="soft">{t('noCast')}</p>;
  return (
    <section className="stack" aria-labelledby="choose-role">
      <div>
        <h2 id="choose-role">{t('chooseRole')}</h2>
        <p className="soft">{t('chooseRoleHelp')}</p>
      </div>
      <div className="start-roles">
        {cast.citizens.length > 0 && (
          <RolePanel title={t('citizens')} help={t('citizensHelp')} icon="person">
            {cast.citizens.map((person) => (
              <CitizenChoice key={person.id} person={person} />
            ))}
          </RolePanel>
        )}
        {cast.staff.length > 0 && (
          <RolePanel title={t('staff')} help={t('staffHelp')} icon="visit">
            {cast.staff.map((person) => (
              <StaffChoice key={person.id} person={person} posts={cast.posts} />
            ))}
          </RolePanel>
        )}
      </div>
    </section>
  );
}

type RolePanelProps = { title: string; help: string; icon: 'person' | 'visit'; children: ReactNode };

function RolePanel({ title, help, icon, children }: RolePanelProps): ReactElement {
  return (
    <Panel title={title} icon={icon} level={3}>
      <div className="stack-tight">
        <p className="soft small">{help}</p>
        {children}
      </div>
    </Panel>
  );
}

function CitizenChoice({ person }: { person: Patient }): ReactElement {
  const now = useNow();
  const { language } = useLocale(portalMessages);
  const name = writtenName(person.name?.[0]);
  const detail = formatAge(person.birthDate ?? '', bakuToday(now), language);
  return (
    <Choice
      identity={{ role: 'citizen', id: person.id ?? '', name }}
      detail={detail}
      to={`/${language}/health-card/${person.id}`}
    />
  );
}

function StaffChoice({ person, posts }: { person: Practitioner; posts: readonly PractitionerRole[] }): ReactElement {
  const { language } = useLocale(portalMessages);
  const post = posts.find(({ practitioner }) => practitioner?.reference === `Practitioner/${person.id}`);
  const speciality = post && wordingOfConcept(post.specialty?.[0], languageOf(post), language);
  const name = writtenName(person.name?.[0]);
  return (
    <Choice
      identity={{ role: 'doctor', id: person.id ?? '', name }}
      detail={[speciality?.text, post?.organization?.display].filter((part) => part !== undefined).join(', ')}
      to={`/${language}/health-card`}
    />
  );
}

function Choice({ identity, detail, to }: { identity: DemoIdentity; detail: string; to: string }): ReactElement {
  const { choose } = useDemoIdentity();
  const navigate = useNavigate();
  return (
    <button
      type="button"
      className="person-choice"
      onClick={() => {
        choose(identity);
        void navigate(to);
      }}
    >
      <strong translate="no">{identity.name}</strong>
      <span className="soft small">{detail}</span>
    </button>
  );
}

const writtenName = (name: HumanName | undefined): string =>
  name?.text ?? [name?.family, ...(name?.given ?? [])].filter((part) => part !== undefined).join(' ');
