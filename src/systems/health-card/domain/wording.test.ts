import type { CodeableConcept } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import { codeIn, conceptKey, languageOf, wordingOfConcept } from './wording.ts';

const translation = (lang: string, content: string) => ({
  url: 'http://hl7.org/fhir/StructureDefinition/translation',
  extension: [
    { url: 'lang', valueCode: lang },
    { url: 'content', valueString: content },
  ],
});

// Primitive extensions stand beside the element, which the resource types do not know.
const withExtensions = (concept: object): CodeableConcept => concept;

const diabetes = withExtensions({
  coding: [
    {
      system: 'http://hl7.org/fhir/sid/icd-10',
      code: 'E11',
      display: '2-ci tip şəkərli diabet',
      _display: { extension: [translation('ru', 'Сахарный диабет 2 типа'), translation('en-GB', 'Type 2 diabetes')] },
    },
  ],
});

test.each([
  ['ru', 'Сахарный диабет 2 типа', 'ru'],
  ['en', 'Type 2 diabetes', 'en'],
  ['az', '2-ci tip şəkərli diabet', 'az'],
  ['de', '2-ci tip şəkərli diabet', 'az'],
])('a reader of %s sees "%s" marked %s', (reader, text, language) => {
  expect(wordingOfConcept(diabetes, 'az', reader)).toEqual({ text, language });
});

test('a foreign record keeps its own words and says in what language', () => {
  const foreign = { coding: [{ code: '74400008', display: 'Appendicitis' }], text: 'Appendicitis (disorder)' };
  expect(wordingOfConcept(foreign, languageOf({}), 'az')).toEqual({ text: 'Appendicitis (disorder)', language: 'en' });
});

test('a translation of the text wins over that of a coding', () => {
  const concept = withExtensions({
    text: 'təzyiq',
    _text: { extension: [translation('ru', 'давление')] },
    coding: [{ code: 'x', _display: { extension: [translation('ru', 'другое')] } }],
  });
  expect(wordingOfConcept(concept, 'az', 'ru')?.text).toBe('давление');
});

test('a bare code belongs to no language; nothing at all is nothing', () => {
  expect(wordingOfConcept({ coding: [{ code: 'E11' }] }, 'az', 'ru')).toEqual({ text: 'E11', language: undefined });
  expect(wordingOfConcept({}, 'az', 'ru')).toBeUndefined();
  expect(wordingOfConcept(undefined, 'az', 'ru')).toBeUndefined();
});

test('codes and keys', () => {
  expect(codeIn(diabetes, 'http://hl7.org/fhir/sid/icd-10')).toBe('E11');
  expect(codeIn(diabetes, 'http://loinc.org')).toBeUndefined();
  expect(conceptKey(diabetes)).toBe('http://hl7.org/fhir/sid/icd-10|E11');
  expect(conceptKey({ text: 'təzyiq' })).toBe('təzyiq');
});
