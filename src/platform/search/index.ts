export type { SearchType } from './compiled-search.ts';
export { hash64, parameterNumber, parameterSalt, referenceKey, valueKey } from './hash.ts';
export { type IndexedResource, type IndexEntries, indexEntriesOf, patientOf, type RangeEntry } from './index-entries.ts';
export { leadingDateOf } from './leading-date.ts';
export { homeZoneMinutes, type Span, toSpan } from './periods.ts';
export { normalizeReference, parseLocalReference } from './references.ts';
export {
  findSearchParameter,
  indexedParameters,
  isStoredType,
  patientParametersOf,
  type SearchParameter,
  searchParametersOf,
  storedTypes,
  summaryPathsOf,
} from './search-parameters.ts';
export { isWordwise, stringForms } from './string-forms.ts';
export { isSystemless } from './token-forms.ts';
export { walkPath } from './walk-path.ts';
export { splitUnescaped, unescape } from './escapes.ts';
export { type Condition, type Include, parseSearch, readCondition, type SearchQuery, type SortKey, supportedModifiers } from './query.ts';
export { type ComparedValue, type Prefix, readDateValue, readNumberValue, readQuantityValue, readTokenForm } from './search-values.ts';
export { invalid } from './errors.ts';
