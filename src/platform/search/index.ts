export type { SearchType } from './compiled-search.ts';
export { type Condition, readCondition, supportedModifiers } from './conditions.ts';
export { describeSearch } from './describe-search.ts';
export { invalid } from './errors.ts';
export { splitUnescaped, unescape } from './escapes.ts';
export {
  compartmentKey,
  hash64,
  type IdentifierEntry,
  identifierEntry,
  noSystem,
  parameterNumber,
  parameterSalt,
  referenceKey,
  valueKey,
} from './hash.ts';
export { type IndexEntries, indexEntriesOf } from './index-entries.ts';
export { leadingDateOf } from './leading-date.ts';
export { type IndexedResource, patientOf, patientsOf } from './patient-of.ts';
export { homeZoneMinutes, type Span, toSpan } from './periods.ts';
export { type Include, parseSearch, type SearchQuery, type SortKey } from './query.ts';
export type { RangeEntry } from './range-entries.ts';
export { normalizeReference, parseLocalReference } from './references.ts';
export {
  findSearchParameter,
  indexedParameters,
  isPatientLink,
  isStoredType,
  patientParametersOf,
  type SearchParameter,
  searchParametersOf,
  storedTypes,
  summaryPathsOf,
} from './search-parameters.ts';
export {
  type ComparedValue,
  type Prefix,
  readDateValue,
  readNumberValue,
  readQuantityValue,
  readToken,
  readTokenForm,
  type TokenValue,
} from './search-values.ts';
export { beginningOf, codeTextEntry, isWordwise, pairedStringEntry, stringEntry, stringForms } from './string-forms.ts';
export { isIdentifying, isSystemless } from './token-forms.ts';
export { exactForm, ofTypeForm, pairForm, presenceForm, targetIdentifierForm, tokenForm } from './value-forms.ts';
export { walkPath } from './walk-path.ts';
