import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** What a published list demands, in our own words, and what shows that it is so. */
export type Requirement = { readonly id: string; readonly requirement: string } & (
  | {
      readonly verdict: 'met';
      /** `path of the test file › title of the test`, as it stands in the source. */
      readonly tests: readonly string[];
    }
  | { readonly verdict: 'not applicable' | 'not met'; readonly reason: string }
);

export type RequirementList = {
  /** Name of the data file without its ending. */
  readonly name: string;
  readonly title: string;
  readonly source: string;
  readonly requirements: readonly Requirement[];
};

const folder = join(import.meta.dirname, '../test/conformance/requirements');

/** The lists in test/conformance/requirements, one JSON file each. */
export function requirementLists(): RequirementList[] {
  return globSync(join(folder, '*.json'))
    .sort()
    .map((path) => ({ name: basename(path, '.json'), ...JSON.parse(readFileSync(path, 'utf8')) }));
}

/** The page of a list, for `docs/generated`. */
export function requirementPage({ title, source, requirements }: RequirementList): string {
  const count = (verdict: Requirement['verdict']): number =>
    requirements.filter((each) => each.verdict === verdict).length;
  const rows = requirements.map((each) => {
    const shown = each.verdict === 'met' ? each.tests.map((test) => `\`${test}\``).join('<br>') : each.reason;
    return `| ${each.id} | ${each.requirement} | ${each.verdict} | ${shown} |`;
  });
  return [
    `# ${title}`,
    '',
    `${source}, in our own words. Made by \`npm run generate\`; a test checks that the tests named here exist.`,
    '',
    `${count('met')} met, ${count('not met')} not met, ${count('not applicable')} not applicable.`,
    '',
    '| id | requirement | verdict | test or reason |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
