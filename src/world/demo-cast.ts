import { addMonths, type Day } from '#platform/days';
import type { LocalText } from '#platform/i18n';
import { type CitizenFacts, type CitizenKey, citizenFacts, type DemoStaff, staffFacts } from './demo-facts.ts';
import type { Dwelling } from './dwellings.ts';
import { mostPersonNumbers } from './fins.ts';
import type { HistoryWishes } from './history/history.ts';
import { childWord } from './naming.ts';
import type { Person } from './people.ts';
import type { Facility, Registry } from './registry.ts';
import { type StaffMember, toStaffMember } from './staff.ts';

/** Somebody of the fixed small cast, the same in every seed and size, for demo sign-ins and tests. */
export type DemoPerson = {
  readonly key: string;
  readonly resourceType: 'Patient' | 'Practitioner';
  readonly id: string;
  readonly fin: string;
  /** Surname, name, father's name. */
  readonly name: string;
  /** `citizen`, or the code of the staff role. */
  readonly role: string;
  readonly about: LocalText;
};

const citizenId = (key: string): string => `az-p-demo-${key}`;
const staffId = (key: string): string => `az-pr-demo-${key}`;

const nameOf = ({ family, given, fatherName, sex }: CitizenFacts | DemoStaff): string =>
  `${family} ${given} ${fatherName} ${childWord(sex)}`;

/** The cast by name: citizens of one family, and the staff they meet. */
export const demoCast: readonly DemoPerson[] = [
  ...citizenFacts.map(
    (facts): DemoPerson => ({
      key: facts.key,
      resourceType: 'Patient',
      id: citizenId(facts.key),
      fin: facts.fin,
      name: nameOf(facts),
      role: 'citizen',
      about: facts.about,
    }),
  ),
  ...staffFacts.map(
    (facts): DemoPerson => ({
      key: facts.key,
      resourceType: 'Practitioner',
      id: staffId(facts.key),
      fin: facts.fin,
      name: nameOf(facts),
      role: facts.role,
      about: facts.about,
    }),
  ),
];

const workplaceTests: Readonly<Record<DemoStaff['at'], (facility: Facility) => boolean>> = {
  polyclinic: ({ type, district }) => type === 'poliklinika' && district === 'AZ-BA',
  pharmacy: ({ type, district }) => type === 'aptek' && district === 'AZ-BA',
  ministry: ({ id }) => id === 'az-org-moh',
  ambulance: ({ id }) => id === 'az-org-ttym',
  epidemiology: ({ id }) => id === 'az-org-rgem',
};

/** The registry with the demo staff in their posts, each before the others of the speciality. */
export function demoRegistry(registry: Registry): Registry {
  for (const [index, facts] of staffFacts.entries()) {
    const facility = workplace(registry, facts.at);
    facility.staff.unshift(
      toStaffMember({
        ...facts,
        id: staffId(facts.key),
        number: 900_000 + index,
        birthDate: `${1970 + index * 2}-0${index + 1}-15`,
        facilityId: facility.id,
        facilityName: facility.name,
      }),
    );
  }
  return registry;
}

function workplace(registry: Registry, at: DemoStaff['at']): Facility {
  const facility = registry.facilities.find(workplaceTests[at]);
  if (facility === undefined) throw new TypeError(`The seed country has no ${at}`);
  return facility;
}

/** The polyclinic of the family, where only the demo staff work, so that they are whom the family has met. */
function familyPolyclinic(registry: Registry): Facility {
  const facility = workplace(registry, 'polyclinic');
  const known = new Set(staffFacts.map(({ key }) => staffId(key)));
  const demo = facility.staff.filter(({ id }) => known.has(id));
  const taken = new Set(demo.map(({ speciality }) => speciality));
  return { ...facility, staff: [...demo, ...facility.staff.filter(({ speciality }) => !taken.has(speciality))] };
}

const home: Dwelling = {
  district: 'AZ-BA',
  cityDistrict: 'AZ-BA-NES',
  rural: false,
  line: 'Nizami küçəsi, ev 42, mənzil 17',
  settlement: 'Bakı şəhəri',
  postalCode: 'AZ1010',
};

const registeredHome: Dwelling = {
  district: 'AZ-AGM',
  rural: false,
  line: 'Natəvan küçəsi, ev 5',
  settlement: 'Ağdam şəhəri',
  postalCode: 'AZ4500',
};

/** The family of the cast with what its histories are to hold. Ages are counted from today. */
export function demoFamily(registry: Registry, today: Day): readonly { person: Person; wishes: HistoryWishes }[] {
  const born = (years: number, months = 0, days = 0): Day => addMonths(today, -(years * 12 + months)) - days;
  const facility = familyPolyclinic(registry);
  const doctor = facility.staff.find(({ speciality }) => speciality === 'family');
  if (doctor === undefined) throw new TypeError('The demo polyclinic has no family doctor');
  const make = (key: CitizenKey, birth: Day, more: Partial<Person> = {}): Person =>
    citizen({ key, birth, facility, doctor }, more);

  const births = { elcin: born(38, 4), orxan: born(30, 2), murad: born(7, 3), nigar: born(1, 7), zehra: born(0, 0, 9) };
  const grandfather = make('grandfather', born(76, 8), { married: true, death: born(2, 5) });
  const grandmother = make('grandmother', born(72, 1), {
    married: true,
    spouse: grandfather,
    births: [births.elcin, births.orxan],
  });
  const parents = { mother: grandmother, father: grandfather };
  const father = make('father', births.elcin, { married: true, ...parents });
  const mother = make('mother', born(33, 6), { married: true, spouse: father, births: [births.murad, births.nigar] });
  const uncle = make('uncle', births.orxan, { married: true, ...parents });
  const aunt = make('aunt', born(28, 9), { married: true, spouse: uncle, births: [births.zehra] });
  const child = { mother, father };
  return [
    {
      person: { ...grandmother, grownChild: father },
      wishes: {
        illnesses: { I10: 52, 'E11.9': 58, 'M17.9': 63, 'H25.9': 68 },
        onlyWishedIllnesses: true,
        allergies: ['penisillin'],
      },
    },
    {
      person: { ...father, spouse: mother },
      wishes: { illnesses: { 'K29.5': 31 }, onlyWishedIllnesses: true, allergies: [] },
    },
    {
      person: mother,
      wishes: { illnesses: { 'D50.9': 25 }, onlyWishedIllnesses: true, pregnantUntil: today + 84, allergies: [] },
    },
    {
      person: withoutPhone(make('schoolchild', births.murad, { ...child, registered: home })),
      wishes: { onlyWishedIllnesses: true, punctualVaccines: true, allergies: ['findiq'] },
    },
    {
      person: withoutPhone(make('toddler', births.nigar, { ...child, registered: home })),
      wishes: { onlyWishedIllnesses: true, punctualVaccines: true, missingSeries: ['mmr'], allergies: [] },
    },
    { person: { ...uncle, spouse: aunt }, wishes: { onlyWishedIllnesses: true, allergies: [] } },
    { person: aunt, wishes: { onlyWishedIllnesses: true, notPregnant: true, allergies: [] } },
    {
      person: withoutPhone(make('newborn', births.zehra, { mother: aunt, father: uncle, registered: home })),
      wishes: { onlyWishedIllnesses: true, punctualVaccines: true, allergies: [] },
    },
    {
      person: { ...grandfather, spouse: grandmother },
      wishes: { illnesses: { I10: 55, 'I25.1': 66 }, onlyWishedIllnesses: true, allergies: [] },
    },
  ];
}

function withoutPhone(person: Person): Person {
  const { phone: _none, ...rest } = person;
  return rest;
}

type Place = {
  readonly key: CitizenKey;
  readonly birth: Day;
  readonly facility: Facility;
  readonly doctor: StaffMember;
};

function citizen({ key, birth, facility, doctor }: Place, more: Partial<Person>): Person {
  const index = citizenFacts.findIndex((facts) => facts.key === key);
  const facts = citizenFacts[index];
  if (facts === undefined) throw new TypeError(`No demo citizen ${key}`);
  return {
    id: citizenId(key),
    number: mostPersonNumbers + index,
    fin: facts.fin,
    sex: facts.sex,
    family: facts.family,
    given: facts.given,
    fatherName: facts.fatherName,
    birth,
    dwelling: home,
    registered: registeredHome,
    phone: `+994 50 000 00 0${index + 1}`,
    married: false,
    births: [],
    facility,
    doctor,
    ...more,
  };
}
