import type { CodeableConcept } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import { codeIn, conceptKey, languageOf, untranslatedText, wordingOfConcept } from './wording.ts';

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

test.each([
  [{ language: 'ru' }, 'ru'],
  [{}, 'en'],
  [{ code: diabetes }, 'az'],
  [{ identifier: [{ system: 'https://vsis.az/fhir/sid/fin', value: '00TEST1' }] }, 'az'],
  [{ code: { coding: [{ _display: { extension: [translation('fr', 'diabète')] } }] } }, 'en'],
])('the words of %j are in %s', (resource, language) => {
  expect(languageOf(resource as object)).toBe(language);
});

const atorvastatin = withExtensions({
  text: 'Atorvastatin 20 mg, tablet',
  coding: [{ display: 'Atorvastatin', _display: { extension: [translation('ru', 'Аторвастатин')] } }],
});

test('the strength of a medicine is not lost in translation', () => {
  expect(wordingOfConcept(atorvastatin, 'az', 'ru')?.text).toBe('Аторвастатин');
  expect(untranslatedText(atorvastatin, 'az', 'ru')).toEqual({ text: 'Atorvastatin 20 mg, tablet', language: 'az' });
  expect(untranslatedText(atorvastatin, 'az', 'az')).toBeUndefined();
  expect(untranslatedText(diabetes, 'az', 'ru')).toBeUndefined();
  expect(untranslatedText({ text: 'Aspirin' }, 'en', 'ru')).toBeUndefined();
});
