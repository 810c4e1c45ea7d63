import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openProgramDatabase, type ProgramDatabase } from '#platform/database';
import { writeResources } from '#platform/store';
import { runVsis } from '../../test/support/run-vsis.ts';
import { migrationParts } from '../migration-parts.ts';

// A server of its own, which the command joins: the account it works with belongs to the whole server.
let database: ProgramDatabase;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vsis-view-'));
  await chmod(folder, 0o711); // the account PostgreSQL runs as must be able to enter
  database = await openProgramDatabase({ dataDir: folder, migrationParts, program: 'a test' });
  const store = { sql: database.sql, now: () => new Date() };
  await writeResources(
    store,
    { name: 'tester' },
    ['a', 'b'].map((id) => ({
      kind: 'update',
      type: 'Patient',
      target: id,
      resource: { resourceType: 'Patient', id, gender: 'female' },
    })),
  );
}, 60_000);
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

async function view(definition: object, ...args: string[]): Promise<{ code: number | null; output: string }> {
  const file = join(folder, 'view.json');
  await writeFile(file, JSON.stringify(definition));
  const program = runVsis('src/cli.ts', ['view', file, '--data-dir', folder, ...args]);
  return { code: await program.ended, output: program.output() };
}

const column = [
  { name: 'id', path: 'id' },
  { name: 'gender', path: 'gender' },
];
const patients = { resourceType: 'ViewDefinition', name: 'patients', resource: 'Patient', select: [{ column }] };

describe('vsis view', { timeout: 60_000 }, () => {
  it('writes the rows into a file, and records who did', async () => {
    const output = join(folder, 'rows.ndjson');
    const run = await view(patients, '--format', 'ndjson', '--output', output);
    expect([run.code, run.output]).toEqual([0, expect.stringMatching(/2 rows in \d+\.\d s/)]);
    expect(await readFile(output, 'utf8')).toBe('{"id":"a","gender":"female"}\n{"id":"b","gender":"female"}\n');
    const [kept] = await database.sql`select actor, name, format from views.run`;
    expect(kept).toMatchObject({
      actor: expect.stringMatching(/^vsis view \(.+\)$/),
      name: 'patients',
      format: 'ndjson',
    });
  });

  it('writes CSV on standard output where nothing is said', async () => {
    const run = await view(patients, '--limit', '1');
    expect(run.code).toBe(0);
    expect(run.output).toContain('id,gender\r\na,female\r\n');
    expect(run.output).not.toContain('b,female');
  });

  it('leaves no half a file behind', async () => {
    const failing = { ...patients, select: [{ column: [{ name: 'a', path: "id.matches('(')" }] }] };
    const run = await view(failing, '--output', join(folder, 'failed.csv'));
    expect(run.code).not.toBe(0);
    expect(run.output).toContain('The view cannot be run over these resources');
    expect((await readdir(folder)).filter((name) => name.startsWith('failed'))).toEqual([]);
  });

  it('says what is wrong with a definition or a call', async () => {
    const wrong = await view({ ...patients, select: [{ column: [{ name: 'a', path: 'nothing' }] }] });
    expect(wrong.output).toContain('ViewDefinition.select[0].column[0].path');
    expect((await view(patients, '--format', 'parquet')).code).toBe(2);
    expect((await view(patients, '--limit', 'few')).code).toBe(2);
  });
});
