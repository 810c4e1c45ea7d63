import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { runVsis } from '../../test/support/run-vsis.ts';
import { makeTempFolder } from '../../test/support/temp-folder.ts';
import { readSearch } from './explain-command.ts';

describe('vsis explain', () => {
  let database: TestDatabase;
  let folder: Awaited<ReturnType<typeof makeTempFolder>>;

  beforeAll(async () => {
    database = await createTestDatabase();
    folder = await makeTempFolder();
  });

  afterAll(async () => {
    await database.drop();
    await folder.remove();
  });

  it.each([
    [['Patient?name=aliyeva'], 0, /-- statement 1 of 1, \d+ values\n *select[\s\S]*\$1[\s\S]*cost=/],
    [['--analyze', 'Patient?name=aliyeva'], 0, /actual[\s\S]*Execution Time/],
    [[], 2, /One search is wanted/],
    [['Patent?name=x'], 2, /Patent is no resource type/],
  ])('%j', async (args, code, output) => {
    const environment = { DATABASE_URL: database.ownerUrl };
    const program = runVsis('src/cli.ts', ['explain', '--data-dir', folder.path, ...args], environment);
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
