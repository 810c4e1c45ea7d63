import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '#platform/errors';
import { type JsonObject, parseJson, stringifyJson } from '#platform/fhir';
import type { Store } from '#platform/store';
import { givenSource, parseView, runView } from '#platform/views';
import type { CaseResult, SuiteReport } from './report.ts';

/** One file of the suite, in its documented form. */
type TestFile = {
  readonly title: string;
  readonly fhirVersion?: readonly string[];
  readonly resources: readonly JsonObject[];
  readonly tests: readonly TestCase[];
};

type TestCase = {
  readonly title: string;
  readonly tags?: readonly string[];
  readonly view: JsonObject;
  readonly expect?: readonly JsonObject[];
  readonly expectColumns?: readonly string[];
  readonly expectCount?: number;
  readonly expectError?: boolean;
};

/** Runs each case of each file of the folder on PostgreSQL, over the resources that the file brings. */
export async function runSqlOnFhirSuite(folder: string, sql: Store['sql']): Promise<SuiteReport> {
  const results: CaseResult[] = [];
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  let ofOtherVersion = 0;
  for (const name of names.sort()) {
    const file = parseJson(readFileSync(join(folder, name), 'utf8')) as TestFile; // as: the documented form of the suite
    if (!isTestFile(file)) {
      continue;
    }
    if (file.fhirVersion && !file.fhirVersion.some((version) => version.startsWith('4.0'))) {
      ofOtherVersion += file.tests.length;
      continue;
    }
    for (const test of file.tests) {
      const tags = test.tags ? ` [${test.tags.join()}]` : '';
      results.push(await runCase(sql, `${file.title}: ${test.title}${tags}`, file, test));
    }
  }
  return { results, notes: ofOtherVersion > 0 ? [`not counted: ${ofOtherVersion} cases for other FHIR versions`] : [] };
}

function isTestFile(file: TestFile): boolean {
  return Array.isArray(file.tests) && Array.isArray(file.resources);
}

async function runCase(sql: Store['sql'], name: string, { resources }: TestFile, test: TestCase): Promise<CaseResult> {
  let found: Found;
  try {
    found = await collectRows(sql, test.view, stringifyJson(resources));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return test.expectError ? { name, passed: true } : { name, passed: false, reason: error.message };
  }
  const reason = compare(found, test);
  return reason === undefined ? { name, passed: true } : { name, passed: false, reason };
}

type Found = { readonly columns: readonly string[]; readonly rows: readonly JsonObject[] };

async function collectRows(sql: Store['sql'], definition: JsonObject, resources: string): Promise<Found> {
  const view = parseView(definition);
  const { columns, batches } = runView(sql, view, givenSource(view.resource, resources));
  const rows: JsonObject[] = [];
  for await (const batch of batches) {
    for (const row of batch.rows) {
      rows.push(Object.fromEntries(columns.map((column, at) => [column, JSON.parse(row[at] ?? 'null')])));
    }
  }
  return { columns, rows };
}

/** Why the rows are not those expected; their order is left to the runner. */
function compare({ columns, rows }: Found, test: TestCase): string | undefined {
  if (test.expectError) {
    return `a refusal is expected, and ${rows.length} rows came`;
  }
  if (test.expectColumns && !isDeepStrictEqual(columns, test.expectColumns)) {
    return `columns ${columns.join()} in place of ${test.expectColumns.join()}`;
  }
  if (test.expectCount !== undefined && rows.length !== test.expectCount) {
    return `${rows.length} rows in place of ${test.expectCount}`;
  }
  if (test.expect && !isDeepStrictEqual(sorted(rows), sorted(test.expect))) {
    return `rows ${JSON.stringify(rows)} in place of ${JSON.stringify(test.expect)}`;
  }
  return undefined;
}

function sorted(rows: readonly JsonObject[]): string[] {
  const inOrder = (_: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value;
  return rows.map((row) => JSON.stringify(row, inOrder)).sort();
}
