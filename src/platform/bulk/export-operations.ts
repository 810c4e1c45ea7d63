import type { Sql } from '#platform/database';
import type { Operation, OperationAnswer, OperationCall, ParameterDefinition } from '#platform/rest';
import type { ExportPlan } from './export-plan.ts';
import type { JobView } from './job-routes.ts';
import { readExport } from './read-export.ts';
import { describeExport, type ExportOutcome } from './run-export.ts';
import { startJob } from './start-job.ts';

export const exportKind = 'export';
const action = '$export';
const canonical = 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition';

const common: readonly ParameterDefinition[] = [
  { name: '_outputFormat', type: 'string', documentation: 'application/fhir+ndjson, application/ndjson or ndjson' },
  { name: '_since', type: 'instant', documentation: 'Only what has changed after this moment, and what was deleted.' },
  { name: '_until', type: 'instant', documentation: 'Only what changed last before this moment.' },
  { name: '_type', type: 'string', max: '*', documentation: 'Resource types, separated by commas.' },
  { name: '_elements', type: 'string', max: '*', documentation: 'Elements of the root: name, or Patient.name.' },
  {
    name: '_typeFilter',
    type: 'string',
    max: '*',
    documentation: 'Searches, Type?parameter=value; of a type that has some, only what meets one of them.',
  },
  {
    name: 'includeAssociatedData',
    type: 'code',
    max: '*',
    documentation: 'LatestProvenanceResources or RelevantProvenanceResources',
  },
];

const patient: ParameterDefinition = {
  name: 'patient',
  type: 'Reference',
  max: '*',
  documentation: 'Only what is in the compartments of these patients.',
};

type Level = Pick<Operation, 'levels' | 'types' | 'title' | 'description' | 'definition'>;

const systemLevel: Level = {
  levels: ['system'],
  title: 'FHIR Bulk Data System Level Export',
  description: 'All of the record as NDJSON, asynchronously.',
  definition: `${canonical}/export`,
};
const patientLevel: Level = {
  levels: ['type'],
  types: ['Patient'],
  title: 'FHIR Bulk Data Patient Level Export',
  description: 'What belongs to patients as NDJSON, asynchronously.',
  definition: `${canonical}/patient-export`,
};
const groupLevel: Level = {
  levels: ['instance'],
  types: ['Group'],
  title: 'FHIR Bulk Data Group Level Export',
  description: 'What belongs to the patients of a group as NDJSON, asynchronously.',
  definition: `${canonical}/group-export`,
};

/** Bulk Data Access 2.0: the three kick-off operations. `onStarted` is called when a job waits. */
export function exportOperations(sql: Sql, onStarted: () => void): Operation[] {
  const run = async (call: OperationCall): Promise<OperationAnswer> => {
    const plan = await readExport(call);
    const started = await startJob(sql, call, { kind: exportKind, plan });
    onStarted();
    return { ...started, noted: notedOf(call, plan) };
  };
  return [systemLevel, patientLevel, groupLevel].map((level) => ({
    ...level,
    name: 'export',
    affectsState: false,
    parameters: level === systemLevel ? common : [...common, patient],
    takesSearchParameters: true, // others are refused here, or told of under lenient handling
    results: [],
    run,
  }));
}

/** Who is exported: a record for each listed patient, else one for all. */
function notedOf({ type, id }: OperationCall, { patients }: ExportPlan): OperationAnswer['noted'] {
  const whole = { action, ...(type === undefined ? {} : { type }), ...(id === undefined ? {} : { id }) } as const;
  const listed = typeof patients === 'string' ? [] : patients;
  return [whole, ...listed.map((each) => ({ action, type: 'Patient', id: each, patient: each }) as const)];
}

export const exportView: JobView = {
  kind: exportKind,
  action,
  describe: describeExport,
  files: (outcome) => (outcome as ExportOutcome).files, // as: runExport gave it
  manifest: ({ request, requiresToken, outcome }, addressOf) => {
    const { transactionTime, files } = outcome as ExportOutcome; // as: likewise
    const list = (kind: 'output' | 'deleted' | 'error') =>
      files
        .filter((each) => each.kind === kind)
        .map((each) => ({ type: each.type, url: addressOf(each), count: each.count }));
    return {
      transactionTime,
      request,
      requiresAccessToken: requiresToken,
      output: list('output'),
      deleted: list('deleted'),
      error: list('error'),
    };
  },
};
