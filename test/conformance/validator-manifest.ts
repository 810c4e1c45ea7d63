import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What of a case in `manifest.json` decides the run; the rest speaks of other programs. */
export type ManifestCase = {
  name: string;
  file: string;
  version?: string;
  module?: string;
  'use-test'?: boolean;
  'allow-comments'?: boolean;
  'security-checks'?: boolean;
  'allowed-extension-domain'?: string;
  examples?: boolean;
  assumeValidRestReferences?: boolean;
  supporting?: string[];
  profiles?: string[];
  packages?: string[];
  java?: RecordedOutcome;
  profile?: ManifestPart;
  logical?: ManifestPart;
  matchetype?: ManifestPart;
};
export type ManifestPart = {
  assumeValidRestReferences?: boolean;
  source?: string;
  supporting?: string[];
  packages?: string[];
  java?: RecordedOutcome;
};
/** A file name under `outcomes/`, or the outcome itself, or the number of errors. */
type RecordedOutcome = string | { errorCount?: number; fatalCount?: number; outcome?: OutcomeResource };
type OutcomeResource = { issue?: { severity: string; details?: { text?: string }; diagnostics?: string }[] };

export type Expected = { readonly hasErrors: boolean; readonly first: string };

export function readManifest(folder: string): ManifestCase[] {
  // as: the file is of the suite's documented form
  return (JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { 'test-cases': ManifestCase[] })[
    'test-cases'
  ];
}

/** What the reference validator found; `undefined` where the suite has no record. */
export function readExpected(folder: string, recorded: RecordedOutcome | undefined): Expected | undefined {
  if (recorded === undefined) return undefined;
  if (typeof recorded === 'string') {
    const file = join(folder, 'outcomes', recorded);
    return existsSync(file) ? ofOutcome(JSON.parse(readFileSync(file, 'utf8')) as OutcomeResource) : undefined; // as: see above
  }
  if (recorded.outcome) return ofOutcome(recorded.outcome);
  if (recorded.errorCount === undefined) return undefined;
  return { hasErrors: recorded.errorCount + (recorded.fatalCount ?? 0) > 0, first: '' };
}

function ofOutcome(outcome: OutcomeResource): Expected {
  const errors = (outcome.issue ?? []).filter((issue) => issue.severity === 'error' || issue.severity === 'fatal');
  return { hasErrors: errors.length > 0, first: errors[0]?.details?.text ?? errors[0]?.diagnostics ?? '' };
}
