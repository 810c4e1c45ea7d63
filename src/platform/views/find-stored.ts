import { isJsonObject, type JsonObject, parseJson } from '#platform/fhir';
import type { OperationAnswer } from '#platform/rest';
import { normalizeReference, parseLocalReference } from '#platform/search';
import { findNewest, gone, notFound, type Store, type StoredVersion } from '#platform/store';
import { operationRefusal } from './errors.ts';

type Noted = OperationAnswer['noted'][number];

export type FoundView = {
  readonly definition: unknown;
  /** What was read of the record to find it. */
  readonly noted: readonly Noted[];
};

type Present = StoredVersion & { readonly content: string };

/** The ViewDefinition that a stored Binary holds as JSON. */
export async function findView(store: Store, baseUrl: string, reference: JsonObject): Promise<FoundView> {
  const { type, id } = addressOf(reference, baseUrl, 'Binary', 'viewReference');
  const stored = await findNewest(store.sql, { type, id });
  if (!stored) throw notFound({ type, id });
  if (stored.content === null) throw gone({ type, id });
  const { data } = contentOf({ ...stored, content: stored.content });
  const text = typeof data === 'string' ? Buffer.from(data, 'base64').toString('utf8') : '';
  return { definition: parseJson(text), noted: [readOf(stored)] };
}

const membersAtMost = 10_000;

export type FoundPatients = {
  /** Undefined where the call names none. */
  readonly patients: readonly string[] | undefined;
  readonly noted: readonly Noted[];
};

/** Ids of the patients that a call names, by themselves and as members of groups: of both, where it names both. */
export async function findPatientsOf(
  store: Store,
  baseUrl: string,
  patients: readonly JsonObject[],
  groups: readonly JsonObject[],
): Promise<FoundPatients> {
  const named = await Promise.all(patients.map((each) => findNamed(store, baseUrl, each, 'Patient', 'patient')));
  const found = await Promise.all(groups.map((each) => findNamed(store, baseUrl, each, 'Group', 'group')));
  const members = [...new Set(found.flatMap((group) => membersOf(contentOf(group), baseUrl)))];
  if (members.length > membersAtMost) {
    throw operationRefusal('group', `group: the groups have more than ${membersAtMost} patients.`, 'too-costly');
  }
  const ids = named.map(({ id }) => id);
  const all = groups.length === 0 ? ids : ids.length === 0 ? members : members.filter((id) => ids.includes(id));
  return { patients: patients.length + groups.length > 0 ? all : undefined, noted: found.map(readOf) };
}

async function findNamed(
  store: Store,
  baseUrl: string,
  reference: JsonObject,
  type: 'Patient' | 'Group',
  parameter: string,
): Promise<Present> {
  const { id } = addressOf(reference, baseUrl, type, parameter);
  const stored = await findNewest(store.sql, { type, id });
  if (!stored || stored.content === null) {
    throw operationRefusal(parameter, `${parameter}: there is no ${type} with the id ${id}.`, 'not-found');
  }
  return { ...stored, content: stored.content };
}

/** The address within the record that a reference names; an id alone is one of the type wanted. */
function addressOf(
  { reference }: JsonObject,
  baseUrl: string,
  type: string,
  parameter: string,
): { readonly type: string; readonly id: string } {
  const text = typeof reference === 'string' ? normalizeReference(reference, baseUrl) : '';
  const local = /^[A-Za-z0-9.-]{1,64}$/.test(text) ? { type, id: text } : parseLocalReference(text);
  if (local?.type !== type) {
    throw operationRefusal(parameter, `${parameter}: a reference to a ${type} of this record is wanted.`, 'value');
  }
  return { type, id: local.id };
}

/** Patients who are members; those who have left are none. */
function membersOf({ member }: JsonObject, baseUrl: string): string[] {
  const members = Array.isArray(member) ? member.filter(isJsonObject) : [];
  return members.flatMap(({ entity, inactive }) => {
    const reference = isJsonObject(entity) && typeof entity['reference'] === 'string' ? entity['reference'] : '';
    const local = parseLocalReference(normalizeReference(reference, baseUrl));
    return local?.type === 'Patient' && inactive !== true ? [local.id] : [];
  });
}

function contentOf({ content }: Present): JsonObject {
  const value = parseJson(content);
  return isJsonObject(value) ? value : {};
}

function readOf({ type, id, version }: StoredVersion): Noted {
  return { action: 'R', type, id, version };
}
