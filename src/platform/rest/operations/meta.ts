import { AppError } from '#platform/errors';
import { copyLiterals, type JsonObject, parseJson, type Resource } from '#platform/fhir';
import { parseSearch, wholeRecord } from '#platform/search';
import { findNewest, labelsInUse, writeResources } from '#platform/store';
import { noteMatched, readOf } from '../note-reads.ts';
import { present, readVersion } from '../read-routes.ts';
import { addLabels, metaOf, removeLabels } from './meta-labels.ts';
import type { Operation, OperationAnswer, OperationCall, ParameterDefinition } from './operation.ts';

const result: ParameterDefinition = {
  name: 'return',
  type: 'Meta',
  min: 1,
  documentation: 'The meta of the resource.',
};
const labels: ParameterDefinition = {
  name: 'meta',
  type: 'Meta',
  min: 1,
  documentation: 'Profiles, tags and security labels.',
};

/** FHIR R4, resource-operation-meta.html. */
export const meta: Operation = {
  name: 'meta',
  title: 'Read the meta',
  description:
    'The profiles, tags and security labels of a resource or one of its versions; of a type or of the whole record those that are in use.',
  definition: 'http://hl7.org/fhir/OperationDefinition/Resource-meta',
  levels: ['system', 'type', 'instance', 'version'],
  affectsState: false,
  parameters: [],
  results: [result],
  run: (call) => (call.level === 'system' || call.level === 'type' ? readLabelsInUse(call) : readMeta(call)),
};

async function readMeta({ service, type = '', id = '', version }: OperationCall): Promise<OperationAnswer> {
  const { sql } = service.store;
  const address = { type, id };
  const stored =
    version === undefined ? present(address, await findNewest(sql, address)) : await readVersion(sql, address, version);
  return { body: toAnswer(stored.content), noted: [readOf(stored)] };
}

const labelsAtMost = 10_000;
const isLabelled = new URLSearchParams({ _filter: '_tag pr true or _security pr true or _profile pr true' });

async function readLabelsInUse({ service, type }: OperationCall): Promise<OperationAnswer> {
  const query = parseSearch(type ?? wholeRecord, isLabelled);
  const labels = await labelsInUse(service.store.sql, query, labelsAtMost + 1);
  if (labels.length > labelsAtMost) {
    const text = `More than ${labelsAtMost} different labels are in use; ask for those of a type.`;
    throw new AppError('ruleBroken', 'rest.too-many-labels', text);
  }
  const meta = metaOf(labels);
  const valueMeta = labels.length === 0 ? noneInUse : meta;
  return {
    body: JSON.stringify({ resourceType: 'Parameters', parameter: [{ name: 'return', valueMeta }] }),
    noted: [{ action: '$meta', ...(type === undefined ? {} : { type }), matches: labels.length }],
  };
}

/** JSON of FHIR has no empty objects, and the answer is one Meta. */
const noneInUse = {
  extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'not-applicable' }],
};

/**
 * FHIR R4, resource-operation-meta-add.html. The change is a new version: who labelled what, and when, can be read in
 * the history, subscribers hear of it, and a version once read never changes.
 */
export const metaAdd: Operation = {
  name: 'meta-add',
  title: 'Add profiles, tags and security labels',
  description: 'Adds labels to the meta of a resource as a new version; those that are there already stay.',
  definition: 'http://hl7.org/fhir/OperationDefinition/Resource-meta-add',
  levels: ['instance'],
  affectsState: true,
  parameters: [labels],
  results: [result],
  run: (call) => changeMeta(call, addLabels),
};

/** FHIR R4, resource-operation-meta-delete.html. */
export const metaDelete: Operation = {
  name: 'meta-delete',
  title: 'Remove profiles, tags and security labels',
  description: 'Removes labels from the meta of a resource as a new version; those that are not there are no error.',
  definition: 'http://hl7.org/fhir/OperationDefinition/Resource-meta-delete',
  levels: ['instance'],
  affectsState: true,
  parameters: [labels],
  results: [result],
  run: (call) => changeMeta(call, removeLabels),
};

async function changeMeta(
  { service, request, type = '', id = '', parameters }: OperationCall,
  change: (present: JsonObject | undefined, given: JsonObject | undefined) => NonNullable<Resource['meta']>,
): Promise<OperationAnswer> {
  const [given] = parameters.objects('meta');
  const apply = (resource: Resource): Resource => {
    const changed = { ...resource, meta: change(resource.meta, given) };
    copyLiterals(resource, changed);
    return changed;
  };
  const wanted = { kind: 'patch', type, target: id, apply } as const;
  const results = await writeResources(service.store, await service.actorOf(request), [wanted], {
    skipUnchanged: true,
  });
  await noteMatched(service, request, results);
  return { body: toAnswer(results[0]?.content ?? '{}'), noted: [] };
}

function toAnswer(content: string): string {
  const { meta: valueMeta = {} } = parseJson(content) as Resource; // as: stored texts are resources
  return JSON.stringify({ resourceType: 'Parameters', parameter: [{ name: 'return', valueMeta }] });
}
