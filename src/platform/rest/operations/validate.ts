import type { Issue } from '#platform/errors';
import { findType, parseJson, type Resource } from '#platform/fhir';
import { findNewest } from '#platform/store';
import { type Noted, readOf } from '../note-reads.ts';
import { type Present, present } from '../read-routes.ts';
import type { Operation, OperationAnswer, OperationCall } from './operation.ts';
import { refusedParameter } from './refused-parameter.ts';
import { validateByRecord } from './stored-definitions.ts';

/** FHIR R4, resource-operation-validate.html. All findings are told, with 200 whatever they are. */
export const validate: Operation = {
  name: 'validate',
  title: 'Validate a resource',
  description:
    'Tells whether a resource is valid: structure, bindings, invariants and profiles, as a write would judge it. Nothing is stored.',
  definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate',
  levels: ['type', 'instance'],
  affectsState: false,
  parameters: [
    {
      name: 'resource',
      type: 'Resource',
      documentation: 'What to validate; left out for the modes delete and profile.',
    },
    {
      name: 'mode',
      type: 'code',
      documentation:
        'create, update or delete: whether that would be taken; profile: whether the stored resource keeps a profile.',
    },
    { name: 'profile', type: 'uri', max: '*', documentation: 'Profiles to hold it against beside those it claims.' },
  ],
  results: [{ name: 'return', type: 'OperationOutcome', min: 1, documentation: 'All findings.' }],
  run: runValidate,
};

type Judgement = { readonly issues: readonly Issue[]; readonly noted?: readonly Noted[] };

async function runValidate(call: OperationCall): Promise<OperationAnswer> {
  const { issues, noted = [] } = await judge(call);
  return { body: JSON.stringify(toOutcome(issues)), noted };
}

async function judge(call: OperationCall): Promise<Judgement> {
  const resource = call.parameters.resource('resource');
  switch (call.parameters.text('mode')) {
    case undefined:
      return resource || call.id === undefined ? judgeGiven(call, resource) : judgeStored(call);
    case 'create':
      return judgeGiven(call, resource);
    case 'update':
      return judgeUpdate(call, resource);
    case 'delete':
      return { issues: [], noted: [readOf(await stored(call, 'delete'))] };
    case 'profile':
      return judgeStored(call);
    default:
      throw refusedParameter('http.mode', 'mode: create, update, delete or profile is wanted.', 'code-invalid');
  }
}

async function judgeGiven(call: OperationCall, resource: Resource | undefined): Promise<Judgement> {
  if (!resource) {
    throw refusedParameter(
      'http.resource',
      'resource: this parameter is required, but for the modes delete and profile.',
      'required',
    );
  }
  return { issues: [...otherType(call, resource), ...(await findIssues(call, resource))] };
}

async function judgeUpdate(call: OperationCall, resource: Resource | undefined): Promise<Judgement> {
  if (call.id === undefined) {
    throw refusedParameter('http.mode', 'mode: update is for one resource: [type]/[id]/$validate.', 'value');
  }
  const { issues } = await judgeGiven(call, resource);
  const text = 'The id of the resource must be that of the address.';
  const expression = `${call.type}.id`;
  return {
    issues: resource?.id === call.id ? issues : [{ severity: 'error', code: 'value', text, expression }, ...issues],
  };
}

async function judgeStored(call: OperationCall): Promise<Judgement> {
  const { content, ...version } = await stored(call, 'profile');
  const resource = parseJson(content) as Resource; // as: what is stored has been a resource when it was written
  return { issues: await findIssues(call, resource), noted: [readOf({ ...version, content })] };
}

async function stored({ service, type = '', id }: OperationCall, mode: string): Promise<Present> {
  if (id === undefined) {
    throw refusedParameter('http.mode', `mode: ${mode} is for one resource: [type]/[id]/$validate.`, 'value');
  }
  return present({ type, id }, await findNewest(service.store.sql, { type, id }));
}

function otherType({ type }: OperationCall, { resourceType }: Resource): Issue[] {
  const text = `The resource is not the ${type} that the address names.`;
  return resourceType === type ? [] : [{ severity: 'error', code: 'invalid', text, expression: 'resourceType' }];
}

const coreUrl = 'http://hl7.org/fhir/StructureDefinition/';

async function findIssues({ service, parameters }: OperationCall, resource: Resource): Promise<Issue[]> {
  const wanted = parameters.texts('profile');
  const types = wanted.filter(
    (url) => url.startsWith(coreUrl) && findType(url.slice(coreUrl.length))?.kind === 'resource',
  );
  const profiles = wanted.filter((url) => !types.includes(url));
  const { issues, unknown } = await validateByRecord(service.store.sql, resource, { profiles });
  const claimed = Array.isArray(resource.meta?.profile) ? resource.meta.profile.map(String) : [];
  return [
    ...types.flatMap((url) => otherCoreType(url, resource)),
    ...issues,
    ...profiles.flatMap((url) => unknownProfile(url, unknown, 'error', 'http.profile')),
    ...claimed.flatMap((url, at) =>
      unknownProfile(url, unknown, 'warning', `${resource.resourceType}.meta.profile[${at}]`),
    ),
  ];
}

function otherCoreType(url: string, { resourceType }: Resource): Issue[] {
  const general = ['Resource', 'DomainResource', resourceType].map((each) => coreUrl + each);
  const text = `The profile ${url} is not for ${resourceType}.`;
  return general.includes(url) ? [] : [{ severity: 'error', code: 'invalid', text, expression: resourceType }];
}

/** Whether a resource keeps a profile that nobody here knows cannot be told. */
function unknownProfile(
  url: string,
  unknown: ReadonlySet<string>,
  severity: Issue['severity'],
  expression: string,
): Issue[] {
  const text = `The profile ${url.slice(0, 200).toWellFormed()} is not known here, so the resource was not held against it.`;
  return unknown.has(url.split('|')[0] ?? '') ? [{ severity, code: 'not-found', text, expression }] : [];
}

/** FHIR R4, resource-operation-validate.html: an outcome without errors says that all is well. */
function toOutcome(issues: readonly Issue[]) {
  const isFaultless = issues.every(({ severity }) => severity !== 'error' && severity !== 'fatal');
  const good: Issue = { severity: 'information', code: 'informational', text: 'No errors were found.' };
  return {
    resourceType: 'OperationOutcome',
    issue: [...(isFaultless ? [good] : []), ...issues].map(({ severity, code, text, expression }) => ({
      severity,
      code,
      diagnostics: text,
      ...(expression === undefined ? {} : { expression: [expression] }),
    })),
  };
}
