export { type ExportOptions, type ExportSummary, exportRecord } from './export-record.ts';
export { isImportable } from './file-portions.ts';
export { type ImportOptions, type ImportSummary, importFiles } from './import-files.ts';
export { findProgress, finishProgress, type ImportProgress, listProgress, saveProgress } from './import-progress.ts';
export type { LoadItem, Refusal } from './load-item.ts';
export { type LoadOptions, loadResources } from './load-resources.ts';
export { startProgress } from './progress-line.ts';
export { RefusalFile } from './refusal-file.ts';
export type { LoadCounts } from './store-portion.ts';
