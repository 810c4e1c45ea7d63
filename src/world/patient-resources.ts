import type { CodeableConcept, ContactPoint, Identifier, Patient, RelatedPerson } from '@medplum/fhirtypes';
import { type Day, toIsoDate, yearsBetween } from '#platform/days';
import { identifierSystems } from '#platform/names';
import { plainConcept } from './codes.ts';
import { toAddress } from './dwellings.ts';
import { fullName } from './naming.ts';
import type { Person } from './people.ts';
import { createRandom } from './random.ts';

const roleSystem = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode';
const kin = {
  mother: plainConcept(roleSystem, 'MTH'),
  father: plainConcept(roleSystem, 'FTH'),
  spouse: plainConcept(roleSystem, 'SPS'),
  child: plainConcept(roleSystem, 'CHILD'),
};
const maritalSystem = 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus';
const married = plainConcept(maritalSystem, 'M');
const widowed = plainConcept(maritalSystem, 'W');
const single = plainConcept(maritalSystem, 'S');
const emergencyContact = plainConcept('http://terminology.hl7.org/CodeSystem/v2-0131', 'C');
const azerbaijani = { coding: [{ system: 'urn:ietf:bcp:47', code: 'az' }] };
const adultCardFromYears = 15;

/** The person as a Patient, and kin who speak for a child as RelatedPerson. */
export function patientResources(
  person: Person,
  today: Day,
): [Patient & { id: string }, ...(RelatedPerson & { id: string })[]] {
  return [patient(person, today), ...relatives(person, today)];
}

function patient(person: Person, today: Day): Patient & { id: string } {
  const contact = contactOf(person, today);
  return {
    resourceType: 'Patient',
    id: person.id,
    identifier: identifiers(person, today),
    active: true,
    name: [fullName(person)],
    ...(person.phone === undefined ? {} : { telecom: [phone(person.phone)] }),
    gender: person.sex,
    birthDate: toIsoDate(person.birth),
    ...(person.death === undefined ? {} : { deceasedDateTime: toIsoDate(person.death) }),
    address: [toAddress(person.dwelling, 'residence'), toAddress(person.registered, 'registration')],
    ...(yearsBetween(person.birth, today) < 18 ? {} : { maritalStatus: maritalStatus(person) }),
    ...(contact === undefined ? {} : { contact: [contact] }),
    communication: [{ language: azerbaijani, preferred: true }],
    generalPractitioner: [person.doctor.reference],
    managingOrganization: { reference: `Organization/${person.facility.id}`, display: person.facility.name },
  };
}

const phone = (value: string): ContactPoint => ({ system: 'phone', value, use: 'mobile' });

function maritalStatus({ married: isMarried, spouse }: Person): CodeableConcept {
  if (!isMarried) return single;
  return spouse?.death === undefined ? married : widowed;
}

/** FİN first, then the document of the age. A child's birth certificate has its day of issue. */
function identifiers(person: Person, today: Day): Identifier[] {
  const random = createRandom(`documents/${person.number}/${person.fin}`);
  const seven = (): string => String(random.int(0, 9_999_999)).padStart(7, '0');
  const found: Identifier[] = [{ use: 'official', system: identifierSystems.fin, value: person.fin }];
  if (yearsBetween(person.birth, today) < adultCardFromYears) {
    const issued = toIsoDate(Math.min(person.birth + random.int(5, 40), today));
    found.push({ system: identifierSystems.birthCertificate, value: `ZZ ${seven()}`, period: { start: issued } });
    if (person.birth < today - 90) found.push({ system: identifierSystems.childIdentityCard, value: `ZZ${seven()}` });
    return found;
  }
  const isNewCard = random.chance(0.7);
  found.push({ system: identifierSystems.identityCard, value: isNewCard ? `AA${seven()}` : `AZE0${seven()}` });
  if (random.chance(0.3)) found.push({ system: identifierSystems.passport, value: `C0${seven()}` });
  return found;
}

type Contact = NonNullable<Patient['contact']>[number];

function contactOf(person: Person, today: Day): Contact | undefined {
  const isChild = yearsBetween(person.birth, today) < 18;
  const alive = (kinsman: Person | undefined): kinsman is Person =>
    kinsman !== undefined && kinsman.death === undefined;
  const candidates: readonly [Person | undefined, CodeableConcept][] = isChild
    ? [
        [person.mother, kin.mother],
        [person.father, kin.father],
      ]
    : [
        [person.spouse, kin.spouse],
        [person.mother, kin.mother],
        [person.father, kin.father],
        [person.grownChild, kin.child],
      ];
  for (const [kinsman, relation] of candidates) {
    if (!alive(kinsman)) continue;
    return {
      relationship: [emergencyContact, relation],
      name: fullName(kinsman),
      ...(kinsman.phone === undefined ? {} : { telecom: [phone(kinsman.phone)] }),
      gender: kinsman.sex,
    };
  }
  return undefined;
}

function relatives(person: Person, today: Day): (RelatedPerson & { id: string })[] {
  if (yearsBetween(person.birth, today) >= 18) return [];
  const found: (RelatedPerson & { id: string })[] = [];
  if (person.mother !== undefined) found.push(relative(person, person.mother, kin.mother, 'm'));
  if (person.father !== undefined) found.push(relative(person, person.father, kin.father, 'f'));
  return found;
}

/** The FİN says who the parent is: the same person's own record carries it too. */
function relative(
  child: Person,
  parent: Person,
  relation: CodeableConcept,
  letter: string,
): RelatedPerson & { id: string } {
  return {
    resourceType: 'RelatedPerson',
    id: `${child.id}-r${letter}`,
    identifier: [{ use: 'official', system: identifierSystems.fin, value: parent.fin }],
    active: parent.death === undefined,
    patient: { reference: `Patient/${child.id}` },
    relationship: [relation],
    name: [fullName(parent)],
    ...(parent.phone === undefined ? {} : { telecom: [phone(parent.phone)] }),
    gender: parent.sex,
    birthDate: toIsoDate(parent.birth),
    period: { start: toIsoDate(child.birth), ...(parent.death === undefined ? {} : { end: toIsoDate(parent.death) }) },
  };
}
