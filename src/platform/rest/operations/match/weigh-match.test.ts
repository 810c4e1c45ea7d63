import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonObject } from '#platform/fhir';
import { fatherNameUrl, identifierSystems } from '#platform/names';
import { toPerson } from './person.ts';
import { type MatchGrade, weighMatch } from './weigh-match.ts';

type Facts = {
  readonly fin?: string;
  readonly passport?: string;
  readonly family?: string;
  readonly given?: string;
  readonly father?: string;
  readonly birthDate?: string;
  readonly gender?: string;
  readonly phone?: string;
};

function patient({ fin, passport, family, given, father, birthDate, gender, phone }: Facts): JsonObject {
  return {
    resourceType: 'Patient',
    identifier: [
      ...(fin === undefined ? [] : [{ system: identifierSystems.fin, value: fin }]),
      ...(passport === undefined ? [] : [{ system: identifierSystems.passport, value: passport }]),
    ],
    name: [
      {
        ...(family === undefined ? {} : { family }),
        ...(given === undefined ? {} : { given: [given] }),
        ...(father === undefined ? {} : { extension: [{ url: fatherNameUrl, valueString: father }] }),
      },
    ],
    ...(birthDate === undefined ? {} : { birthDate }),
    ...(gender === undefined ? {} : { gender }),
    ...(phone === undefined ? {} : { telecom: [{ system: 'phone', value: phone }] }),
  };
}

const şəhla: Facts = {
  fin: '5ABC123',
  passport: 'C01234567',
  family: 'Əliyeva',
  given: 'Şəhla',
  father: 'Rauf',
  birthDate: '1985-03-12',
  gender: 'female',
  phone: '+994 50 123 45 67',
};
const { fin: _fin, passport: _passport, ...unnumbered } = şəhla;

const gradeOf = (left: Facts, right: Facts) => weighMatch(toPerson(patient(left)), toPerson(patient(right))).grade;

describe('two descriptions of one person', () => {
  it.each<[string, Facts, MatchGrade]>([
    ['the same', şəhla, 'certain'],
    ['in a passport', { ...şəhla, family: 'Aliyeva', given: 'Shahla', father: 'Rauf' }, 'certain'],
    ['in Russian', { ...şəhla, family: 'Алиева', given: 'Шахла', father: 'Рауф' }, 'certain'],
    ['after a marriage', { ...şəhla, family: 'Məmmədova' }, 'certain'],
    ['with a new passport', { ...şəhla, passport: 'C07654321' }, 'certain'],
    ['with a passport alone', { ...unnumbered, passport: 'C01234567' }, 'certain'],
    ['without any number', unnumbered, 'probable'],
    [
      'with name, father and birth alone',
      { family: 'Əliyeva', given: 'Şəhla', father: 'Rauf', birthDate: '1985-03-12' },
      'probable',
    ],
    ['with day and month exchanged', { ...şəhla, birthDate: '1985-12-03' }, 'probable'],
    ['with an error in the day', { ...şəhla, birthDate: '1985-03-13' }, 'probable'],
    ['with an error in the number', { ...şəhla, fin: '5ABC128' }, 'probable'],
    ['with two neighbours of the number exchanged', { ...unnumbered, fin: '5BAC123' }, 'probable'],
    ['with an error in the name', { ...şəhla, given: 'Şəlha' }, 'probable'],
    ['with name and surname exchanged', { ...şəhla, family: 'Şəhla', given: 'Əliyeva' }, 'certain'],
    ['with the year of birth alone', { ...şəhla, birthDate: '1985' }, 'certain'],
    ['with a new surname and no number', { ...unnumbered, family: 'Məmmədova' }, 'probable'],
    ['with an error in the day and no number', { ...unnumbered, birthDate: '1985-03-17' }, 'probable'],
    ['with name and birth alone', { family: 'Əliyeva', given: 'Şəhla', birthDate: '1985-03-12' }, 'probable'],
  ])('%s', (_, other, wanted) => {
    expect(gradeOf(şəhla, other)).toBe(wanted);
  });
});

describe('two people', () => {
  it.each<[string, Facts, MatchGrade]>([
    ['a twin sister', { ...şəhla, fin: '5ABD777', passport: 'C09999999', given: 'Nigar' }, 'possible'],
    ['a twin sister without numbers', { ...unnumbered, given: 'Nigar' }, 'possible'],
    ['a twin brother', { ...unnumbered, family: 'Əliyev', given: 'Anar', gender: 'male' }, 'possible'],
    ['a twin under the number of the other', { ...şəhla, given: 'Nigar' }, 'possible'],
    ['someone of the same name, father and day, with another number', { ...unnumbered, fin: '7XYZ999' }, 'possible'],
    ['the mother', { ...unnumbered, given: 'Leyla', father: 'Kamil', birthDate: '1960-07-01' }, 'certainly-not'],
    ['a namesake', { family: 'Əliyeva', given: 'Şəhla', father: 'Kamil', birthDate: '1971-09-30' }, 'certainly-not'],
    ['a stranger', { fin: '1AAA111', family: 'Quliyev', given: 'Orxan', birthDate: '1999-01-02' }, 'certainly-not'],
    [
      'a stranger under the same number',
      {
        ...şəhla,
        family: 'Quliyev',
        given: 'Orxan',
        father: 'Tofiq',
        birthDate: '1999-01-02',
        gender: 'male',
        phone: '+994501111111',
        passport: 'C00000000',
      },
      'certainly-not',
    ],
  ])('%s', (_, other, wanted) => {
    expect(gradeOf(şəhla, other)).toBe(wanted);
  });
});

const facts: fc.Arbitrary<Facts> = fc.record(
  {
    fin: fc.constantFrom('5ABC123', '5ABC128', '7XYZ999'),
    passport: fc.constantFrom('C01234567', 'C07654321'),
    family: fc.constantFrom('Əliyeva', 'Əliyev', 'Aliyeva', 'Məmmədova'),
    given: fc.constantFrom('Şəhla', 'Shahla', 'Nigar', 'Anar'),
    father: fc.constantFrom('Rauf', 'Kamil'),
    birthDate: fc.constantFrom('1985-03-12', '1985-12-03', '1985-01-01', '1985', '1999-01-02'),
    gender: fc.constantFrom('female', 'male', 'other'),
    phone: fc.constantFrom('+994501234567', '+994551112233'),
  },
  { requiredKeys: [] },
);

const grades: readonly MatchGrade[] = ['certainly-not', 'possible', 'probable', 'certain'];

describe('whatever is compared', () => {
  it('the order of the two does not matter', () => {
    fc.assert(
      fc.property(facts, facts, (one, other) => {
        const [left, right] = [toPerson(patient(one)), toPerson(patient(other))];
        expect(weighMatch(left, right)).toEqual(weighMatch(right, left));
      }),
    );
  });

  it('nobody is certain without a number they share, a name that is heard alike, and a birth that fits', () => {
    fc.assert(
      fc.property(facts, facts, (one, other) => {
        if (gradeOf(one, other) !== 'certain') return;
        expect(one.fin === other.fin || one.passport === other.passport).toBe(true);
        expect(one.fin ?? one.passport).toBeDefined();
        const shown = (name: string | undefined) => (name === 'Shahla' ? 'Şəhla' : name);
        expect(shown(one.given)).toBe(shown(other.given));
        expect(one.birthDate?.slice(0, 4)).toBe(other.birthDate?.slice(0, 4));
      }),
      { numRuns: 2000 },
    );
  });

  it('more that agrees never makes it less sure, and a better grade has a higher score', () => {
    fc.assert(
      fc.property(
        facts,
        facts,
        fc.constantFrom('family', 'given', 'father', 'phone', 'passport'),
        (one, other, field) => {
          const more = { ...other, [field]: one[field as keyof Facts] };
          const [before, after] = [other, more].map((each) =>
            weighMatch(toPerson(patient(one)), toPerson(patient(each))),
          );
          if (!before || !after || one[field as keyof Facts] === undefined) return;
          expect(grades.indexOf(after.grade)).toBeGreaterThanOrEqual(grades.indexOf(before.grade));
          expect(after.score).toBeGreaterThanOrEqual(before.score);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
