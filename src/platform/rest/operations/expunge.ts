import { eraseResources } from '#platform/store';
import type { Operation, OperationAnswer, OperationCall } from './operation.ts';
import { refusedParameter } from './refused-parameter.ts';

/** Erasure for good, where the law asks for it. FHIR R4 has no such operation. */
export const expunge: Operation = {
  name: 'expunge',
  title: 'Erase for good',
  description:
    'Erases a resource, or the whole record of a patient, with all versions, history and search entries. What stays is that something was erased: when, by whom, why and on what legal ground.',
  definition: 'https://vsis.az/fhir/OperationDefinition/expunge',
  levels: ['instance'],
  affectsState: true,
  parameters: [
    {
      name: 'legalBasis',
      type: 'string',
      min: 1,
      documentation: 'The law, court order or request that the erasure rests on.',
    },
    { name: 'reason', type: 'string', min: 1, documentation: 'Why, in words that name no person.' },
    {
      name: 'scope',
      type: 'code',
      documentation: 'resource (this one alone, where nothing is said), or record: all that is stored of the Patient.',
    },
    {
      name: 'acceptDangling',
      type: 'boolean',
      documentation: 'Resources of the same record may be left with references to what is gone.',
    },
    { name: 'dryRun', type: 'boolean', documentation: 'Only tell how much would be erased.' },
  ],
  results: [
    { name: 'erased', type: 'integer', min: 1, documentation: 'How many resources were erased, or would be.' },
    {
      name: 'erasedVersions',
      type: 'integer',
      min: 1,
      documentation: "How many earlier versions of resources that are another's now were erased, or would be.",
    },
    { name: 'dangling', type: 'Reference', max: '*', documentation: 'What still refers to what is gone.' },
    {
      name: 'kept',
      type: 'Reference',
      max: '*',
      documentation:
        "Binaries that the record names and that stay: another's, or not known to be the patient's alone (securityContext).",
    },
  ],
  run: runExpunge,
};

async function runExpunge(call: OperationCall): Promise<OperationAnswer> {
  const { service, request, type = '', id = '', parameters } = call;
  const actor = await service.actorOf(request);
  const dryRun = parameters.flag('dryRun') ?? false;
  const { resources, versions, dangling, kept } = await eraseResources(
    service.store,
    { ...actor, requestId: request.id },
    {
      subject: { type, id },
      wholeRecord: readScope(call) === 'record',
      legalBasis: requiredText(call, 'legalBasis'),
      reason: requiredText(call, 'reason'),
      acceptDangling: parameters.flag('acceptDangling') ?? false,
      dryRun,
    },
  );
  const parameter = [
    { name: 'erased', valueInteger: resources },
    { name: 'erasedVersions', valueInteger: versions },
    ...dangling.map((each) => ({ name: 'dangling', valueReference: { reference: `${each.type}/${each.id}` } })),
    ...kept.map((each) => ({ name: 'kept', valueReference: { reference: `${each.type}/${each.id}` } })),
  ];
  return { body: JSON.stringify({ resourceType: 'Parameters', parameter }), noted: [] };
}

function readScope({ parameters, type }: OperationCall): 'resource' | 'record' {
  const scope = parameters.text('scope') ?? 'resource';
  if (scope !== 'resource' && scope !== 'record') {
    throw refusedParameter('http.scope', 'scope: resource or record is wanted.', 'code-invalid');
  }
  if (scope === 'record' && type !== 'Patient') {
    throw refusedParameter('http.scope', 'scope: only a Patient has a record; give no scope for one resource.');
  }
  return scope;
}

/** The trail of an erasure must say something. */
function requiredText({ parameters }: OperationCall, name: string): string {
  const text = (parameters.text(name) ?? '').trim();
  if (text.length < 3 || text.length > 2000) {
    throw refusedParameter(`http.${name}`, `${name}: 3 to 2000 characters are wanted.`);
  }
  return text;
}
