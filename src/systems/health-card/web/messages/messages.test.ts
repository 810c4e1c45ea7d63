import { expect, test } from 'vitest';
import { findMessageFaults } from '#platform/i18n';
import { cardMessages } from './card.ts';
import { codeKey, codeMessages } from './codes.ts';
import { findPersonMessages } from './find-person.ts';
import { printMessages } from './print.ts';
import { resultMessages } from './results.ts';
import { sectionMessages } from './sections.ts';
import { timelineMessages } from './timeline.ts';
import { vaccinationMessages } from './vaccinations.ts';

const catalogues = {
  cardMessages,
  codeMessages,
  findPersonMessages,
  printMessages,
  resultMessages,
  sectionMessages,
  timelineMessages,
  vaccinationMessages,
};

test.each(Object.entries(catalogues))('the texts of %s are sound in every language', (_, messages) => {
  expect(findMessageFaults(messages)).toEqual([]);
});

test('a code without words of its own takes the fallback of its list', () => {
  expect(codeKey('encounter', 'AMB')).toBe('encounter.AMB');
  expect(codeKey('encounter', 'nonsense', 'encounter.other')).toBe('encounter.other');
  expect(codeKey('encounter', undefined)).toBeUndefined();
  expect(codeKey('toString', '')).toBeUndefined();
});
