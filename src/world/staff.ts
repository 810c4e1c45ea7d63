import type { HumanName, Practitioner, PractitionerRole, Reference } from '@medplum/fhirtypes';
import { identifierSystems } from '#platform/names';
import { codeSystems, concept } from './codes.ts';
import { staffFin } from './fins.ts';
import { fullName, inSex } from './naming.ts';
import { createRandom } from './random.ts';
import { byCode, names, type Sex, staffKinds, staffRoles } from './world-data.ts';

/** A health worker in one post. */
export type StaffMember = {
  readonly id: string;
  readonly name: string;
  readonly sex: Sex;
  readonly speciality: string;
  readonly facilityId: string;
  readonly facilityName: string;
  /** Shared by every resource that names the worker. */
  readonly reference: Reference<Practitioner>;
  readonly resources: readonly [Practitioner & { id: string }, PractitionerRole & { id: string }];
};

export type StaffFacts = {
  readonly id: string;
  readonly fin: string;
  readonly number: number;
  readonly sex: Sex;
  readonly family: string;
  readonly given: string;
  readonly fatherName: string;
  readonly birthDate: string;
  /** Code of the staff kind: a speciality or a post. */
  readonly speciality: string;
  readonly facilityId: string;
  readonly facilityName: string;
};

/** The workers of a facility, one for each post; `before` is how many the country has so far. */
export function buildStaff(
  facilityId: string,
  facilityName: string,
  posts: readonly string[],
  before: number,
): StaffMember[] {
  return posts.map((speciality, index) => {
    const number = before + index + 1;
    const random = createRandom(`staff/${number}`);
    const sex: Sex = random.chance(byCode(staffKinds, speciality).female) ? 'female' : 'male';
    return toStaffMember({
      id: `az-pr-${String(number).padStart(5, '0')}`,
      fin: staffFin(number),
      number,
      sex,
      family: inSex(random.pick(names.surnames), sex),
      given: random.pick(names[sex]),
      fatherName: random.pick(names.male),
      birthDate: `${random.int(1958, 1997)}-${twoDigits(random.int(1, 12))}-${twoDigits(random.int(1, 28))}`,
      speciality,
      facilityId,
      facilityName,
    });
  });
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

const specialityConcepts = new Map(
  staffKinds.map((kind) => [kind.code, concept(codeSystems.speciality, kind.code, kind)]),
);
const roleConcepts = new Map(staffRoles.map((role) => [role.code, concept(codeSystems.staffRole, role.code, role)]));

export function toStaffMember(facts: StaffFacts): StaffMember {
  const name = fullName(facts);
  const reference = { reference: `Practitioner/${facts.id}`, display: `${facts.family} ${facts.given}` };
  return {
    id: facts.id,
    name: name.text ?? '',
    sex: facts.sex,
    speciality: facts.speciality,
    facilityId: facts.facilityId,
    facilityName: facts.facilityName,
    reference,
    resources: [practitioner(facts, name), post(facts)],
  };
}

function practitioner(facts: StaffFacts, name: HumanName): Practitioner & { id: string } {
  return {
    resourceType: 'Practitioner',
    id: facts.id,
    identifier: [
      { system: identifierSystems.practitioner, value: `T${String(facts.number).padStart(6, '0')}` },
      { system: identifierSystems.fin, value: facts.fin },
    ],
    active: true,
    name: [name],
    gender: facts.sex,
    birthDate: facts.birthDate,
  };
}

function post(facts: StaffFacts): PractitionerRole & { id: string } {
  const kind = byCode(staffKinds, facts.speciality);
  const role = roleConcepts.get(kind.role);
  const speciality = specialityConcepts.get(kind.code);
  if (role === undefined || speciality === undefined) throw new TypeError(`The post ${facts.speciality} has no role`);
  return {
    resourceType: 'PractitionerRole',
    id: facts.id.replace('az-pr-', 'az-role-'),
    active: true,
    practitioner: { reference: `Practitioner/${facts.id}`, display: `${facts.family} ${facts.given}` },
    organization: { reference: `Organization/${facts.facilityId}`, display: facts.facilityName },
    code: [role],
    specialty: [speciality],
  };
}
