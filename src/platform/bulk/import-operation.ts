import type { Sql } from '#platform/database';
import type { Operation } from '#platform/rest';
import type { ImportSources } from './import-plan.ts';
import type { JobView } from './job-routes.ts';
import { readImport } from './read-import.ts';
import { describeImport, type ImportOutcome } from './run-import.ts';
import { startJob } from './start-job.ts';

export const importKind = 'import';
const action = '$import';

/** Bulk import, after the draft that stands beside Bulk Data Access. `onStarted` is called when a job waits. */
export function importOperation(sql: Sql, sources: ImportSources, onStarted: () => void): Operation {
  return {
    name: 'import',
    title: 'Bulk Import',
    description: 'Files of NDJSON into the record, asynchronously: validated, and searchable when the job is done.',
    definition: 'https://vsis.az/fhir/OperationDefinition/bulk-import',
    levels: ['system'],
    affectsState: true,
    parameters: [
      { name: 'inputFormat', type: 'code', documentation: 'application/fhir+ndjson' },
      {
        name: 'input',
        min: 1,
        max: '*',
        documentation: 'A file.',
        part: [
          {
            name: 'url',
            type: 'uri',
            min: 1,
            documentation:
              'The Location of an upload (POST /fhir/async), file:path below the import folder, or https of an allowed host.',
          },
        ],
      },
    ],
    results: [],
    run: async (call) => {
      const plan = await readImport(call, { sql, sources });
      const started = await startJob(sql, call, { kind: importKind, plan });
      onStarted();
      return { ...started, noted: [{ action }] };
    },
  };
}

export const importView: JobView = {
  kind: importKind,
  action,
  describe: describeImport,
  files: (outcome) => (outcome as ImportOutcome).files, // as: runImport gave it
  manifest: ({ request, requiresToken, outcome }, addressOf) => {
    const { finished, counts, skippedFiles, untold = 0, files } = outcome as ImportOutcome; // as: likewise
    return {
      transactionTime: finished,
      request,
      requiresAccessToken: requiresToken,
      output: [],
      error: files.map((each) => ({ type: each.type, url: addressOf(each), count: each.count })),
      extension: { ...counts, skippedFiles, ...(untold > 0 ? { refusalsNotTold: untold } : {}) },
    };
  },
};
