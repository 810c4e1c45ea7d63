import { AppError, type Issue } from '#platform/errors';
import { isJsonObject } from '#platform/fhir';
import type { OperationCall, OperationParameters } from '#platform/rest';
import {
  conditionsOf,
  coreParameters,
  isStoredType,
  parseLocalReference,
  parseSearch,
  patientParametersOf,
  storedTypes,
  toSpan,
} from '#platform/search';
import { findMany, findNewest, lookUpConditions, notFound, type Store } from '#platform/store';
import type { ExportPlan, ProvenanceRule } from './export-plan.ts';

/** A list of more patients is exported as a part of the whole record. */
const patientsAtMost = 100_000;
const filtersAtMost = 100;

/** Notes what is wrong with a parameter: refused, or left out and told under `Prefer: handling=lenient`. */
type Complain = (parameter: string, text: string, code?: Issue['code']) => void;

/** Reads and checks a kick-off request. Whatever it names and cannot be had is refused here, before a job is made. */
export async function readExport(call: OperationCall): Promise<ExportPlan> {
  const { parameters, request, baseUrl } = call;
  const remarks: Issue[] = [];
  const isLenient = /\bhandling=lenient\b/.test(String(request.headers['prefer'] ?? ''));
  const complain: Complain = (parameter, text, code = 'value') => {
    const issue: Issue = { severity: 'error', code, text: `${parameter}: ${text}.`, expression: `http.${parameter}` };
    if (!isLenient) {
      throw new AppError('invalid', 'bulk.export-parameter', issue.text, { issues: [issue] });
    }
    remarks.push({ ...issue, severity: 'warning' });
  };
  requireNdjson(parameters);
  for (const [name] of parameters.others) {
    complain(name.slice(0, 64).toWellFormed(), 'this operation has no such parameter', 'not-supported');
  }
  const patients = await patientsOf(call, complain);
  const isPatientLevel = patients !== 'everything';
  const asked = listOf(parameters, '_type');
  const types = readTypes(asked, isPatientLevel, complain);
  const since = readInstant(parameters, '_since');
  const until = readInstant(parameters, '_until');
  return {
    patients,
    ...(types === undefined ? {} : { types }),
    filters: await readFilters(call, types, complain),
    elements: readElements(parameters, complain),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    provenance: readProvenance(parameters, { isPatientLevel, types: asked }, complain),
    baseUrl,
    remarks,
  };
}

const ndjson = new Set(['application/fhir+ndjson', 'application/ndjson', 'ndjson']);

function requireNdjson(parameters: OperationParameters): void {
  const format = parameters.text('_outputFormat')?.replace(' ', '+'); // an unescaped + arrives as a space
  if (format !== undefined && !ndjson.has(format)) {
    const text = '_outputFormat: files are given as application/fhir+ndjson alone.';
    throw new AppError('invalid', 'bulk.output-format', text, {
      issues: [{ severity: 'error', code: 'not-supported', text, expression: 'http._outputFormat' }],
    });
  }
}

/** The values of a parameter, those between commas as those of its repetitions. */
function listOf(parameters: OperationParameters, name: string): string[] {
  return parameters.texts(name).flatMap((text) =>
    text
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== ''),
  );
}

function readInstant(parameters: OperationParameters, name: string): string | undefined {
  const text = parameters.text(name);
  if (text === undefined) {
    return undefined;
  }
  const span = toSpan(text);
  if (!span || !Number.isFinite(span.lo) || span.lo > 8.64e15) {
    const why = `${name}: an instant is wanted, as 2026-11-23T10:00:00Z.`;
    throw new AppError('invalid', 'bulk.export-parameter', why, {
      issues: [{ severity: 'error', code: 'value', text: why, expression: `http.${name}` }],
    });
  }
  return new Date(span.lo).toISOString();
}

/** Types that a patient's compartment can hold; Provenance comes with what it speaks of. */
export const compartmentTypes: readonly string[] = storedTypes.filter(
  (type) => type === 'Patient' || type === 'Provenance' || patientParametersOf(type).length > 0,
);

function readTypes(asked: readonly string[], isPatientLevel: boolean, complain: Complain): string[] | undefined {
  const possible = isPatientLevel ? compartmentTypes : storedTypes;
  const known = asked.filter((type) => {
    if (!isStoredType(type)) {
      complain('_type', `${type.slice(0, 64).toWellFormed()} is no resource type that can be stored`, 'not-supported');
    } else if (!possible.includes(type)) {
      complain('_type', `${type} is not in a patient's compartment; export the system for it`, 'not-supported');
    }
    return possible.includes(type);
  });
  if (known.length > 0 || asked.length > 0) {
    return [...new Set(known)];
  }
  return isPatientLevel ? [...compartmentTypes] : undefined;
}

/** The values of `_typeFilter`: a comma that a type and a question mark follow stands between two of them. */
async function readFilters(
  { parameters, service: { store } }: OperationCall,
  types: readonly string[] | undefined,
  complain: Complain,
): Promise<ExportPlan['filters']> {
  const texts = parameters.texts('_typeFilter').flatMap((each) => each.split(/,(?=[A-Z][A-Za-z]+\?)/));
  if (texts.length > filtersAtMost) {
    throw new AppError('tooLarge', 'bulk.too-many-filters', `_typeFilter: ${filtersAtMost} are taken at most.`);
  }
  const filters: ExportPlan['filters'][number][] = [];
  for (const text of texts) {
    const [, type = '', query = ''] = /^([A-Za-z]+)\?(.*)$/s.exec(text.trim()) ?? [];
    if (!isStoredType(type)) {
      complain('_typeFilter', 'each filter is a search of one type: Type?parameter=value');
    } else if (types && !types.includes(type)) {
      complain('_typeFilter', `${type} is not among the types that are exported`);
    } else {
      filters.push(...(await readFilter(store, [type, [...new URLSearchParams(query)]], complain)));
    }
  }
  return filters;
}

/** A filter that a search would not take is not taken either; what it asks the record for is asked again at each start. */
async function readFilter(
  store: Store,
  filter: ExportPlan['filters'][number],
  complain: Complain,
): Promise<ExportPlan['filters'][number][]> {
  const [type, parameters] = filter;
  try {
    const query = parseSearch(type, parameters, { table: store.parameters?.table() ?? coreParameters });
    const conditions = conditionsOf(query);
    if (conditions.length !== query.applied.length || conditions.length === 0) {
      complain('_typeFilter', `a filter of ${type} selects: order, pages, includes and the like have no meaning in it`);
      return [];
    }
    await lookUpConditions(store.sql, query, store.baseUrl);
    return [filter];
  } catch (error) {
    if (!(error instanceof AppError) || error.kind === 'unavailable') {
      throw error; // a parameter that is not ready yet will be
    }
    complain('_typeFilter', `${type}: ${error.message.replace(/\.$/, '')}`, 'not-supported');
    return [];
  }
}

function readElements(parameters: OperationParameters, complain: Complain): string[] {
  return listOf(parameters, '_elements').filter((element) => {
    const [first = '', second, ...rest] = element.split('.');
    const isRoot = isStoredType(first) ? second !== undefined && rest.length === 0 : second === undefined;
    if (!isRoot) {
      complain('_elements', 'only elements of the root are taken: name, or Patient.name');
    }
    return isRoot;
  });
}

/** Values of `includeAssociatedData` that are known; of several the one that gives most counts. */
function readProvenance(
  parameters: OperationParameters,
  { isPatientLevel, types }: { readonly isPatientLevel: boolean; readonly types: readonly string[] },
  complain: Complain,
): ProvenanceRule {
  const asked = listOf(parameters, 'includeAssociatedData');
  for (const each of asked) {
    if (each !== 'RelevantProvenanceResources' && each !== 'LatestProvenanceResources') {
      const known = 'LatestProvenanceResources and RelevantProvenanceResources';
      complain('includeAssociatedData', `this server knows ${known}`, 'not-supported');
    }
  }
  if (asked.includes('RelevantProvenanceResources')) {
    return 'relevant';
  }
  if (asked.includes('LatestProvenanceResources')) {
    return 'latest';
  }
  return isPatientLevel && (types.length === 0 || types.includes('Provenance')) ? 'compartment' : 'asOthers';
}

async function patientsOf(call: OperationCall, complain: Complain): Promise<ExportPlan['patients']> {
  const { level, type, parameters } = call;
  const asked = parameters.objects('patient').map(({ reference }) => String(reference ?? ''));
  if (level === 'system') {
    if (asked.length > 0) {
      complain('patient', 'it has a meaning in exports of patients and groups alone', 'not-supported');
    }
    return 'everything';
  }
  const members = type === 'Group' ? await membersOf(call) : undefined;
  if (asked.length === 0) {
    return members ?? 'anyPatient';
  }
  return readPatients(call, { asked, members }, complain);
}

async function readPatients(
  { service, baseUrl }: OperationCall,
  { asked, members }: { readonly asked: readonly string[]; readonly members: readonly string[] | undefined },
  complain: Complain,
): Promise<string[]> {
  const ids = asked.flatMap((each) => {
    const local = parseLocalReference(each.startsWith(`${baseUrl}/`) ? each.slice(baseUrl.length + 1) : each);
    if (local?.type !== 'Patient') {
      complain('patient', 'a reference to a patient is wanted: Patient/id');
      return [];
    }
    return [local.id];
  });
  const present = await findMany(
    service.store.sql,
    ids.map((id) => ({ type: 'Patient', id })),
  );
  const known = new Set(present.map(({ id }) => id));
  const belongs = members && new Set(members);
  return [...new Set(ids)].filter((id) => {
    const why = !known.has(id)
      ? 'is not in the record'
      : belongs && !belongs.has(id)
        ? 'is no member of the group'
        : '';
    if (why !== '') {
      complain('patient', `one of the patients ${why}`, 'not-found');
    }
    return why === '';
  });
}

/** The patients of a group that are members today. */
async function membersOf({ service, id = '', baseUrl }: OperationCall): Promise<string[]> {
  const address = { type: 'Group', id };
  const stored = await findNewest(service.store.sql, address);
  if (!stored || stored.content === null) {
    throw notFound(address);
  }
  const { member = [] } = JSON.parse(stored.content) as { member?: unknown[] }; // as: a Group, valid when it was stored
  const now = service.store.now().getTime();
  const patients = member.filter(isJsonObject).flatMap(({ entity, inactive, period }) => {
    const end = isJsonObject(period) && typeof period['end'] === 'string' ? toSpan(period['end'])?.hi : undefined;
    const reference = isJsonObject(entity) ? String(entity['reference'] ?? '') : '';
    const local = parseLocalReference(
      reference.startsWith(`${baseUrl}/`) ? reference.slice(baseUrl.length + 1) : reference,
    );
    const isMember = inactive !== true && (end === undefined || end >= now) && local?.type === 'Patient';
    return isMember && local ? [local.id] : [];
  });
  if (patients.length > patientsAtMost) {
    const text = `The group has more than ${patientsAtMost} members; export all patients instead.`;
    throw new AppError('tooLarge', 'bulk.group-too-large', text);
  }
  return [...new Set(patients)];
}
