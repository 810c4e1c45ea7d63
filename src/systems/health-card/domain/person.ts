import type { Address, ContactPoint, HumanName, Identifier, Patient } from '@medplum/fhirtypes';
import { identifierSystems } from '#platform/names';

/** A name as it is used here: surname first, then name and father's name. */
export type PersonName = { readonly family: string; readonly given: string };

/** The name a person is known by: the official one, else the usual one, else the first that is not old. */
export function preferredName(names: readonly HumanName[] | undefined): HumanName | undefined {
  const current = (names ?? []).filter(({ use, period }) => use !== 'old' && period?.end === undefined);
  return (
    current.find(({ use }) => use === 'official') ??
    current.find(({ use }) => use === 'usual') ??
    current[0] ??
    names?.[0]
  );
}

/**
 * Parts of a name for showing. The whole as it is written in papers, where the record has it, holds the father's name;
 * a name known only as one text is all "given".
 */
export function toPersonName(name: HumanName | undefined): PersonName | undefined {
  if (name === undefined) return undefined;
  if (name.family !== undefined && name.text?.startsWith(`${name.family} `)) {
    return { family: name.family, given: name.text.slice(name.family.length + 1) };
  }
  const given = [...(name.given ?? []), ...(name.suffix ?? [])].join(' ');
  if (name.family === undefined && given === '')
    return name.text === undefined ? undefined : { family: '', given: name.text };
  return { family: name.family ?? '', given };
}

/** Surname, name and father's name in one line. */
export function fullName(name: HumanName | undefined): string | undefined {
  const parts = toPersonName(name);
  return parts && [parts.family, parts.given].filter((part) => part !== '').join(' ');
}

/** The personal identification number, where the person has one. */
export function finOf(patient: Pick<Patient, 'identifier'>): string | undefined {
  return patient.identifier?.find(({ system }) => system === identifierSystems.fin)?.value;
}

/** For people of other registers: the number by which theirs knows them. */
export function foreignIdentifier(patient: Pick<Patient, 'identifier'>): Identifier | undefined {
  const numbers = (patient.identifier ?? []).filter(
    ({ system, value }) => system !== identifierSystems.fin && value !== undefined,
  );
  return numbers.find(({ type }) => type?.coding?.some(({ code }) => code === 'MR')) ?? numbers[0];
}

/** The day of death, or `true` where only the fact is known. */
export function deathOf(patient: Patient): string | true | undefined {
  return patient.deceasedDateTime ?? (patient.deceasedBoolean === true ? true : undefined);
}

/** The address one lives at, else any that is not old. */
export function homeAddress(addresses: readonly Address[] | undefined): Address | undefined {
  const current = (addresses ?? []).filter(({ use, period }) => use !== 'old' && period?.end === undefined);
  return current.find(({ use }) => use === 'home') ?? current[0];
}

/** District or city alone, as tables show it. */
export const districtOf = (address: Address | undefined): string | undefined => address?.district ?? address?.city;

/** An address in one line, from the street outwards, each part once; our own country goes without saying. */
export function addressLine(address: Address | undefined): string | undefined {
  if (address === undefined) return undefined;
  const parts = [
    ...(address.line ?? []),
    address.city,
    address.district,
    address.state,
    address.postalCode,
    foreignCountry(address),
  ];
  const line = [...new Set(parts.filter((part) => part !== undefined && part !== ''))].join(', ');
  return line === '' ? address.text : line;
}

const foreignCountry = ({ country }: Address): string | undefined => (country === 'AZ' ? undefined : country);

/** Ways to reach someone that still hold, the preferred first. */
export function reachableBy(points: readonly ContactPoint[] | undefined, kind: 'phone' | 'email'): string[] {
  return (points ?? [])
    .filter(
      ({ system, use, value, period }) =>
        system === kind && use !== 'old' && value !== undefined && period?.end === undefined,
    )
    .toSorted((a, b) => (a.rank ?? Number.MAX_SAFE_INTEGER) - (b.rank ?? Number.MAX_SAFE_INTEGER))
    .flatMap(({ value }) => value ?? []);
}
