import { expect, test } from 'vitest';
import { identifierSystems } from '#platform/names';
import {
  addressLine,
  deathOf,
  finOf,
  foreignIdentifier,
  fullName,
  homeAddress,
  preferredName,
  reachableBy,
} from './person.ts';

test('surname comes first, father’s name last', () => {
  expect(fullName({ family: 'Məmmədov', given: ['Elçin', 'Rauf oğlu'] })).toBe('Məmmədov Elçin Rauf oğlu');
  expect(fullName({ family: 'Məmmədov', given: ['Elçin'], text: 'Məmmədov Elçin Rauf oğlu' })).toBe(
    'Məmmədov Elçin Rauf oğlu',
  );
  expect(fullName({ family: 'Koepp', given: ['Abdul'], text: 'Mr. Abdul Koepp' })).toBe('Koepp Abdul');
  expect(fullName({ text: 'Naməlum' })).toBe('Naməlum');
  expect(fullName({ family: 'Smith' })).toBe('Smith');
  expect(fullName(undefined)).toBeUndefined();
});

test.each([
  [
    [
      { use: 'maiden', family: 'a' },
      { use: 'official', family: 'b' },
    ],
    'b',
  ],
  [
    [
      { use: 'official', family: 'a', period: { end: '2001' } },
      { use: 'usual', family: 'b' },
    ],
    'b',
  ],
  [[{ use: 'old', family: 'a' }], 'a'],
] as const)('of %j the name is %s', (names, family) => {
  expect(preferredName(names.map((name) => ({ ...name })))?.family).toBe(family);
});

test('a FİN is told apart from the numbers of other registers', () => {
  const identifier = [
    { system: 'https://example.org/ssn', value: '999' },
    { system: 'https://example.org/mr', value: '7', type: { coding: [{ code: 'MR' }] } },
    { system: identifierSystems.fin, value: '00TEST1' },
  ];
  expect(finOf({ identifier })).toBe('00TEST1');
  expect(foreignIdentifier({ identifier })?.value).toBe('7');
  expect(finOf({})).toBeUndefined();
  expect(foreignIdentifier({ identifier: identifier.slice(2) })).toBeUndefined();
});

test('death is known by day, as a fact, or not at all', () => {
  expect(deathOf({ resourceType: 'Patient', deceasedDateTime: '2020-02' })).toBe('2020-02');
  expect(deathOf({ resourceType: 'Patient', deceasedBoolean: true })).toBe(true);
  expect(deathOf({ resourceType: 'Patient', deceasedBoolean: false })).toBeUndefined();
});

test('an address is one line without repetitions', () => {
  expect(addressLine({ line: ['Nizami küç. 5'], city: 'Bakı', district: 'Bakı', country: 'AZ' })).toBe(
    'Nizami küç. 5, Bakı',
  );
  expect(addressLine({ city: 'Mashpee', country: 'US' })).toBe('Mashpee, US');
  expect(addressLine({ text: 'Bakı' })).toBe('Bakı');
  expect(
    homeAddress([
      { use: 'old', city: 'x' },
      { use: 'work', city: 'y' },
      { use: 'home', city: 'z' },
    ])?.city,
  ).toBe('z');
});

test('telephones that hold, the preferred first', () => {
  const points = [
    { system: 'phone', value: '1' },
    { system: 'phone', value: '2', rank: 1 },
    { system: 'phone', value: '3', use: 'old' },
    { system: 'email', value: 'a@b' },
  ] as const;
  expect(reachableBy([...points], 'phone')).toEqual(['2', '1']);
});
