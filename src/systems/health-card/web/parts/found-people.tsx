import type { Patient, Resource } from '@medplum/fhirtypes';
import { type ReactElement, useState } from 'react';
import { Link } from 'react-router';
import { bakuToday, formatAge } from '#platform/i18n';
import { Badge, Button, type Column, DataTable, ErrorPanel, useLocale, useNow } from '#platform/ui';
import { highlightName } from '../../domain/highlight.ts';
import {
  deathOf,
  districtOf,
  finOf,
  foreignIdentifier,
  fullName,
  homeAddress,
  preferredName,
} from '../../domain/person.ts';
import { cardMessages } from '../messages/card.ts';
import { codeKey, codeMessages } from '../messages/codes.ts';
import { findPersonMessages } from '../messages/find-person.ts';
import { record } from '../record.ts';
import { nameOfReference } from './references.ts';

type FoundPeopleProps = {
  caption: string;
  people: readonly Patient[];
  facilities: readonly Resource[];
  typed: string;
  /** The query to come back to. */
  search: string;
  next?: string | undefined;
};

/** People as a table, on a phone as cards; reads on where there are more. */
export function FoundPeople(props: FoundPeopleProps): ReactElement {
  const { t } = useLocale(findPersonMessages);
  const list = useMorePeople(props);
  const columns = usePersonColumns(list.facilities, props.typed, props.search);
  return (
    <div className="stack">
      <DataTable
        caption={props.caption}
        columns={columns}
        rows={list.people}
        rowKey={({ id }) => id ?? ''}
        empty={t('nothingYet')}
        narrow="lines"
      />
      {list.error !== undefined && <ErrorPanel error={list.error} onRetry={list.readOn} />}
      {list.next !== undefined && (
        <p>
          <Button onClick={list.readOn} aria-disabled={list.busy}>
            {t('more')}
          </Button>
        </p>
      )}
    </div>
  );
}

function useMorePeople({ people, facilities, next }: FoundPeopleProps) {
  const [more, setMore] = useState<{
    people: readonly Patient[];
    facilities: readonly Resource[];
    next: string | undefined;
  }>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  // Pages read on belong to the search they continue; a new search begins anew.
  const [continued, setContinued] = useState(people);
  if (continued !== people) {
    setContinued(people);
    setMore(undefined);
  }
  const nextPage = more === undefined ? next : more.next;
  const readOn = () => {
    if (nextPage === undefined || busy) return;
    setBusy(true);
    setError(undefined);
    record
      .nextPage('Patient', nextPage)
      .then((page) => {
        setMore({
          people: [...(more?.people ?? []), ...page.matches],
          facilities: [...(more?.facilities ?? []), ...page.included],
          next: page.next,
        });
      })
      .catch(setError)
      .finally(() => {
        setBusy(false);
      });
  };
  return {
    people: [...people, ...(more?.people ?? [])],
    facilities: [...facilities, ...(more?.facilities ?? [])],
    next: nextPage,
    busy,
    error,
    readOn,
  };
}

function usePersonColumns(facilities: readonly Resource[], typed: string, search: string): Column<Patient>[] {
  const { language, t, date } = useLocale(findPersonMessages);
  const code = useLocale(codeMessages);
  const today = bakuToday(useNow());
  const place = (patient: Patient) => districtOf(homeAddress(patient.address));
  const facility = (patient: Patient) => nameOfReference(patient.managingOrganization, facilities);
  return [
    {
      id: 'name',
      heading: t('name'),
      rowHeading: true,
      cell: (patient) => <PersonLink patient={patient} typed={typed} search={search} />,
      sortKey: (patient) => fullName(preferredName(patient.name)),
    },
    {
      id: 'born',
      heading: t('born'),
      speaksForItself: true,
      cell: ({ birthDate }) =>
        birthDate && (
          <span className="numbers">
            {date(birthDate, 'medium')} <span className="soft">({formatAge(birthDate, today, language)})</span>
          </span>
        ),
      sortKey: ({ birthDate }) => birthDate,
    },
    {
      id: 'sex',
      heading: t('sex'),
      speaksForItself: true,
      cell: ({ gender }) => code.t(codeKey('gender', gender) ?? 'gender.unknown'),
    },
    {
      id: 'fin',
      heading: t('fin'),
      cell: (patient) => <span translate="no">{finOf(patient) ?? shortNumber(patient)}</span>,
    },
    { id: 'district', heading: t('district'), speaksForItself: true, cell: place, sortKey: place },
    { id: 'facility', heading: t('facility'), speaksForItself: true, cell: facility, sortKey: facility },
  ];
}

const shortNumber = (patient: Patient): string => {
  const value = foreignIdentifier(patient)?.value ?? '';
  return value.length > 12 ? `${value.slice(0, 8)}…` : value;
};

function PersonLink({ patient, typed, search }: { patient: Patient; typed: string; search: string }): ReactElement {
  const { language, t } = useLocale(findPersonMessages);
  const words = useLocale(cardMessages);
  const name = fullName(preferredName(patient.name));
  return (
    <>
      <Link className="person-link" to={`/${language}/health-card/${patient.id}`} state={{ search }} translate="no">
        {name === undefined
          ? words.t('unnamed')
          : highlightName(name, typed).map(({ text, hit }, index) =>
              hit ? <mark key={index}>{text}</mark> : <span key={index}>{text}</span>,
            )}
      </Link>
      {deathOf(patient) !== undefined && (
        <>
          {' '}
          <Badge>{t('died')}</Badge>
        </>
      )}
    </>
  );
}
