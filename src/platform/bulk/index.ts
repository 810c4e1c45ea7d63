export { type Bulk, type BulkOptions, openBulk } from './open-bulk.ts';
export { bulkSettings } from './settings.ts';
