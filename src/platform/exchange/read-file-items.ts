import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { AppError, type Issue } from '#platform/errors';
import { cloneJson, isJsonObject, parseJson, type Resource, xmlToResource } from '#platform/fhir';
import { findReferences, rewriteReferences } from '#platform/store';
import type { LoadItem } from './load-item.ts';
import { scanObject } from './scan-object.ts';

/** Bundles that are unpacked, if they carry resources; any other is a document, message or request, kept as it is. */
const unpacked = new Set(['transaction', 'batch', 'collection']);

/** The resources of a file: a Bundle's entries, the lines of an NDJSON file, or one resource. Gzip and form by the name. */
export async function* readFileItems(path: string, name: string): AsyncGenerator<LoadItem> {
  const plain = path.replace(/\.gz$/, '');
  if (/\.(ndjson|jsonl)$/.test(plain)) {
    yield* readLines(path, name);
    return;
  }
  if (plain.endsWith('.xml')) {
    yield* readXml(path, name);
    return;
  }
  let frame: BundleFrame | undefined;
  try {
    frame = await readFrame(path);
  } catch (error) {
    yield { origin: name, issues: [toIssue(error)] };
    return;
  }
  yield* frame ? readEntries(path, name, frame) : readSingle(path, name);
}

export function isImportable(path: string): boolean {
  return /\.(json|ndjson|jsonl|xml)(\.gz)?$/.test(path);
}

type Progress = { bytes: number };

async function* readPieces(path: string, progress: Progress = { bytes: 0 }): AsyncGenerator<string> {
  const file = createReadStream(path, { highWaterMark: 1 << 18 });
  file.on('data', (chunk) => {
    progress.bytes += chunk.length;
  });
  const bytes = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  if (bytes !== file) {
    file.on('error', (error) => bytes.destroy(error));
  }
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of bytes) {
    yield decoder.decode(chunk as Buffer, { stream: true }); // as: streams of bytes give Buffers
  }
  yield decoder.decode();
}

async function* readLines(path: string, name: string): AsyncGenerator<LoadItem> {
  const progress = { bytes: 0 };
  let held = '';
  let number = 0;
  const toItem = (line: string): LoadItem[] => {
    number += 1;
    return line.trim() === '' ? [] : [{ ...parseItem(line, `${name}#${number}`), bytesRead: progress.bytes }];
  };
  try {
    for await (const piece of readPieces(path, progress)) {
      const lines = (held + piece).split('\n');
      held = lines.pop() ?? '';
      for (const line of lines) {
        yield* toItem(line);
      }
    }
  } catch (error) {
    yield { origin: `${name}#${number + 1}`, issues: [toIssue(error)] };
    return;
  }
  yield* toItem(held);
}

async function* readSingle(path: string, name: string): AsyncGenerator<LoadItem> {
  const progress = { bytes: 0 };
  yield { ...parseItem(await readWhole(path, progress), name), bytesRead: progress.bytes };
}

async function readWhole(path: string, progress: Progress): Promise<string> {
  let text = '';
  for await (const piece of readPieces(path, progress)) {
    text += piece;
  }
  return text;
}

/** XML is read whole; a Bundle in it is then unpacked as one in JSON is. */
async function* readXml(path: string, name: string): AsyncGenerator<LoadItem> {
  const progress = { bytes: 0 };
  try {
    const resource = xmlToResource(await readWhole(path, progress));
    const entries = Array.isArray(resource['entry']) ? resource['entry'] : [];
    if (!isUnpacked(resource.resourceType, resource['type']) || !entries.some(carriesResource)) {
      yield { origin: name, resource, bytesRead: progress.bytes };
      return;
    }
    const frame = { addresses: new Map(entries.flatMap(addressOf)) };
    for (const [at, entry] of entries.entries()) {
      yield { ...entryItem(entry, `${name}#${at + 1}`, frame), bytesRead: progress.bytes };
    }
  } catch (error) {
    yield { origin: name, issues: [toIssue(error)] };
  }
}

function parseItem(text: string, origin: string): LoadItem {
  try {
    const value = parseJson(text);
    if (!isJsonObject(value) || typeof value['resourceType'] !== 'string') {
      return { origin, issues: [{ severity: 'error', code: 'structure', text: 'This is no FHIR resource.' }] };
    }
    return { origin, resource: value as Resource }; // as: has a resourceType; validation follows
  } catch (error) {
    return { origin, issues: [toIssue(error)] };
  }
}

/** What a Bundle's entries are called before and after import. */
type BundleFrame = { readonly addresses: ReadonlyMap<string, string> };

/** First pass over a file: whether it is a Bundle to unpack, and which address each entry will have. */
async function readFrame(path: string): Promise<BundleFrame | undefined> {
  const addresses = new Map<string, string>();
  const members = new Map<string, unknown>();
  let carries = false;
  for await (const { name, text } of scanObject(readPieces(path), 'entry')) {
    if (name !== 'entry') {
      if (name === 'resourceType' || name === 'type') {
        members.set(name, JSON.parse(text));
      }
      continue;
    }
    const entry: unknown = JSON.parse(text);
    carries ||= carriesResource(entry);
    for (const [fullUrl, address] of addressOf(entry)) {
      addresses.set(fullUrl, address);
    }
  }
  return carries && isUnpacked(members.get('resourceType'), members.get('type')) ? { addresses } : undefined;
}

function isUnpacked(resourceType: unknown, bundleType: unknown): boolean {
  return resourceType === 'Bundle' && unpacked.has(String(bundleType));
}

function carriesResource(entry: unknown): boolean {
  return isJsonObject(entry) && isJsonObject(entry['resource']);
}

/** The fullUrl of an entry with the address the resource will have, if it has both. */
function addressOf(entry: unknown): [string, string][] {
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

async function* readEntries(path: string, name: string, frame: BundleFrame): AsyncGenerator<LoadItem> {
  const progress = { bytes: 0 };
  let number = 0;
  for await (const member of scanObject(readPieces(path, progress), 'entry')) {
    if (member.name === 'entry') {
      number += 1;
      yield { ...parsedEntryItem(member.text, `${name}#${number}`, frame), bytesRead: progress.bytes };
    }
  }
}

function parsedEntryItem(text: string, origin: string, frame: BundleFrame): LoadItem {
  try {
    return entryItem(parseJson(text), origin, frame);
  } catch (error) {
    return { origin, issues: [toIssue(error)] };
  }
}

function entryItem(entry: unknown, origin: string, frame: BundleFrame): LoadItem {
  if (!isJsonObject(entry) || !isJsonObject(entry['resource'])) {
    return { origin, issues: [{ severity: 'error', code: 'structure', text: 'The entry has no resource.' }] };
  }
  const { request } = entry;
  const method = isJsonObject(request) ? request['method'] : 'PUT';
  if (method !== 'POST' && method !== 'PUT') {
    const said = `An import takes POST and PUT entries, not ${String(method)}.`;
    return { origin, issues: [{ severity: 'error', code: 'not-supported', text: said }] };
  }
  const resource = cloneJson(entry['resource']) as Resource; // as: validation follows
  rewriteReferences(resource, (address) => frame.addresses.get(address));
  const issues = unresolvedIn(resource);
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

function toIssue(error: unknown): Issue {
  if (error instanceof AppError) {
    return error.issues[0] ?? { severity: 'fatal', code: 'structure', text: error.message };
  }
  const text = error instanceof Error ? error.message : String(error);
  return { severity: 'fatal', code: 'structure', text: `The file cannot be read: ${text}` };
}
