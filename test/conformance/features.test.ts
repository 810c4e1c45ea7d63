import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { features } from '../../tools/feature-table.ts';
import { type RunningVsis, runVsis } from '../support/run-vsis.ts';
import { makeTempFolder } from '../support/temp-folder.ts';

type Statement = {
  rest: {
    interaction: { code: string }[];
    operation?: { name: string }[];
    resource: { interaction: { code: string }[]; operation?: { name: string }[] }[];
  }[];
};

let program: RunningVsis;
let remove: () => Promise<unknown>;
let statement: Statement;

beforeAll(async () => {
  const folder = await makeTempFolder();
  remove = folder.remove;
  program = runVsis('src/main.ts', ['--data-dir', folder.path, '--port', '0', '--no-demo']);
  const [, address] = await program.says(/FHIR R4 +(http:\/\/\S+)\n[\s\S]*Stop +Ctrl-C/);
  statement = (await (await fetch(`${address}/metadata`)).json()) as Statement; // as: another test validates it
}, 120_000);
afterAll(async () => {
  program.signal('SIGINT');
  await program.ended;
  await remove();
});

const codesOf = (area: string): string[] =>
  [...new Set(features.flatMap((each) => (each.area === area && each.code !== undefined ? [each.code] : [])))].sort();

describe('the table of features', () => {
  it.each(features.map((each) => [each.feature, each] as const))('names a test for %s', (_feature, { file, shows }) => {
    expect(readFileSync(file, 'utf8')).toContain(shows);
  });

  it('has the interactions that the running program lists, and no others', () => {
    const listed = statement.rest.flatMap(({ interaction, resource }) => [
      ...interaction,
      ...resource.flatMap((each) => each.interaction),
    ]);
    expect([...new Set(listed.map(({ code }) => code))].sort()).toEqual(codesOf('Interactions'));
  });

  it('has the operations that the running program lists, and no others', () => {
    const listed = statement.rest.flatMap(({ operation = [], resource }) => [
      ...operation,
      ...resource.flatMap((each) => each.operation ?? []),
    ]);
    expect([...new Set(listed.map(({ name }) => name))].sort()).toEqual(codesOf('Operations'));
  });
});
