import { type ReactElement, useCallback, useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { formatDate } from '#platform/i18n';
import { SearchField, useHotkey, useLocale } from '#platform/ui';
import { highlightName } from '../domain/highlight.ts';
import { finOf, fullName, preferredName } from '../domain/person.ts';
import { findPeople, type PeopleFound } from './find-people.ts';
import { findPersonMessages } from './messages/find-person.ts';

const mostSuggestions = 7;
const typingPauseMs = 200;

/** The search in the header: suggestions as one types, Enter for all results. */
export function PersonSearch(): ReactElement {
  const { t, language } = useLocale(findPersonMessages);
  const [typed, setTyped] = useState('');
  const inputRef = useRef<HTMLInputElement>(null);
  const navigate = useNavigate();
  const found = useSuggestedPeople(typed);
  useHotkey(
    '/',
    useCallback(() => inputRef.current?.select(), []),
  );
  const goTo = (address: string) => {
    setTyped('');
    void navigate(address);
  };
  return (
    <search>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          goTo(`/${language}/health-card?q=${encodeURIComponent(typed)}`);
        }}
      >
        <SearchField
          label={t('shortField')}
          name="q"
          value={typed}
          onChange={setTyped}
          placeholder={t('field')}
          shortcut="/"
          inputRef={inputRef}
          suggestions={toSuggestions(found, typed, language)}
          note={found && (found.people.length + found.alike.length === 0 ? t('nothingYet') : t('allResults'))}
          onChoose={({ id }) => {
            goTo(`/${language}/health-card/${id}`);
          }}
        />
      </form>
    </search>
  );
}

/** People for what is typed, after a pause; an answer to an older question is dropped. */
function useSuggestedPeople(typed: string): PeopleFound | undefined {
  const [answer, setAnswer] = useState<{ typed: string; found: PeopleFound }>();
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      findPeople(typed, {}, mostSuggestions, abort.signal)
        .then((found) => {
          setAnswer({ typed, found });
        })
        // A suggestion that does not come is no news; the full search says what is wrong.
        .catch(() => undefined);
    }, typingPauseMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [typed]);
  return answer !== undefined && answer.found.query !== undefined && typed.startsWith(answer.typed.slice(0, 2))
    ? answer.found
    : undefined;
}

function toSuggestions(found: PeopleFound | undefined, typed: string, language: 'az' | 'ru' | 'en') {
  return [...(found?.people ?? []), ...(found?.alike ?? [])].slice(0, mostSuggestions).map((person) => ({
    id: person.id ?? '',
    title: highlightName(fullName(preferredName(person.name)) ?? '', typed).map(({ text, hit }, index) =>
      hit ? <mark key={index}>{text}</mark> : <span key={index}>{text}</span>,
    ),
    detail: [person.birthDate && formatDate(person.birthDate, language, 'medium'), finOf(person)]
      .filter(Boolean)
      .join(' · '),
  }));
}
