import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openProgramDatabase } from '#platform/database';
import type { Store } from '#platform/store';
import { migrationParts } from '../../src/migration-parts.ts';

/** Gives a migrated PostgreSQL that stands for this call alone. */
export async function withOwnDatabase<Result>(use: (sql: Store['sql']) => Promise<Result>): Promise<Result> {
  const dataDir = await mkdtemp(join(tmpdir(), 'vsis-conformance-'));
  await chmod(dataDir, 0o711); // the account PostgreSQL runs as must be able to enter
  try {
    const database = await openProgramDatabase({
      dataDir,
      migrationParts,
      program: 'vsis conformance',
      onProgress: (text) => process.stderr.write(`${text}\n`),
    });
    try {
      return await use(database.sql);
    } finally {
      await database.close();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
