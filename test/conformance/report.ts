/** What one case of a suite came to; `reason` says why it failed. */
export type CaseResult = { readonly name: string; readonly passed: boolean; readonly reason?: string };

export type SuiteReport = { readonly results: readonly CaseResult[]; readonly notes: readonly string[] };

/** Prints failures with their reasons, the notes, and the totals alone on the last line. */
export function printReport({ results, notes }: SuiteReport, write: (line: string) => void): void {
  for (const { name, passed, reason } of results) if (!passed) write(`FAILED ${name}: ${reason ?? 'no reason given'}`);
  for (const note of notes) write(note);
  write(totals(results));
}

function totals(results: readonly CaseResult[]): string {
  const passed = results.filter((result) => result.passed).length;
  return `${passed} passed, ${results.length - passed} failed`;
}
