import { AppError } from '#platform/errors';
import { parseJson, type Resource } from '#platform/fhir';
import { normalizeReference, parseLocalReference, patientOf } from '#platform/search';
import { findNewest, findReferences, findVersion, type StoredVersion, writeResources } from '#platform/store';
import { listOf, type Noted, patientOfVersion } from '../../note-reads.ts';
import { type Present, present } from '../../read-routes.ts';
import type { Operation, OperationAnswer, OperationCall } from '../operation.ts';
import { createReferenceScan } from '../reference-scan.ts';
import { refusedParameter } from '../refused-parameter.ts';
import { findSupporting, supportingAtMost } from '../supporting-resources.ts';
import { type DocumentEntry, writeDocument } from './document-bundle.ts';

/** FHIR R4, composition-operation-document.html. */
export const compositionDocument: Operation = {
  name: 'document',
  title: 'Put a document together',
  description:
    'A Composition with everything it refers to, and what that refers to in turn, as a document. What it names directly must be there.',
  definition: 'http://hl7.org/fhir/OperationDefinition/Composition-document',
  levels: ['instance'],
  types: ['Composition'],
  affectsState: false,
  parameters: [
    {
      name: 'persist',
      type: 'boolean',
      documentation: 'Whether to store the document as a Bundle; then it is called by POST.',
    },
  ],
  results: [{ name: 'return', type: 'Bundle', min: 1, documentation: 'The document.' }],
  run: runDocument,
};

/** A result, its specimen, who took it, the laboratory, the hospital above: a document holds no longer ways. */
const stepsAtMost = 6;

async function runDocument(call: OperationCall): Promise<OperationAnswer> {
  const { service, request, type = '', id = '', baseUrl, parameters } = call;
  const persist = parameters.flag('persist') ?? false;
  if (persist && request.method !== 'POST') {
    throw refusedParameter('http.persist', 'persist: what stores something is called by POST.', 'not-supported');
  }
  const composition = present({ type, id }, await findNewest(service.store.sql, { type, id }));
  const parts = await findParts(call, composition);
  const entries = [composition, ...parts].map((each) => toEntry(each, baseUrl));
  const text = writeDocument(entries, { timestamp: service.store.now().toISOString() });
  const noted = noteOf(composition, parts);
  return persist ? store(call, text, noted) : { body: text, noted: [noted] };
}

function toEntry({ type, id, content }: StoredVersion, baseUrl: string): DocumentEntry {
  return { fullUrl: `${baseUrl}/${type}/${id}`, content: content ?? '' };
}

/**
 * What the document holds beside the Composition. What the Composition names itself belongs to it, whoever it is about;
 * of what lies behind only the same patient's resources and those of no patient.
 */
async function findParts({ service, baseUrl }: OperationCall, composition: Present): Promise<StoredVersion[]> {
  const { sql } = service.store;
  const named = await findNamedVersions(service.store, composition);
  const known = new Set([composition, ...named].map(keyOf));
  const scan = createReferenceScan(service.store.baseUrl ?? baseUrl);
  [composition, ...named].forEach(({ content }) => scan.add(content ?? ''));
  const isShown = ({ patient }: StoredVersion, steps: number): boolean =>
    steps === 1 || patient === null || patient === composition.patient;
  const parts = [...named];
  for await (const found of findSupporting(sql, scan, { known, isShown, stepsAtMost })) {
    parts.push(...found);
  }
  if (parts.length >= supportingAtMost) {
    const text = `The Composition leads to more than ${supportingAtMost} resources, which no document holds.`;
    throw new AppError('tooLarge', 'rest.document-too-large', text);
  }
  refuseMissing(service.store.baseUrl ?? baseUrl, composition, parts);
  return parts;
}

/** References to a version that is no longer the current one mean that version. */
async function findNamedVersions(
  { sql, baseUrl }: OperationCall['service']['store'],
  composition: Present,
): Promise<StoredVersion[]> {
  const addresses = findReferences(parseJson(composition.content), 'Composition')
    .map(({ address }) => /^(.*)\/_history\/(\d{1,9})$/.exec(address))
    .filter((each) => each !== null);
  const found = await Promise.all(
    addresses.map(async ([, address = '', version]) => {
      const local = parseLocalReference(normalizeReference(address, baseUrl));
      return local && findVersion(sql, local, Number(version));
    }),
  );
  const named = found
    .filter((each): each is StoredVersion => typeof each?.content === 'string')
    .map((each) => ({ ...each, patient: patientOfVersion(each) ?? null }));
  return [...new Map(named.map((each) => [keyOf(each), each])).values()];
}

/** FHIR R4, documents.html: what the Composition refers to must be in the document. */
function refuseMissing(baseUrl: string, composition: Present, parts: readonly StoredVersion[]): void {
  const held = new Set([composition, ...parts].map(keyOf));
  const missing = findReferences(parseJson(composition.content), 'Composition').filter(({ address }) => {
    const local = parseLocalReference(normalizeReference(address, baseUrl));
    return local && !held.has(keyOf(local));
  });
  if (missing.length > 0) {
    throw new AppError('ruleBroken', 'rest.document-not-whole', 'The Composition refers to what is not there.', {
      issues: missing.map(({ address, path }) => ({
        severity: 'error',
        code: 'not-found',
        text: `${address} is not there.`,
        expression: path,
      })),
    });
  }
}

function keyOf({ type, id }: { readonly type: string; readonly id: string }): string {
  return `${type}/${id}`;
}

function noteOf({ type, id, version, content }: Present, parts: readonly StoredVersion[]): Noted {
  const patient = patientOf(JSON.parse(content));
  const { patients = [] } = listOf('S', {}, parts);
  return {
    action: '$document',
    type,
    id,
    version,
    matches: parts.length + 1,
    patients,
    ...(patient === undefined ? {} : { patient }),
  };
}

async function store(
  { service, request, baseUrl }: OperationCall,
  text: string,
  noted: Noted,
): Promise<OperationAnswer> {
  const resource = parseJson(text) as Resource; // as: the text of a Bundle made here
  const [written] = await writeResources(service.store, await service.actorOf(request), [
    { kind: 'create', type: 'Bundle', resource },
  ]);
  const { id, version = 1, content = text } = written ?? {};
  return {
    status: 201,
    headers: { Location: `${baseUrl}/Bundle/${id}/_history/${version}`, ETag: `W/"${version}"` },
    body: content,
    noted: [noted],
  };
}
