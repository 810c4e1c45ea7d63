export {
  type AddedParameters,
  type AddedParametersOptions,
  openAddedParameters,
} from './added-parameters/added-parameters.ts';
export { bucketCount, bucketOfId, newId } from './bucket.ts';
export { type Erasure, type ErasureResult, eraseResources } from './erase-resources.ts';
export { diskFull, gone, notFound, placedAt } from './errors.ts';
export {
  findEncounterRecord,
  findPatientRecord,
  type PieceSize,
  type RecordFilter,
  type RecordPiece,
} from './everything.ts';
export {
  type BucketRange,
  type Deletion,
  deletionsSince,
  type ExportedPatients,
  type ExportedRow,
  type ExportScope,
  findInScope,
  findReferring,
  rowsLinkedTo,
  rowsOfBuckets,
} from './export-rows.ts';
export { type HistoryPage, type HistoryQuery, instanceHistory, recordHistory } from './history.ts';
export { type LabelInUse, labelsInUse } from './labels-in-use.ts';
export type { Actor } from './prepared-write.ts';
export { createReadAudit, type ReadAudit, type ReadRecord, writeReadRecords } from './read-audit.ts';
export {
  type Change,
  type ChangePage,
  type ChangesBehind,
  countChangesBehind,
  firstChange,
  latestPosition,
  readChanges,
} from './read-changes.ts';
export {
  findMany,
  findNewest,
  findVersion,
  findVersions,
  type ResourceAddress,
  type StoredVersion,
  type VersionAddress,
} from './read-rows.ts';
export { findReferences, rewriteReferences } from './rewrite-references.ts';
export { type Clause, clause, textOf, verbatim } from './search/clause.ts';
export { type ExplainedStatement, type ExplainOptions, explainSearch } from './search/explain-search.ts';
export { findIncluded, includedAtMost } from './search/includes.ts';
export { lookUpConditions } from './search/look-up.ts';
export { runSearch, type SearchPage } from './search/run-search.ts';
export { hasSettled, honestMoment, type SettledMoment, takeMoment } from './settled-moment.ts';
export type { Sql } from './sql.ts';
export type { Guard, Store } from './store.ts';
export { type VerifyOptions, verifyRecord } from './verify/verify-record.ts';
export { type Bulk, BulkBuilder, flushWrites, type KnownRow, reuseBulk, writeBulk } from './write-bulk.ts';
export type { Criteria, WriteRequest, WriteResult } from './write-request.ts';
export { type WriteOptions, writeResources } from './write-resources.ts';
