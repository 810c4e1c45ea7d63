import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Requirement, requirementLists } from '../../../tools/requirement-lists.ts';
import { findDataFolder } from '../data-folder.ts';

/** Where the published lists lie below `requirements` in the folder of public suites; one file may hold several sets. */
const published: Readonly<Record<string, { readonly file: string; readonly set?: string }>> = {
  'bulk-data-2.0': {
    file: 'bulk-data-test-kit/generated/bulk_data_v200_requirements_coverage.csv',
    set: 'hl7.fhir.uv.bulkdata_2.0.0',
  },
  'subscriptions-backport-r4': { file: 'subscriptions-test-kit/subscriptions_test_kit_requirements.csv' },
};

const folder = findDataFolder('requirements');
const testsOf = (each: Requirement): readonly string[] => (each.verdict === 'met' ? each.tests : []);

describe.each(requirementLists())('$name', ({ name, requirements }) => {
  it('names for each requirement tests that exist, or a reason', () => {
    const missing = requirements.flatMap(testsOf).filter((test) => {
      const [file = '', title = ''] = test.split(' › ');
      return !hasTest(file, title);
    });
    expect(missing).toEqual([]);
    const empty = requirements.filter((each) =>
      each.verdict === 'met' ? each.tests.length === 0 : each.reason === '',
    );
    expect(empty).toEqual([]);
  });

  it.skipIf(folder === undefined || published[name] === undefined)('has every SHALL of the published list once', () => {
    const { file = '', set } = published[name] ?? {};
    const [head = [], ...records] = readCsv(readFileSync(join(folder ?? '', file), 'utf8'));
    const field = (record: readonly string[], column: string): string => record[head.indexOf(column)] ?? '';
    const demanded = records
      .filter((each) => /^SHALL(?: NOT)?$/.test(field(each, 'Conformance')))
      .filter((each) => set === undefined || field(each, 'Req Set') === set)
      .map((each) => field(each, 'ID'));
    expect(requirements.map((each) => each.id)).toEqual(demanded);
  });
});

/** Whether the file has a test of this title: as the first argument of a test, after its table where it has one. */
function hasTest(file: string, title: string): boolean {
  const source = readFileSync(join(import.meta.dirname, '../../..', file), 'utf8');
  const quoted = ["'", '"', '`'].map((quote) => `${quote}${title}${quote}`);
  return quoted.some((each) => source.includes(`(${each}`) || source.includes(`(\n    ${each}`));
}

/** RFC 4180: fields may be quoted and then hold commas, line ends and doubled quotes. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = '', end] of text
    .replace(/^\uFEFF/, '')
    .matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    rows.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end !== ',') rows.push([]);
  }
  return rows.filter((row) => row.length > 1);
}
