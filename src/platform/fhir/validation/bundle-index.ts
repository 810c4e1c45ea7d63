import { isJsonObject, type JsonObject } from '../definitions/resource.ts';
import { isResourceType } from '../definitions/type-model.ts';

export type BundleEntry = {
  readonly fullUrl: string;
  readonly resource: JsonObject;
  readonly index: number;
  readonly isOutcome: boolean;
};
/** Entries of a Bundle by their fullUrl; several versions of one resource share it in a history. */
export type BundleIndex = {
  readonly type: string;
  readonly entries: readonly BundleEntry[];
  readonly byUrl: ReadonlyMap<string, readonly BundleEntry[]>;
  readonly urlOf: ReadonlyMap<JsonObject, string>;
};

const restUrlPattern =
  /^(https?:\/\/[^?#]*\/)?([A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?(#.*)?$/;

export type RestUrl = { readonly base: string; readonly type: string; readonly id: string };

/** Base, type and id of a RESTful address, relative or absolute; `undefined` for any other text. */
export function parseRestUrl(url: string): RestUrl | undefined {
  const [, base = '', type = '', id = ''] = restUrlPattern.exec(url) ?? [];
  return isResourceType(type) ? { base, type, id } : undefined;
}

export function indexBundle(bundle: JsonObject): BundleIndex {
  const items: unknown[] = Array.isArray(bundle['entry']) ? bundle['entry'] : [];
  const entries: BundleEntry[] = [];
  const byUrl = new Map<string, BundleEntry[]>();
  const urlOf = new Map<JsonObject, string>();
  items.forEach((item, index) => {
    if (!isJsonObject(item) || !isJsonObject(item['resource'])) return;
    const fullUrl = typeof item['fullUrl'] === 'string' ? item['fullUrl'] : '';
    const isOutcome = isJsonObject(item['search']) && item['search']['mode'] === 'outcome';
    const entry = { fullUrl, resource: item['resource'], index, isOutcome };
    entries.push(entry);
    urlOf.set(entry.resource, fullUrl);
    if (fullUrl === '') return;
    const others = byUrl.get(fullUrl);
    if (others) others.push(entry);
    else byUrl.set(fullUrl, [entry]);
  });
  return { type: typeof bundle['type'] === 'string' ? bundle['type'] : '', entries, byUrl, urlOf };
}

/** FHIR R4, bundle.html#references: a relative reference counts from the base of the entry it stands in. */
export function resolveInBundle(index: BundleIndex, reference: string, sourceUrl: string): readonly BundleEntry[] {
  const [plain = ''] = reference.split('#');
  const withoutVersion = plain.replace(/\/_history\/.*$/, '');
  const target = parseRestUrl(plain);
  if (!target || target.base !== '') return index.byUrl.get(withoutVersion) ?? [];
  const source = parseRestUrl(sourceUrl);
  return source ? (index.byUrl.get(`${source.base}${withoutVersion}`) ?? []) : [];
}
