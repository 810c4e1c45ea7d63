import { isStoredType, toSpan } from '#platform/search';
import {
  findEncounterRecord,
  findNewest,
  findPatientRecord,
  type RecordFilter,
  type RecordPiece,
  type StoredVersion,
} from '#platform/store';
import { present } from '../read-routes.ts';
import { joinPieces } from './join-pieces.ts';
import type { Operation, OperationAnswer, OperationCall, ParameterDefinition } from './operation.ts';
import { type RecordBundle, writeRecordBundle } from './record-bundle.ts';
import { refusedParameter } from './refused-parameter.ts';

const shared: readonly ParameterDefinition[] = [
  { name: '_since', type: 'instant', documentation: 'Only resources changed at or after this moment.' },
  { name: '_type', type: 'code', max: '*', documentation: 'Only resources of these types, separated by commas.' },
  { name: '_count', type: 'positiveInt', documentation: 'Most resources of the record on a page, 1000 at most.' },
  { name: '_cursor', type: 'string', documentation: 'Where a page goes on; links to pages carry it.' },
];

/** FHIR R4, patient-operation-everything.html. */
export const patientEverything: Operation = {
  name: 'everything',
  title: 'Everything about a patient',
  description:
    'The whole record of one patient, with the practitioners, organisations, places and medicines it refers to. A long record comes in pages.',
  definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything',
  levels: ['instance'],
  types: ['Patient'],
  affectsState: false,
  parameters: [
    { name: 'start', type: 'date', documentation: 'Only care on or after this day, and what has no date of care.' },
    { name: 'end', type: 'date', documentation: 'Only care on or before this day, and what has no date of care.' },
    ...shared,
  ],
  results: [
    {
      name: 'return',
      type: 'Bundle',
      min: 1,
      documentation: 'A searchset: the record as matches, the rest as included.',
    },
  ],
  run: async (call) => {
    const { service, id = '', baseUrl } = call;
    const { sql } = service.store;
    const read: ReadPiece = (filter, size) => findPatientRecord(sql, id, filter, size, baseUrl);
    return answer(call, read, { isShown: isNobodys, patient: id });
  },
};

/** FHIR R4, encounter-operation-everything.html. */
export const encounterEverything: Operation = {
  name: 'everything',
  title: 'Everything about an encounter',
  description:
    'An encounter with all that was recorded in it, with the patient, practitioners, organisations, places and medicines it refers to.',
  definition: 'http://hl7.org/fhir/OperationDefinition/Encounter-everything',
  levels: ['instance'],
  types: ['Encounter'],
  affectsState: false,
  parameters: shared,
  results: [
    {
      name: 'return',
      type: 'Bundle',
      min: 1,
      documentation: 'A searchset: the encounter and what was recorded in it as matches, the rest as included.',
    },
  ],
  run: async (call) => {
    const { service, type = '', id = '', baseUrl } = call;
    const { sql } = service.store;
    const { patient } = present({ type, id }, await findNewest(sql, { type, id }));
    const read: ReadPiece = (filter, size) => findEncounterRecord(sql, id, filter, size, baseUrl);
    const isOfSamePatient = (other: StoredVersion): boolean => typeof patient === 'string' && other.patient === patient;
    return answer(call, read, {
      // what the encounter itself refers to (diagnoses, the appointment, the patient) supports it; the record behind does not
      isShown: (each, steps) => isNobodys(each) || (steps === 1 && isOfSamePatient(each)),
      patient: patient ?? undefined,
    });
  },
};

/** Practitioners, organisations and the like lie in no patient's record. */
function isNobodys({ patient }: StoredVersion): boolean {
  return patient === null;
}

type ReadPiece = (filter: RecordFilter, size: { count: number; bytes: number }) => Promise<RecordPiece>;

type Subject = { readonly isShown: RecordBundle['isShown']; readonly patient: string | undefined };

/** The database puts together this much at a time, and memory holds it. */
const pieceAtMost = { count: 1000, bytes: 2 * 1024 * 1024 };
/** A longer record goes on on the next page, whatever `_count` says. */
const pageAtMost = { count: Number.POSITIVE_INFINITY, bytes: 32 * 1024 * 1024 };

async function answer(call: OperationCall, read: ReadPiece, { isShown, patient }: Subject): Promise<OperationAnswer> {
  const { service, type = '', id = '', parameters, baseUrl } = call;
  const { sql } = service.store;
  const filter = readFilter(call);
  const wanted = parameters.number('_count');
  const atMost = { ...pageAtMost, ...(wanted === undefined ? {} : { count: Math.min(wanted, pieceAtMost.count) }) };
  const readNext = (after: string | undefined, count: number): Promise<RecordPiece> =>
    read(
      { ...filter, ...(after === undefined ? {} : { after }) },
      { ...pieceAtMost, count: Math.min(count, pieceAtMost.count) },
    );
  const begin = parameters.text('_cursor');
  const first = await readNext(begin, atMost.count);
  if (!first.addresses.includes(`${type}/${id}`)) {
    present({ type, id }, await findNewest(sql, { type, id }));
  }
  const { types } = filter;
  const pieces = writeRecordBundle({
    sql,
    baseUrl,
    first,
    readNext,
    atMost,
    isBegin: begin === undefined,
    isShown: (each, steps) => isShown(each, steps) && (types?.includes(each.type) ?? true),
    addressOf: (after) => addressOf(call, after),
  });
  const isWhole = first.next === undefined || first.count >= atMost.count;
  return {
    body: isWhole ? await joinPieces(pieces) : pieces,
    noted: [
      {
        action: '$everything',
        type,
        id,
        ...(patient === undefined ? {} : { patient }),
        ...(isWhole ? { matches: first.count } : {}),
      },
    ],
  };
}

function readFilter({ parameters }: OperationCall): RecordFilter {
  const after = parameters.text('_cursor');
  if (after !== undefined && !/^\d{1,18}$/.test(after)) {
    throw refusedParameter('http._cursor', '_cursor: the page address is not one this server gave; ask anew.');
  }
  const types = parameters.texts('_type').flatMap((each) => each.split(','));
  const unknown = types.find((each) => !isStoredType(each));
  if (unknown !== undefined) {
    throw refusedParameter('http._type', `_type: ${unknown.slice(0, 64).toWellFormed()} is no resource type.`);
  }
  const since = toSpan(parameters.text('_since') ?? '');
  const start = toSpan(parameters.text('start') ?? '');
  const end = toSpan(parameters.text('end') ?? '');
  return {
    ...(types.length === 0 ? {} : { types }),
    ...(since === undefined ? {} : { since: since.lo }),
    ...(start || end
      ? { care: { lo: start?.lo ?? Number.NEGATIVE_INFINITY, hi: end?.hi ?? Number.POSITIVE_INFINITY } }
      : {}),
  };
}

function addressOf({ baseUrl, type, id, parameters }: OperationCall, after: string | undefined): string {
  const query = new URLSearchParams();
  for (const [name, value] of parameters.pairs) {
    if (name !== '_cursor' || after === undefined) {
      query.append(name, value);
    }
  }
  if (after !== undefined) {
    query.append('_cursor', after);
  }
  return `${baseUrl}/${type}/${id}/$everything${query.size === 0 ? '' : `?${query.toString()}`}`;
}
