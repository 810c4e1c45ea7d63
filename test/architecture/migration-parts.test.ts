import { globSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { migrationParts } from '../../src/migration-parts.ts';

it('every folder of migrations is in the list of src/migration-parts.ts', () => {
  const folders = globSync('src/{platform,systems}/*/migrations').map((path) => path.replaceAll('\\', '/'));
  const listed = migrationParts.map(({ folder }) => relative(process.cwd(), fileURLToPath(folder)).replace(/\/$/, ''));
  expect(listed.toSorted()).toEqual(folders.toSorted());
  expect(new Set(migrationParts.map(({ name }) => name)).size).toBe(migrationParts.length);
});
