import { openProgramDatabase } from '#platform/database';
import { importFiles } from '#platform/exchange';
import { migrationParts } from '../../src/migration-parts.ts';

/**
 * `vsis import` as a test kills it: imports a file into the record of a data folder, and prints how many resources are
 * stored after each acknowledged portion.
 */
const [, , dataDir = '', file = ''] = process.argv;
const database = await openProgramDatabase({ dataDir, migrationParts, program: 'a test import' });
const store = { sql: database.sql, now: () => new Date() };
console.log('ready');
const { created, unchanged, refused, skippedFiles } = await importFiles(store, { name: 'test' }, [file], {
  onRefused: () => undefined,
  onProgress: ({ counts }) => console.log(`acknowledged ${counts.created}`),
});
console.log(`finished ${created} ${unchanged} ${refused} ${skippedFiles}`);
await database.close();
