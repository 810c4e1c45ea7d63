import { describe, expect, it } from 'vitest';
import { findDataFolder } from './data-folder.ts';
import { runPatchSuite } from './patch-suite.ts';
import { runRoundtripSuite } from './roundtrip-suite.ts';
import { runValidatorSuite } from './validator-suite.ts';
import type { SuiteReport } from './report.ts';

function failures({ results }: SuiteReport): string[] {
  return results.filter((result) => !result.passed).map(({ name, reason }) => `${name}: ${reason ?? ''}`);
}

function suite(title: string, folderName: string, body: (folder: string) => void): void {
  const folder = findDataFolder(folderName);
  describe(title, () => {
    if (folder === undefined) it.skip(`is not run: the data folder ${folderName} is absent`, () => undefined);
    else body(folder);
  });
}

// Faults of the published examples themselves; docs/conformance.md tells each.
const knownFaults = new Set(['ImplementationGuide-fhir.json', 'Questionnaire-qs1.json']);

suite('R4 examples', 'r4-examples', (folder) => {
  it('are read, accepted and written without loss, but for the known faults', { timeout: 120_000 }, () => {
    const report = runRoundtripSuite(folder);
    expect(report.results.length).toBeGreaterThan(300);
    expect(report.results.filter((result) => !result.passed && !knownFaults.has(result.name))).toEqual([]);
  });

  it('refuses a known fault for its right reason', () => {
    const fault = runRoundtripSuite(folder).results.find((result) => result.name === 'ImplementationGuide-fhir.json');
    if (fault) expect(fault.reason).toMatch(/^refused: ImplementationGuide\./);
  });
});

suite('validator suite', 'validator', (folder) => {
  it('agrees with the reference validator in at least 85 of 100 comparisons', { timeout: 120_000 }, () => {
    const { results } = runValidatorSuite(folder);
    const agreed = results.filter((result) => result.passed).length;
    expect(results.length).toBeGreaterThan(350);
    expect(agreed / results.length).toBeGreaterThanOrEqual(0.85);
  });

  it('raises few false alarms', { timeout: 120_000 }, () => {
    expect(failures(runValidatorSuite(folder)).filter((text) => text.includes('refused here')).length).toBeLessThanOrEqual(5);
  });
});

suite('patch suite', 'patch', (folder) => {
  it('passes every FHIRPath Patch and JSON Patch case', () => {
    const report = runPatchSuite(folder);
    expect(report.results.length).toBeGreaterThanOrEqual(49);
    expect(failures(report)).toEqual([]);
  });
});
