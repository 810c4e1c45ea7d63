import { readFileSync } from 'node:fs';

/** What the FHIR API can do, with the test that shows it. `shows` is the name of the test or the case within it. */
export type Feature = {
  readonly area: 'Interactions' | 'Search' | 'Operations';
  readonly feature: string;
  /** Code of the interaction or name of the operation in the CapabilityStatement. */
  readonly code?: string;
  readonly file: string;
  readonly shows: string;
};

export const features = JSON.parse(
  readFileSync(new URL('../test/conformance/features.json', import.meta.url), 'utf8'),
) as readonly Feature[]; // as: written by hand and held against the tests

/** The page of the documentation that lists them. */
export function featuresPage(): string {
  const areas = [...new Set(features.map(({ area }) => area))];
  const parts = areas.map((area) => {
    const rows = features.filter((each) => each.area === area).map(toRow);
    return [`## ${area}`, '', '| | shown by |', '|---|---|', ...rows, ''].join('\n');
  });
  const head =
    '# What the FHIR API can do\n\nMade by `npm run generate` from `test/conformance/features.json`. A test looks each of the named tests up, and holds the\ninteractions and operations against the CapabilityStatement of the running program. What is refused, and why, stands in\n`docs/conformance.md`.\n';
  return `${head}\n${parts.join('\n')}`;
}

function toRow({ feature, file, shows }: Feature): string {
  const escaped = (text: string): string => text.replaceAll('|', '\\|');
  return `| ${escaped(feature)} | \`${file}\`: ${escaped(shows)} |`;
}
