import type { Patient, Practitioner, PractitionerRole } from '@medplum/fhirtypes';
import { createFhirClient } from '#platform/fhir-client';
import { identifierSystems } from '#platform/names';

/** The demonstration people have FİNs that say so: citizens `00TEST1` to `00TEST9`, doctors `00TESTA` to `00TESTC`. */
const demoFins = (signs: string): string =>
  Array.from(signs, (sign) => `${identifierSystems.fin}|00TEST${sign}`).join(',');

export type DemoCast = {
  readonly citizens: readonly Patient[];
  readonly staff: readonly Practitioner[];
  readonly posts: readonly PractitionerRole[];
};

/** Looks the demonstration people up in the record; a record without them, such as one of imported data alone, has none. */
export async function findDemoCast(signal: AbortSignal): Promise<DemoCast> {
  const record = createFhirClient('/fhir');
  const [citizens, staff] = await Promise.all([
    record.search(
      'Patient',
      {
        identifier: demoFins('123456789'),
        _count: 20,
        _elements: 'name,birthDate,identifier,deceasedDateTime,deceasedBoolean',
      },
      signal,
    ),
    record.search(
      'Practitioner',
      { identifier: demoFins('ABC'), _count: 20, _revinclude: 'PractitionerRole:practitioner' },
      signal,
    ),
  ]);
  return {
    citizens: citizens.matches.filter(isAlive).toSorted((a, b) => (finOf(a) < finOf(b) ? -1 : 1)),
    staff: staff.matches.toSorted((a, b) => (finOf(a) < finOf(b) ? -1 : 1)),
    posts: staff.included.filter((resource) => resource.resourceType === 'PractitionerRole'),
  };
}

const finOf = ({ identifier }: Pick<Patient, 'identifier'>): string =>
  identifier?.find(({ system }) => system === identifierSystems.fin)?.value ?? '';

/** The dead do not look at their cards; doctors find them by searching. */
const isAlive = ({ deceasedDateTime, deceasedBoolean }: Patient): boolean =>
  deceasedDateTime === undefined && !deceasedBoolean;
