import { compareDates, compareNames, type DateAgreement, isOneSlip, type NameAgreement } from './agreement.ts';
import type { Person } from './person.ts';

/** FHIR R4, valueset-match-grade.html. */
export type MatchGrade = 'certain' | 'probable' | 'possible' | 'certainly-not';

export type Match = {
  readonly grade: MatchGrade /** 0 to 1; orders matches, the better grade first. */;
  readonly score: number;
};

/**
 * What each agreement says for or against two descriptions meaning one person, in bits: how many times more often it
 * is met among descriptions of one person than among those of two, as a power of two. A number found by chance in one of
 * a thousand weighs 10. What is not known weighs nothing. The values are judged from what names and dates are worth in
 * a country of ten million, not fitted to data.
 */
export const weights = {
  fin: { same: 20, typing: 5, other: -12, absent: 0 },
  /** Documents are renewed, so that another number says nothing. */
  document: { same: 12, other: 0, absent: 0 },
  family: { same: 7, sound: 6, typing: 4, beginning: 2, other: -4, absent: 0 },
  given: { same: 6, sound: 5, typing: 3, beginning: 2, other: -8, absent: 0 },
  father: { same: 5, sound: 4, typing: 2, beginning: 1, other: -6, absent: 0 },
  birth: { same: 13, partial: 6, swapped: 7, typing: 7, other: -10, absent: 0 },
  sex: { same: 1, other: -5, absent: 0 },
  /** Families share telephones. */
  phone: { same: 5, other: 0, absent: 0 },
} as const;

const thresholds = { probable: 22, possible: 11 } as const;

type Agreements = {
  readonly fin: keyof typeof weights.fin;
  readonly document: keyof typeof weights.document;
  readonly family: NameAgreement;
  readonly given: NameAgreement;
  readonly father: NameAgreement;
  readonly birth: DateAgreement;
  readonly sex: keyof typeof weights.sex;
  readonly phone: keyof typeof weights.phone;
};

/** How sure it is that two descriptions mean one person. Symmetric. */
export function weighMatch(left: Person, right: Person): Match {
  const agreements = compare(left, right);
  const bits = Object.entries(agreements).reduce((sum, [field, found]) => sum + weightOf(field, found), 0);
  const grade = gradeOf(agreements, bits);
  const { from, width } = bands[grade];
  const share = 1 / (1 + 2 ** ((thresholds.probable - bits) / 4));
  return { grade, score: Math.round((from + width * share) * 1000) / 1000 };
}

/** Scores of a better grade are higher, whatever the weights. */
const bands = {
  certain: { from: 0.9, width: 0.1 },
  probable: { from: 0.6, width: 0.3 },
  possible: { from: 0.3, width: 0.3 },
  'certainly-not': { from: 0, width: 0.3 },
} as const;

function weightOf(field: string, found: string): number {
  const table = weights[field as keyof Agreements] as Readonly<Record<string, number>>; // as: both have the same fields
  return table[found] ?? 0;
}

/**
 * Weights add up as if the fields were independent, which they are not within a family: twins share all but the name and
 * the number. So some disagreements limit the grade whatever the rest weighs.
 *
 * Nobody is certain without a number that is given to one person: in a large country there are two with the same
 * name, father's name and day of birth.
 */
function gradeOf(agreements: Agreements, bits: number): MatchGrade {
  const { fin, given, birth, sex } = agreements;
  if (isCertain(agreements) && sex !== 'other' && bits >= thresholds.probable) {
    return 'certain';
  }
  const contradicts = fin === 'other' || given === 'other' || birth === 'other' || sex === 'other';
  if (bits >= thresholds.probable && !contradicts) {
    return 'probable';
  }
  return bits >= thresholds.possible ? 'possible' : 'certainly-not';
}

function isCertain({ fin, document, family, given, birth }: Agreements): boolean {
  const isNumberShared = fin === 'same' || (document === 'same' && fin === 'absent');
  const isBornThen = birth === 'same' || (birth === 'partial' && fin === 'same' && isHeard(family));
  return isNumberShared && isBornThen && isHeard(given);
}

function isHeard(name: NameAgreement): boolean {
  return name === 'same' || name === 'sound';
}

function compare(left: Person, right: Person): Agreements {
  return {
    fin: compareFins(left.fins, right.fins),
    document: shared(left.documents, right.documents),
    ...compareFullNames(left, right),
    father: compareNames(left.fathers, right.fathers),
    birth: compareDates(left.birthDate, right.birthDate),
    sex: shared(asList(left.sex), asList(right.sex)),
    phone: shared(left.phones, right.phones),
  };
}

function compareFins(left: readonly string[], right: readonly string[]): keyof typeof weights.fin {
  const found = shared(left, right);
  return found === 'other' && left.some((one) => right.some((other) => isOneSlip(one, other))) ? 'typing' : found;
}

/** Name and surname, also where they were written in each other's place. */
function compareFullNames(left: Person, right: Person): Pick<Agreements, 'family' | 'given'> {
  const straight = {
    family: compareNames(left.families, right.families),
    given: compareNames(left.givens, right.givens),
  };
  const crossed = {
    family: compareNames(left.families, right.givens),
    given: compareNames(left.givens, right.families),
  };
  const isCrossed = crossed.family === 'same' && crossed.given === 'same' && straight.given !== 'same';
  return isCrossed ? { family: 'sound', given: 'sound' } : straight;
}

function shared(left: readonly string[], right: readonly string[]): 'same' | 'other' | 'absent' {
  if (left.length === 0 || right.length === 0) {
    return 'absent';
  }
  return left.some((each) => right.includes(each)) ? 'same' : 'other';
}

function asList(value: string | undefined): string[] {
  return value === undefined ? [] : [value];
}
