export { type AddedParameter, readAddedParameter } from './added-parameter.ts';
export type { SearchType } from './compiled-search.ts';
export type { CodeSet, Condition } from './condition.ts';
export { describeSearch } from './describe-search.ts';
export { invalid } from './errors.ts';
export { splitUnescaped, unescape } from './escapes.ts';
export {
  compartmentKey,
  hash64,
  hash64Once,
  type IdentifierEntry,
  identifierEntry,
  parameterNumber,
  parameterSalt,
  referenceKey,
  valueKey,
} from './hash.ts';
export { followedFrom, type Include, referringTo } from './includes.ts';
export { type IndexEntries, indexEntriesOf, indexFormat } from './index-entries.ts';
export { leadingCodeOf } from './leading-code.ts';
export { leadingDateOf } from './leading-date.ts';
export { type Point, readSurroundings } from './near.ts';
export { type IndexedResource, patientOf, patientsOf } from './patient-of.ts';
export { homeZoneMinutes, type Span, toSpan } from './periods.ts';
export { type Branch, conditionsOf, parseSearch, type SearchQuery, type SortKey } from './query.ts';
export type { RangeEntry } from './range-entries.ts';
export { normalizeReference, parseLocalReference } from './references.ts';
export {
  commonParameters,
  compartmentParameters,
  compartments,
  coreParameters,
  findSearchParameter,
  findValues,
  indexedParameters,
  isPatientLink,
  isStoredType,
  type ParameterTable,
  patientParametersOf,
  type SearchParameter,
  searchParametersOf,
  storedTypes,
  summaryPathsOf,
  withAdded,
  withoutPending,
} from './search-parameters.ts';
export { compartmentTarget, type SearchTarget, wholeRecord } from './search-target.ts';
export {
  type ComparedValue,
  type Prefix,
  type QuantityValue,
  readDateValue,
  readNumberValue,
  readQuantityValue,
  readToken,
  readTokenForm,
  type TokenValue,
} from './search-values.ts';
export { beginningOf, codeTextEntry, isWordwise, pairedStringEntry, stringEntry, stringForms } from './string-forms.ts';
export { textEntry } from './text-entries.ts';
export { readTextQuery, type TextQuery } from './text-query.ts';
export { isIdentifying, isSystemless } from './token-forms.ts';
export { inUnits, ucumSystem } from './ucum.ts';
export {
  exactForm,
  furtherForm,
  ofTypeForm,
  pairForm,
  presenceForm,
  targetIdentifierForm,
  tokenForm,
} from './value-forms.ts';
export { walkPath } from './walk-path.ts';
