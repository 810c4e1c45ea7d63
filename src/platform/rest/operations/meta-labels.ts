import { isJsonObject, type JsonObject, type Resource } from '#platform/fhir';

type Meta = NonNullable<Resource['meta']>;

/** What of a meta can be added and taken away: FHIR R4, resource-operation-meta-add.html. */
const labelled = ['profile', 'security', 'tag'] as const;

/** The meta with the labels of another added; one that is there already stays as it is. */
export function addLabels(meta: JsonObject = {}, added: JsonObject = {}): Meta {
  return changeLabels(meta, (name, present) => {
    const known = new Set(present.map(identityOf));
    return [...present, ...listOf(added[name]).filter((each) => !known.has(identityOf(each)))];
  });
}

/** The meta without the labels of another; one that is not there is no error. */
export function removeLabels(meta: JsonObject = {}, removed: JsonObject = {}): Meta {
  return changeLabels(meta, (name, present) => {
    const unwanted = new Set(listOf(removed[name]).map(identityOf));
    return present.filter((each) => !unwanted.has(identityOf(each)));
  });
}

function changeLabels(meta: JsonObject, change: (name: string, present: readonly unknown[]) => unknown[]): Meta {
  const changed: JsonObject = { ...meta };
  for (const name of labelled) {
    const list = change(name, listOf(meta[name]));
    if (list.length > 0) {
      changed[name] = list;
    } else {
      delete changed[name]; // FHIR has no empty lists
    }
  }
  return changed;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Codings are one by system and code, whatever they are called; profiles by their url. */
function identityOf(label: unknown): string {
  return isJsonObject(label) ? JSON.stringify([label['system'] ?? null, label['code'] ?? null]) : String(label);
}

/** The meta that tells which labels are in use, each once however often and with what display it is written, in order. */
export function metaOf(labels: readonly { readonly kind: string; readonly label: unknown }[]): JsonObject {
  const meta: JsonObject = {};
  for (const name of labelled) {
    const found = new Map<string, unknown>();
    for (const { kind, label } of labels) {
      const identity = identityOf(label);
      if (kind === name && !(found.has(identity) && !hasDisplay(label))) found.set(identity, label);
    }
    const inOrder = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, label]) => label);
    if (inOrder.length > 0) meta[name] = inOrder;
  }
  return meta;
}

const hasDisplay = (label: unknown): boolean => isJsonObject(label) && label['display'] !== undefined;
