import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { findDataFolder } from './data-folder.ts';
import { runPatchSuite } from './patch-suite.ts';
import type { CaseResult } from './report.ts';
import { runRoundtripSuite } from './roundtrip-suite.ts';
import { runSqlOnFhirSuite } from './sql-on-fhir-suite.ts';
import { runValidatorSuite } from './validator-suite.ts';

// Faults of the published examples themselves; docs/conformance.md tells each.
const knownFaults = new Set(['ImplementationGuide-fhir.json', 'Questionnaire-qs1.json']);

const examples = findDataFolder('r4-examples');
const validatorCases = findDataFolder('validator');
const patchCases = findDataFolder('patch');
const viewCases = findDataFolder('sql-on-fhir');

function failures(results: readonly CaseResult[]): string[] {
  return results.filter((result) => !result.passed).map(({ name, reason }) => `${name}: ${reason ?? ''}`);
}

describe.skipIf(examples === undefined)('R4 examples (needs the data folder r4-examples)', () => {
  it('are read, accepted and written without loss, but for the known faults', { timeout: 120_000 }, () => {
    const { results } = runRoundtripSuite(examples ?? '');
    expect(results.length).toBeGreaterThan(300);
    expect(failures(results.filter((result) => !knownFaults.has(result.name)))).toEqual([]);
    const faults = failures(results.filter((result) => knownFaults.has(result.name)));
    expect(faults.filter((text) => !/: refused: (?:ImplementationGuide|Questionnaire)\./.test(text))).toEqual([]);
  });
});

describe.skipIf(validatorCases === undefined)('validator suite (needs the data folder validator)', () => {
  const { results } = validatorCases === undefined ? { results: [] } : runValidatorSuite(validatorCases);

  it('agrees with the reference validator in at least 87 of 100 comparisons', () => {
    expect(results.length).toBeGreaterThan(350);
    expect(results.filter((result) => result.passed).length / results.length).toBeGreaterThanOrEqual(0.87);
  });

  it('raises few false alarms', () => {
    expect(failures(results).filter((text) => text.includes('refused here')).length).toBeLessThanOrEqual(5);
  });
});

describe.skipIf(patchCases === undefined)('patch suite (needs the data folder patch)', () => {
  it('passes every FHIRPath Patch and JSON Patch case', () => {
    const { results } = runPatchSuite(patchCases ?? '');
    expect(results.length).toBeGreaterThanOrEqual(49);
    expect(failures(results)).toEqual([]);
  });
});

describe.skipIf(viewCases === undefined)('SQL on FHIR suite (needs the data folder sql-on-fhir)', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('passes every case, those of experimental functions too', async () => {
    const { results } = await runSqlOnFhirSuite(viewCases ?? '', database.sql);
    expect(results.length).toBeGreaterThanOrEqual(91);
    expect(failures(results)).toEqual([]);
  });
});
