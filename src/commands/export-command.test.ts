import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openProgramDatabase, type ProgramDatabase } from '#platform/database';
import { writeResources } from '#platform/store';
import { runVsis } from '../../test/support/run-vsis.ts';
import { migrationParts } from '../migration-parts.ts';

// A server of its own, which the command joins: the account it works with belongs to the whole server.
let database: ProgramDatabase;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vsis-export-'));
  await chmod(folder, 0o711); // the account PostgreSQL runs as must be able to enter
  database = await openProgramDatabase({ dataDir: folder, migrationParts, program: 'a test' });
  const store = { sql: database.sql, now: () => new Date() };
  const resource = { resourceType: 'Patient', id: 'a', gender: 'female' };
  await writeResources(store, { name: 'tester' }, [{ kind: 'update', type: 'Patient', target: 'a', resource }]);
}, 60_000);
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

it('vsis export writes the record, and who took it stands in the audit trail', { timeout: 60_000 }, async () => {
  const target = join(folder, 'taken');
  const program = runVsis('src/cli.ts', ['export', target, '--without-versions', '--data-dir', folder]);
  expect([await program.ended, program.output()]).toEqual([0, expect.stringContaining('1 resources in 1 files')]);
  expect(await readdir(target)).toEqual(['Patient.ndjson']);
  expect(JSON.parse(await readFile(join(target, 'Patient.ndjson'), 'utf8'))).toMatchObject({ id: 'a' });
  const records = await database.sql`select actor, action from audit.entry where action = '$export'`;
  expect(records).toEqual([{ actor: expect.stringMatching(/^vsis export \(.+\)$/), action: '$export' }]);
});
