import { randomUUID } from 'node:crypto';
import { AppError } from '#platform/errors';
import { isJsonObject, type JsonObject, parseJson } from '#platform/fhir';
import { type Language, negotiateLanguage } from '#platform/i18n';
import { normalizeReference, parseSearch } from '#platform/search';
import { findNewest, runSearch, type StoredVersion } from '#platform/store';
import { type Present, present } from '../../read-routes.ts';
import { writeDocument } from '../document/document-bundle.ts';
import type { Operation, OperationAnswer, OperationCall } from '../operation.ts';
import { createReferenceScan } from '../reference-scan.ts';
import { refusedParameter } from '../refused-parameter.ts';
import { findSupporting } from '../supporting-resources.ts';
import { chooseEntries, composeSummary, type SummaryEntry, summaryProfile } from './compose-summary.ts';

/** International Patient Summary 2.0, OperationDefinition/summary. */
export const patientSummary: Operation = {
  name: 'summary',
  title: 'International Patient Summary',
  description:
    'What a clinician who does not know the patient needs, as a document: allergies, problems, medication and, where there is something to tell, ten sections more. Its texts are in Azerbaijani, Russian or English, as Accept-Language wants.',
  definition: 'http://hl7.org/fhir/uv/ips/OperationDefinition/summary',
  levels: ['type', 'instance'],
  types: ['Patient'],
  affectsState: false,
  parameters: [
    {
      name: 'identifier',
      type: 'string',
      searchType: 'token',
      documentation: 'Of the patient, where no id is in the address: system|value.',
    },
    {
      name: 'profile',
      type: 'canonical',
      documentation: 'The profile of the Composition; there is that of the IPS alone.',
    },
  ],
  results: [{ name: 'return', type: 'Bundle', documentation: 'The document.' }],
  run: runSummary,
};

/** What the sections are filled from; of each search the most recent are enough. */
const searches: readonly (readonly [type: string, ...parameters: (readonly [string, string])[]])[] = [
  ['AllergyIntolerance'],
  ['Condition'],
  ['MedicationStatement'],
  ['MedicationRequest', ['status', 'active,on-hold']],
  ['Immunization', ['status', 'completed']],
  ['Procedure'],
  ['DeviceUseStatement'],
  ['DiagnosticReport'],
  ['Observation', ['category', 'laboratory,imaging,procedure']],
  ['Observation', ['category', 'vital-signs']],
  ['Observation', ['category', 'social-history']],
  [
    'Observation',
    ['code', '82810-3,11778-8,11779-6,11780-4,11612-9,11613-7,11614-5,11636-8,11637-6,11638-4,11639-2,11640-0,33065-4'],
  ],
  ['Flag'],
  ['CarePlan', ['status', 'active']],
  ['Consent', ['status', 'active']],
];
const readAtMost = 500;

async function runSummary(call: OperationCall): Promise<OperationAnswer> {
  const { request, parameters } = call;
  const profile = parameters.text('profile') ?? summaryProfile;
  if (profile.split('|')[0] !== summaryProfile) {
    throw refusedParameter('http.profile', `profile: only ${summaryProfile} is offered.`, 'not-supported');
  }
  const patient = await findPatient(call);
  const { chosen, told } = choose(call, await findResources(call, patient.id));
  const held = [patient, ...told, ...(await findBehind(call, patient, told))];
  const language = negotiateLanguage(request.headers['accept-language']);
  return {
    body: writeSummary(call, { patient, chosen, held, language }),
    headers: { 'Content-Language': language, Vary: 'Accept-Language' },
    noted: [{ action: '$summary', type: 'Patient', id: patient.id, patient: patient.id, matches: held.length }],
  };
}

type Chosen = ReturnType<typeof chooseEntries>;

/** Of the resources found, those that the sections tell. */
function choose(
  { baseUrl }: OperationCall,
  stored: readonly StoredVersion[],
): { chosen: Chosen; told: StoredVersion[] } {
  const chosen = chooseEntries(stored.map((each) => toEntry(each, baseUrl)));
  const byAddress = new Map(stored.map((each) => [addressOf(each, baseUrl), each]));
  const addresses = [...chosen.values()].flat().map(({ address }) => address);
  return { chosen, told: addresses.map((each) => byAddress.get(each)).filter((each) => each !== undefined) };
}

type Summary = {
  readonly patient: Present;
  readonly chosen: Chosen;
  /** What the document holds beside the Composition and its author. */
  readonly held: readonly StoredVersion[];
  readonly language: Language;
};

function writeSummary({ service, baseUrl }: OperationCall, { patient, chosen, held, language }: Summary): string {
  const ownUrl = service.store.baseUrl ?? baseUrl;
  const byReference = new Map(held.map((each) => [`${each.type}/${each.id}`, each]));
  const resolve = (reference: string): JsonObject | undefined => {
    const found = byReference.get(normalizeReference(reference, ownUrl));
    return found && toEntry(found, baseUrl).resource;
  };
  const custodian = byReference.get(normalizeReference(custodianOf(patient), ownUrl));
  const date = service.store.now().toISOString();
  const author = {
    resourceType: 'Device',
    id: randomUUID(),
    deviceName: [{ name: 'VSİS', type: 'user-friendly-name' }],
  };
  const frame = {
    id: randomUUID(),
    patient: addressOf(patient, baseUrl),
    author: `urn:uuid:${author.id}`,
    custodian: custodian && addressOf(custodian, baseUrl),
    date,
  };
  const composition = composeSummary(chosen, frame, { language, resolve });
  const entries = [
    { fullUrl: `urn:uuid:${frame.id}`, content: JSON.stringify(composition) },
    ...[...byReference.values()].map((each) => ({ fullUrl: addressOf(each, baseUrl), content: each.content ?? '' })),
    { fullUrl: frame.author, content: JSON.stringify(author) },
  ];
  return writeDocument(entries, { timestamp: date, language, profile: bundleProfile });
}

const bundleProfile = 'http://hl7.org/fhir/uv/ips/StructureDefinition/Bundle-uv-ips';

function toEntry(stored: StoredVersion, baseUrl: string): SummaryEntry {
  const resource = parseJson(stored.content ?? '{}') as JsonObject; // as: stored texts are resources
  return { address: addressOf(stored, baseUrl), resource };
}

function addressOf({ type, id }: StoredVersion, baseUrl: string): string {
  return `${baseUrl}/${type}/${id}`;
}

/** The facility that looks after the patient keeps the document. */
function custodianOf({ content }: Present): string {
  const { managingOrganization } = parseJson(content) as JsonObject; // as: stored texts are resources
  return isJsonObject(managingOrganization) ? String(managingOrganization['reference']) : '';
}

async function findPatient({ service, id, parameters }: OperationCall): Promise<Present> {
  const { sql, baseUrl } = service.store;
  const identifier = parameters.text('identifier');
  if (id !== undefined) {
    if (identifier !== undefined) {
      throw refusedParameter('http.identifier', 'identifier: the address names the patient already.');
    }
    return present({ type: 'Patient', id }, await findNewest(sql, { type: 'Patient', id }));
  }
  if (identifier === undefined) {
    throw refusedParameter(
      'http.identifier',
      'identifier: this parameter, or an id in the address, is required.',
      'required',
    );
  }
  const { matches } = await runSearch(
    sql,
    parseSearch('Patient', [
      ['identifier', identifier],
      ['_count', '2'],
    ]),
    baseUrl,
  );
  const [only, ...others] = matches;
  if (!only) {
    throw new AppError('notFound', 'rest.no-such-patient', 'No patient has this identifier.');
  }
  if (others.length > 0) {
    throw new AppError('stale', 'rest.several-patients', 'More than one patient has this identifier.');
  }
  return present({ type: 'Patient', id: only.id }, only);
}

async function findResources({ service }: OperationCall, patient: string): Promise<StoredVersion[]> {
  const { sql, baseUrl } = service.store;
  const bounded = [
    ['patient', `Patient/${patient}`],
    ['_count', String(readAtMost)],
    ['_total', 'none'],
  ] as const;
  const pages = await Promise.all(
    searches.map(([type, ...parameters]) => {
      const query = parseSearch(type, [...parameters, ...bounded, ['_sort', sortOf(type)]]);
      return runSearch(sql, query, baseUrl);
    }),
  );
  const found = new Map(
    pages.flatMap(({ matches }) => matches.map((each) => [`${each.type}/${each.id}`, each] as const)),
  );
  return [...found.values()];
}

/** The parameter that puts the most recent first. */
function sortOf(type: string): string {
  switch (type) {
    case 'Condition':
      return '-recorded-date';
    case 'MedicationStatement':
      return '-effective';
    case 'MedicationRequest':
      return '-authoredon';
    case 'DeviceUseStatement':
      return '-_lastUpdated';
    default:
      return '-date';
  }
}

/** Practitioners, organisations, medicines and devices that are referred to, and what reports are made up of. */
const parts: ReadonlySet<string> = new Set(['Observation', 'Medication', 'Device', 'Specimen']);

async function findBehind(
  { service, baseUrl }: OperationCall,
  patient: Present,
  told: readonly StoredVersion[],
): Promise<StoredVersion[]> {
  const scan = createReferenceScan(service.store.baseUrl ?? baseUrl);
  [patient, ...told].forEach(({ content }) => scan.add(content ?? ''));
  const known = new Set([patient, ...told].map(({ type, id }) => `${type}/${id}`));
  const isShown = (each: StoredVersion, steps: number): boolean =>
    each.patient === null || (steps === 1 && each.patient === patient.id && parts.has(each.type));
  const found: StoredVersion[] = [];
  for await (const some of findSupporting(service.store.sql, scan, { known, isShown })) {
    found.push(...some);
  }
  return found;
}
