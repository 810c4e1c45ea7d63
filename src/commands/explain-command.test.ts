import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openProgramDatabase, type ProgramDatabase } from '#platform/database';
import { runVsis } from '../../test/support/run-vsis.ts';
import { makeTempFolder } from '../../test/support/temp-folder.ts';
import { migrationParts } from '../migration-parts.ts';
import { readSearch } from './explain-command.ts';

describe('vsis explain', { timeout: 60_000 }, () => {
  // A server of its own, which the command joins: the account it works with belongs to the whole server.
  let database: ProgramDatabase;
  let folder: Awaited<ReturnType<typeof makeTempFolder>>;

  beforeAll(async () => {
    folder = await makeTempFolder();
    database = await openProgramDatabase({ dataDir: folder.path, migrationParts, program: 'a test' });
  }, 60_000);

  afterAll(async () => {
    await database.close();
    await folder.remove();
  });

  it.each([
    [['Patient?name=aliyeva'], 0, /-- statement 1 of 1, \d+ values\n *select[\s\S]*\$1[\s\S]*cost=/],
    [['--analyze', 'Patient?name=aliyeva'], 0, /actual[\s\S]*Execution Time/],
    [[], 2, /One search is wanted/],
    [['Patent?name=x'], 2, /Patent is no resource type/],
  ])('%j', async (args, code, output) => {
    const program = runVsis('src/cli.ts', ['explain', '--data-dir', folder.path, ...args]);
    expect([await program.ended, program.output()]).toEqual([code, expect.stringMatching(output)]);
  });
});

describe('the search to explain', () => {
  it.each([
    ['Patient?name=x', 'Patient', 1],
    ['/Patient?name=x&_count=3', 'Patient', 2],
    ['http://127.0.0.1:8080/fhir/Observation?code=a|b&subject=Patient/1', 'Observation', 2],
    ['fhir/Patient', 'Patient', 0],
    ['Patient/1/Observation?code=x', 'Patient/1/Observation', 1],
    ['?_type=Patient,Observation&_id=1', '', 2],
  ])('%s', (text, path, parameters) => {
    const query = readSearch(text);
    expect([query.path, query.applied.length]).toEqual([path, parameters]);
  });

  it.each([
    ['Patent?name=x', 'Patent is no resource type'],
    ['Patient/1', 'A search looks like'],
    ['Patient/1/Observation/2?x=y', 'A search looks like'],
    ['Patient?nam=x', 'nam'],
  ])('%s is refused: %s', (text, reason) => {
    expect(() => readSearch(text)).toThrow(reason);
  });
});
