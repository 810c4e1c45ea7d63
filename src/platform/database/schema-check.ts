import type { Sql } from './connect.ts';
import { type MigrationPart, readMigrations } from './migration-files.ts';

/**
 * Tells which migrations of this program a database lacks, as `part/number`; a backup put back under a running program
 * may. What a newer program added is no lack. Run as the application.
 */
export async function createSchemaCheck(parts: readonly MigrationPart[]): Promise<(sql: Sql) => Promise<string[]>> {
  const migrations = (await Promise.all(parts.map(readMigrations))).flat();
  const wanted = migrations.map(({ part, number }) => `${part}/${number}`);
  return async (sql) => {
    const rows = await sql<{ key: string }[]>`select part || '/' || number as key from vsis.migration`;
    const applied = new Set(rows.map(({ key }) => key));
    return wanted.filter((key) => !applied.has(key));
  };
}
