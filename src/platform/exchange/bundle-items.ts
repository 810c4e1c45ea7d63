import { AppError, type Issue } from '#platform/errors';
import { isJsonObject, parsePrintedJson, type Resource } from '#platform/fhir';
import { findReferences, rewriteReferences } from '#platform/store';
import type { LoadItem } from './load-item.ts';

/** Bundles that are unpacked, if they carry resources; any other is a document, message or request, kept as it is. */
const unpacked = new Set(['transaction', 'batch', 'collection']);

export function isUnpacked(resourceType: unknown, bundleType: unknown): boolean {
  return resourceType === 'Bundle' && unpacked.has(String(bundleType));
}

export function carriesResource(entry: unknown): boolean {
  return isJsonObject(entry) && isJsonObject(entry['resource']);
}

/** What a Bundle's entries are called before and after import. */
export type BundleFrame = { readonly addresses: ReadonlyMap<string, string> };

/** The items of a whole resource: the entries of a Bundle that is unpacked, else the resource itself. Takes it over. */
export function resourceItems(resource: Resource, name: string): LoadItem[] {
  const entries: unknown[] = Array.isArray(resource['entry']) ? resource['entry'] : [];
  if (!isUnpacked(resource.resourceType, resource['type']) || !entries.some(carriesResource)) {
    return [{ origin: name, resource }];
  }
  const frame = { addresses: new Map(entries.flatMap(addressOf)) };
  return entries.map((entry, at) => entryItem(entry, `${name}#${at + 1}`, frame));
}

export function parseItem(text: string, origin: string): LoadItem {
  try {
    const { value, isPrinted } = parsePrintedJson(text);
    if (!isJsonObject(value) || typeof value['resourceType'] !== 'string') {
      return { origin, issues: [{ severity: 'error', code: 'structure', text: 'This is no FHIR resource.' }] };
    }
    const resource = value as Resource; // as: has a resourceType; validation follows
    return isPrinted ? { origin, resource, printed: text } : { origin, resource };
  } catch (error) {
    return { origin, issues: [toIssue(error)] };
  }
}

/** The fullUrl of an entry with the address the resource will have, if it has both. */
export function addressOf(entry: unknown): [string, string][] {
  const target = isJsonObject(entry) ? targetOf(entry) : undefined;
  return isJsonObject(entry) && typeof entry['fullUrl'] === 'string' && target
    ? [[entry['fullUrl'], `${target.type}/${target.id}`]]
    : [];
}

/**
 * Where an entry is stored: the id of a PUT, else the uuid of its fullUrl, else the resource's own id. So importing
 * the same Bundle again meets the same resources.
 */
function targetOf(entry: Record<string, unknown>): { type: string; id: string } | undefined {
  const { resource, request, fullUrl } = entry;
  if (!isJsonObject(resource) || typeof resource['resourceType'] !== 'string') {
    return undefined;
  }
  const type = resource['resourceType'];
  const url = isJsonObject(request) && request['method'] === 'PUT' ? String(request['url']) : '';
  const put = /^[A-Za-z]+\/([A-Za-z0-9\-.]{1,64})$/.exec(url)?.[1];
  const uuid = typeof fullUrl === 'string' ? /^urn:uuid:([0-9A-Za-z\-.]{1,64})$/.exec(fullUrl)?.[1] : undefined;
  const id = put ?? uuid ?? (typeof resource['id'] === 'string' ? resource['id'] : undefined);
  return id === undefined ? undefined : { type, id };
}

/** The item of an entry, whose references within the Bundle become addresses of the record. Takes the entry over. */
export function entryItem(entry: unknown, origin: string, frame: BundleFrame): LoadItem {
  if (!isJsonObject(entry) || !isJsonObject(entry['resource'])) {
    return { origin, issues: [{ severity: 'error', code: 'structure', text: 'The entry has no resource.' }] };
  }
  const { request } = entry;
  const method = isJsonObject(request) ? request['method'] : 'PUT';
  if (method !== 'POST' && method !== 'PUT') {
    const said = `An import takes POST and PUT entries, not ${String(method)}.`;
    return { origin, issues: [{ severity: 'error', code: 'not-supported', text: said }] };
  }
  const resource = entry['resource'] as Resource; // as: validation follows
  let isOpen = false;
  rewriteReferences(resource, (address) => {
    const known = frame.addresses.get(address);
    isOpen ||= known === undefined && address.startsWith('urn:uuid:');
    return known;
  });
  const issues = isOpen ? unresolvedIn(resource) : [];
  const id = targetOf(entry)?.id;
  const onlyNew = method === 'POST';
  return { origin, resource, onlyNew, ...(id === undefined ? {} : { id }), ...(issues.length > 0 ? { issues } : {}) };
}

function unresolvedIn(resource: Resource): Issue[] {
  return findReferences(resource, String(resource.resourceType))
    .filter(({ address }) => address.startsWith('urn:uuid:') && resource.resourceType !== 'Bundle')
    .map(({ address, path }) => ({
      severity: 'error' as const,
      code: 'not-found',
      text: `No entry of the Bundle has the fullUrl ${address}.`,
      expression: path,
    }));
}

export function toIssue(error: unknown): Issue {
  if (error instanceof AppError) {
    return error.issues[0] ?? { severity: 'fatal', code: 'structure', text: error.message };
  }
  const text = error instanceof Error ? error.message : String(error);
  return { severity: 'fatal', code: 'structure', text: `The file cannot be read: ${text}` };
}
