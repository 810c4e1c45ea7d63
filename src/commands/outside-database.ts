import { databaseFailure } from '#platform/database';
import type { ProgramSettings } from '../settings.ts';

/** Copies of files are for the embedded database alone: the files of another server are not ours to read. */
export function refuseOutsideDatabase({ DATABASE_URL }: ProgramSettings): void {
  if (DATABASE_URL !== undefined) {
    throw databaseFailure(
      'database.not-embedded',
      'The database is that of DATABASE_URL: back it up and restore it with its own tools, see docs/guides/scale.md.',
    );
  }
}
