export { applicationRole, ensureApplicationRole } from './application-role.ts';
export { checkBackup } from './backup/manifest.ts';
export { type RestoreOptions, restoreBackup } from './backup/restore-backup.ts';
export { takeBackup } from './backup/take-backup.ts';
export {
  type ConnectionOptions,
  type Database,
  openDatabase,
  type ReservedSql,
  type Sql,
  type Transaction,
} from './connect.ts';
export { type DiskReserve, keepDiskReserve, watchDiskReserve } from './disk-reserve.ts';
export { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './embedded-postgres.ts';
export { type DatabaseFailure, databaseFailure, databaseFailures } from './errors.ts';
export { isDatabaseAway, isStatementTimeout } from './is-database-away.ts';
export { type MigrateOptions, migrate } from './migrate.ts';
export type { MigrationPart } from './migration-files.ts';
export {
  type DatabaseAddresses,
  joinDatabase,
  openProgramDatabase,
  type ProgramDatabase,
  type ProgramDatabaseOptions,
} from './program-database.ts';
export { feelPulse, type Pulse } from './pulse.ts';
export { createSchemaCheck } from './schema-check.ts';
export { databaseSettings } from './settings.ts';
export { isSpread } from './spread.ts';
