import type { Patient, Resource } from '@medplum/fhirtypes';
import type { SearchPage, SearchParams } from '#platform/fhir-client';
import { type PersonQuery, readPersonQuery } from '../domain/person-query.ts';
import { record } from './record.ts';

export type PersonFilters = { readonly gender?: string | undefined; readonly birthYear?: string | undefined };

/** Those who fit, and apart from them those whose name only sounds like what was typed. */
export type PeopleFound = {
  readonly query: PersonQuery | undefined;
  readonly people: readonly Patient[];
  readonly alike: readonly Patient[];
  /** Organisations the people are registered with. */
  readonly facilities: readonly Resource[];
  readonly next?: string;
};

const elements =
  'identifier,name,gender,birthDate,deceasedBoolean,deceasedDateTime,address,managingOrganization,language';
const nobody: SearchPage<Patient> = { matches: [], included: [] };

/** Looks for people by one typed line; number, name and sound are asked for at once. */
export async function findPeople(
  typed: string,
  filters: PersonFilters,
  count: number,
  signal?: AbortSignal,
): Promise<PeopleFound> {
  const query = readPersonQuery(typed);
  if (query === undefined) return { query, people: [], alike: [], facilities: [] };
  const search = (params: SearchParams) =>
    record.search(
      'Patient',
      { ...params, ...filterParams(filters), _count: count, _elements: elements, _include: 'Patient:organization' },
      signal,
    );
  const [byNumber, byName, bySound] = await Promise.all([
    query.fin === undefined ? nobody : search({ identifier: query.fin }),
    query.name === undefined ? nobody : search({ name: query.name }),
    query.sound === undefined ? nobody : search({ phonetic: query.sound }),
  ]);
  const people = distinct([...byNumber.matches, ...byName.matches]);
  const known = new Set(people.map(({ id }) => id));
  return {
    query,
    people,
    alike: bySound.matches.filter(({ id }) => !known.has(id)),
    facilities: [byNumber, byName, bySound].flatMap(({ included }) => included),
    ...(byName.next === undefined ? {} : { next: byName.next }),
  };
}

function filterParams({ gender, birthYear }: PersonFilters): SearchParams {
  return { gender: gender || undefined, birthdate: /^\d{4}$/.test(birthYear ?? '') ? birthYear : undefined };
}

function distinct(people: readonly Patient[]): Patient[] {
  return [...new Map(people.map((person) => [person.id, person])).values()];
}
