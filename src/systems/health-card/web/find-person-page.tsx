import './find-person-page.css';
import './card-page.css';
import { type ReactElement, useCallback, useEffect, useRef, useState } from 'react';
import { Form, type LoaderFunctionArgs, useSearchParams, useSubmit } from 'react-router';
import { Button, Notice, PageHeading, Panel, SearchField, useHotkey, useLocale } from '#platform/ui';
import { findPeople, type PeopleFound, type PersonFilters } from './find-people.ts';
import { useLoaded } from './loaded.ts';
import { findPersonMessages } from './messages/find-person.ts';
import { FoundPeople } from './parts/found-people.tsx';
import { PersonFilterFields } from './parts/person-filter-fields.tsx';

const pageSize = 20;
const typingPauseMs = 200;

/** The search is in the address, so it can be shared, gone back to, and made without a script. */
export async function loader({ request }: LoaderFunctionArgs): Promise<PeopleFound> {
  const params = new URL(request.url).searchParams;
  return await findPeople(params.get('q') ?? '', filtersOf(params), pageSize, request.signal);
}

function filtersOf(params: URLSearchParams): PersonFilters {
  return { gender: params.get('gender') ?? undefined, birthYear: params.get('born') ?? undefined };
}

export function Component(): ReactElement {
  const { t } = useLocale(findPersonMessages);
  const found = useLoaded<typeof loader>();
  const { formRef, inputRef, ...form } = useSearchForm();
  return (
    <div className="stack find-person">
      <PageHeading documentTitle={t('title')}>{t('title')}</PageHeading>
      <search>
        <Form className="find-form" method="get" ref={formRef} onSubmit={form.onSubmit}>
          <div className="find-line">
            <SearchField
              label={t('field')}
              showLabel
              name="q"
              size="large"
              shortcut="/"
              value={form.typed}
              onChange={form.onType}
              placeholder={t('placeholder')}
              inputRef={inputRef}
              describedBy="find-help"
            />
            <Button look="primary" type="submit">
              {t('search')}
            </Button>
          </div>
          <p id="find-help" className="soft small">
            {t('help')}
          </p>
          <PersonFilterFields filters={filtersOf(form.params)} onChange={form.submitSoon} />
        </Form>
      </search>
      <SearchStatus found={found} />
      <FinHint found={found} onTake={form.take} />
      {found.query && (found.people.length > 0 || found.alike.length === 0) && (
        <ExactMatches found={found} search={form.search} />
      )}
      {found.query && found.alike.length > 0 && (
        <Panel title={t('similar')} icon="people">
          <p className="soft small">{t('similarHelp')}</p>
          <FoundPeople
            caption={t('similar')}
            people={found.alike}
            facilities={found.facilities}
            typed={found.query.text}
            search={form.search}
          />
        </Panel>
      )}
    </div>
  );
}

/** Typing asks after a pause; a newer question makes the router drop the older one. */
function useSearchForm() {
  const [params] = useSearchParams();
  const [typed, setTyped] = useState(params.get('q') ?? '');
  const formRef = useRef<HTMLFormElement>(null);
  const inputRef = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const submit = useSubmit();
  useHotkey(
    '/',
    useCallback(() => inputRef.current?.select(), []),
  );
  useEffect(() => {
    if (inputRef.current?.value === '') inputRef.current.focus();
    return () => {
      clearTimeout(timer.current);
    };
  }, []);
  const submitSoon = (pauseMs = typingPauseMs) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      if (formRef.current) void submit(formRef.current, { replace: true, preventScrollReset: true });
    }, pauseMs);
  };
  return {
    formRef,
    inputRef,
    params,
    typed,
    submitSoon,
    search: `?${params.toString()}`,
    onType: (text: string) => {
      setTyped(text);
      submitSoon();
    },
    take: (text: string) => {
      setTyped(text);
      submitSoon(0);
      inputRef.current?.focus();
    },
    onSubmit: () => {
      clearTimeout(timer.current);
    },
  };
}

/** Tells a screen reader, politely, how many were found. */
function SearchStatus({ found }: { found: PeopleFound }): ReactElement {
  const { t } = useLocale(findPersonMessages);
  const n = found.people.length;
  const alike = found.alike.length;
  const words =
    n === 0 && alike > 0 ? t('onlyAlike', { n: alike }) : t(found.next === undefined ? 'found' : 'foundFirst', { n });
  return <output className={found.query ? 'soft' : undefined}>{found.query ? words : t('start')}</output>;
}

function FinHint({ found, onTake }: { found: PeopleFound; onTake: (fin: string) => void }): ReactElement | null {
  const { t } = useLocale(findPersonMessages);
  const hint = found.query?.hint;
  if (hint === undefined) return null;
  return (
    <Notice tone="warning">
      <p>{t('finHint')}</p>
      <p>
        <Button
          onClick={() => {
            onTake(hint.suggestion);
          }}
        >
          {t('didYouMean', { fin: hint.suggestion })}
        </Button>
      </p>
    </Notice>
  );
}

function ExactMatches({ found, search }: { found: PeopleFound; search: string }): ReactElement {
  const { t } = useLocale(findPersonMessages);
  const text = found.query?.text ?? '';
  if (found.people.length === 0) {
    return (
      <Notice title={t('nobodyTitle', { text })}>
        <p>{t('nobodyHelp')}</p>
      </Notice>
    );
  }
  return (
    <Panel title={t('results')} icon="people">
      <FoundPeople
        key={text}
        caption={t('results')}
        people={found.people}
        facilities={found.facilities}
        typed={text}
        search={search}
        next={found.next}
      />
    </Panel>
  );
}
