export { type Bulk, type BulkOptions, openBulk } from './open-bulk.ts';
export { bulkSettings, importSources } from './settings.ts';
