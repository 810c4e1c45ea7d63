import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Folder of real records and public suites, beside the checkout or where VSIS_TEST_DATA says; `undefined` where it is absent. */
export function findDataFolder(name: string): string | undefined {
  const root = process.env['VSIS_TEST_DATA'] ?? resolve(import.meta.dirname, '../../../shared/data');
  const folder = resolve(root, name);
  if (existsSync(folder)) return folder;
  process.stderr.write(`No data at ${folder}: the suite that needs them is skipped.\n`);
  return undefined;
}
