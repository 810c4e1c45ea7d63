import { type Day, dayOf, toCalendarDate, yearsBetween } from '#platform/days';
import { type Dwelling, drawDwelling, drawRegisteredPlace } from './dwellings.ts';
import { mostPersonNumbers, personFin } from './fins.ts';
import { inSex } from './naming.ts';
import { createRandom, type Random } from './random.ts';
import type { Facility, Registry } from './registry.ts';
import type { StaffMember } from './staff.ts';
import { names, type Sex } from './world-data.ts';

/** What is known of a person before any history is written. */
export type Person = {
  readonly id: string;
  readonly number: number;
  readonly fin: string;
  readonly sex: Sex;
  readonly family: string;
  readonly given: string;
  readonly fatherName: string;
  readonly birth: Day;
  readonly death?: Day;
  readonly dwelling: Dwelling;
  readonly registered: Dwelling;
  readonly phone?: string;
  readonly married: boolean;
  readonly mother?: Person;
  readonly father?: Person;
  readonly spouse?: Person;
  /** A child of full age, to call where there is neither spouse nor parent. */
  readonly grownChild?: Person;
  /** Births she has given, also of children who have left home, oldest first. */
  readonly births: readonly Day[];
  readonly facility: Facility;
  readonly doctor: StaffMember;
};

/** A person while the family is being drawn: kin are joined at the end. */
type Draft = { -readonly [Key in keyof Person]: Person[Key] };

/** Numbers reserved for each family, so that no person's number depends on other families. */
const numbersPerFamily = 16;

/** The most families the seed country can have. */
export const mostFamilies = Math.floor(mostPersonNumbers / numbersPerFamily);

type FamilyKind = 'couple' | 'three-generations' | 'old-couple' | 'single' | 'mother-alone';

const kinds: readonly (readonly [kind: FamilyKind, weight: number])[] = [
  ['couple', 60],
  ['three-generations', 17],
  ['old-couple', 8],
  ['single', 10],
  ['mother-alone', 5],
];

const husbandAges: readonly (readonly [from: number, to: number, weight: number])[] = [
  [22, 29, 17],
  [30, 39, 32],
  [40, 49, 24],
  [50, 59, 18],
  [60, 69, 9],
];

type Household = {
  readonly random: Random;
  readonly today: Day;
  readonly familyIndex: number;
  readonly dwelling: Dwelling;
  readonly facility: Facility;
  readonly members: Draft[];
};

/** The family of an index: the same whatever the size of the country. */
export function drawFamily(seed: string, familyIndex: number, registry: Registry, today: Day): readonly Person[] {
  const random = createRandom(`${seed}/family/${familyIndex}`);
  const dwelling = drawDwelling(random);
  const facility = primaryFacility(random, registry, dwelling);
  const household: Household = { random, today, familyIndex, dwelling, facility, members: [] };
  const [kind] = random.weighted(kinds, ([, weight]) => weight);
  fill(household, kind);
  for (const member of household.members) settleDeath(member, random, today);
  return household.members;
}

function primaryFacility(random: Random, registry: Registry, dwelling: Dwelling): Facility {
  const near = registry.byDistrict.get(dwelling.district) ?? [];
  const wanted = dwelling.rural ? ['asm', 'poliklinika'] : ['poliklinika'];
  const suitable = near.filter(({ type }) => wanted.includes(type));
  return random.pick(suitable);
}

function fill(household: Household, kind: FamilyKind): void {
  switch (kind) {
    case 'couple':
      fillCouple(household, drawHusbandAge(household.random));
      return;
    case 'three-generations':
      fillThreeGenerations(household);
      return;
    case 'old-couple':
      fillCouple(household, household.random.int(62, 88));
      return;
    case 'single':
      addPerson(household, {
        sex: household.random.chance(0.5) ? 'male' : 'female',
        ageYears: household.random.int(20, 84),
      });
      return;
    case 'mother-alone':
      fillMotherAlone(household);
  }
}

function drawHusbandAge(random: Random): number {
  const [from, to] = random.weighted(husbandAges, ([, , weight]) => weight);
  return random.int(from, to);
}

function fillCouple(household: Household, husbandAge: number): Draft {
  const { random } = household;
  const husband = addPerson(household, { sex: 'male', ageYears: husbandAge });
  const wife = addPerson(household, { sex: 'female', ageYears: Math.max(19, husbandAge - random.int(0, 7)) });
  marry(husband, wife, random);
  addChildren(household, wife, husband);
  return husband;
}

function marry(husband: Draft, wife: Draft, random: Random): void {
  husband.married = true;
  wife.married = true;
  husband.spouse = wife;
  wife.spouse = husband;
  if (random.chance(0.85)) wife.family = inSex(masculine(husband.family), 'female');
}

function fillThreeGenerations(household: Household): void {
  const { random, today } = household;
  const husband = fillCouple(household, Math.min(drawHusbandAge(random), 52));
  const age = yearsBetween(husband.birth, today);
  const grandfather = addPerson(household, { sex: 'male', ageYears: age + random.int(23, 33) });
  const grandmother = addPerson(household, { sex: 'female', ageYears: age + random.int(19, 23) });
  marry(grandfather, grandmother, random);
  grandfather.family = husband.family;
  grandmother.family = inSex(masculine(husband.family), 'female');
  husband.fatherName = grandfather.given;
  husband.father = grandfather;
  husband.mother = grandmother;
  grandmother.births = [husband.birth];
}

function fillMotherAlone(household: Household): void {
  const { random } = household;
  const mother = addPerson(household, { sex: 'female', ageYears: random.int(23, 48) });
  addChildren(household, mother, undefined);
}

const masculine = (family: string): string => (/[oe]va$/.test(family) ? family.slice(0, -1) : family);

type Outline = { readonly sex: Sex; readonly ageYears: number } | { readonly sex: Sex; readonly birth: Day };

function addPerson({ random, today, familyIndex, dwelling, facility, members }: Household, outline: Outline): Draft {
  const { sex } = outline;
  const member = members.length + 1;
  const number = familyIndex * numbersPerFamily + member;
  const doctors = facility.staff.filter(({ speciality }) => speciality === 'family');
  const person: Draft = {
    id: `az-p-${String(familyIndex).padStart(6, '0')}-${member}`,
    number,
    fin: personFin(number),
    sex,
    family: inSex(random.pick(names.surnames), sex),
    given: drawGiven(random, sex),
    fatherName: random.pick(names.male),
    birth: 'birth' in outline ? outline.birth : drawBirth(random, today, outline.ageYears),
    dwelling,
    registered: drawRegisteredPlace(random, dwelling),
    phone: drawPhone(random),
    married: false,
    births: [],
    facility,
    doctor: random.pick(doctors),
  };
  members.push(person);
  return person;
}

/** The lists begin with common names, which are given more often. */
function drawGiven(random: Random, sex: Sex): string {
  const list = names[sex];
  const place = Math.floor(random.next() ** 1.6 * list.length);
  return list[place] ?? random.pick(list);
}

function drawBirth(random: Random, today: Day, ageYears: number): Day {
  const { year, month, dayOfMonth } = toCalendarDate(today);
  return dayOf(year - ageYears, month, Math.min(dayOfMonth, 28)) - random.int(0, 364);
}

/** Mobile numbers of the form +994 50 000 12 34: real operators give no number that begins with 000. */
function drawPhone(random: Random): string {
  const operator = random.pick(['10', '50', '51', '55', '60', '70', '77', '99']);
  const last = String(random.int(0, 9999)).padStart(4, '0');
  return `+994 ${operator} 000 ${last.slice(0, 2)} ${last.slice(2)}`;
}

const stopsAfter: readonly number[] = [0.14, 0.52, 0.76, 0.9, 1];

/** Children of a woman from her marriage on: those still at home join the household. */
function addChildren(household: Household, mother: Draft, father: Draft | undefined): void {
  const { random, today } = household;
  const births: Day[] = [];
  const fathersGiven = father?.given ?? random.pick(names.male);
  let birth = mother.birth + Math.round(Math.max(18.5, random.normal(23.5, 3)) * 365.25) + random.int(280, 900);
  while (birth <= today && birth < mother.birth + 41 * 365.25 && births.length < stopsAfter.length) {
    births.push(birth);
    if (household.members.length < numbersPerFamily - 1 && isAtHome(random, birth, today)) {
      addChild(household, birth, mother, father, fathersGiven);
    }
    if (random.chance(stopsAfter[births.length - 1] ?? 1)) break;
    birth += Math.round(Math.max(1.4, random.normal(3.4, 1.4)) * 365.25);
  }
  mother.births = births;
}

function isAtHome(random: Random, birth: Day, today: Day): boolean {
  const age = yearsBetween(birth, today);
  return age < 19 || random.chance(age < 25 ? 0.6 : age < 32 ? 0.22 : 0.05);
}

function addChild(
  household: Household,
  birth: Day,
  mother: Draft,
  father: Draft | undefined,
  fathersGiven: string,
): void {
  const { random } = household;
  const sex: Sex = random.chance(0.53) ? 'male' : 'female';
  const child = addPerson(household, { sex, birth });
  child.family = inSex(masculine((father ?? mother).family), sex);
  child.fatherName = fathersGiven;
  child.mother = mother;
  if (father !== undefined) child.father = father;
  if (yearsBetween(birth, household.today) < 14) delete child.phone;
}

const yearsWithDeaths = 8;

/** Who of the last years has died: chances rise with age as in a life table, and a mother outlives her last birth. */
function settleDeath(person: Draft, random: Random, today: Day): void {
  const lastBirth = Math.max(person.birth + 400, ...person.births.map((birth) => birth + 60));
  const childrenOf = person.sex === 'male' ? (person.spouse?.births.at(-1) ?? 0) : 0;
  for (let year = yearsWithDeaths; year >= 1; year -= 1) {
    const day = today - year * 365 + random.int(0, 364);
    const age = yearsBetween(person.birth, day);
    const dies = random.chance(yearlyMortality(age));
    if (dies && day > lastBirth && day > childrenOf && day < today - 30 && age >= 1) {
      person.death = day;
      return;
    }
  }
}

const yearlyMortality = (age: number): number => 0.0003 + 0.35 * Math.exp((age - 100) / 10);
