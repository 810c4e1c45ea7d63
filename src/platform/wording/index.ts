export {
  codeIn,
  conceptKey,
  languageOf,
  untranslatedText,
  type Wording,
  wordingOfConcept,
} from './wording.ts';
