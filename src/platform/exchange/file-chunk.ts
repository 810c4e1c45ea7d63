import { isJsonObject, parseJson, type Resource } from '#platform/fhir';
import { parseItem, resourceItems, toIssue } from './bundle-items.ts';
import type { LoadItem } from './load-item.ts';
import { readJsonItems } from './read-json-items.ts';

/** A piece of a file that can be read by itself, by whatever thread: lines of NDJSON, or a whole JSON document. */
export type FileChunk = {
  readonly kind: 'lines' | 'document';
  /** Name of the file, for the list of what is refused. */
  readonly name: string;
  /** Number of the first line. */
  readonly firstLine: number;
  readonly bytes: Uint8Array;
  /** Items at the beginning that are decided already. */
  readonly skip: number;
};

export async function itemsOfChunk(chunk: FileChunk): Promise<LoadItem[]> {
  const items = chunk.kind === 'lines' ? itemsOfLines(chunk) : await itemsOfDocument(chunk);
  return chunk.skip === 0 ? items : items.slice(chunk.skip);
}

function itemsOfLines({ name, firstLine, bytes }: FileChunk): LoadItem[] {
  const text = decode(bytes);
  if (text === undefined) {
    return itemsOfBrokenLines({ name, firstLine, bytes });
  }
  return text
    .split('\n')
    .flatMap((line, at) => (line.trim() === '' ? [] : [parseItem(line, `${name}#${firstLine + at}`)]));
}

/** Some line is no UTF-8: each is read by itself. */
function itemsOfBrokenLines({ name, firstLine, bytes }: Pick<FileChunk, 'name' | 'firstLine' | 'bytes'>): LoadItem[] {
  const items: LoadItem[] = [];
  for (let line = firstLine, from = 0; from < bytes.length; line += 1) {
    const end = bytes.indexOf(newline, from);
    const part = bytes.subarray(from, end < 0 ? bytes.length : end);
    const text = decode(part);
    const origin = `${name}#${line}`;
    if (text === undefined) {
      items.push({ origin, issues: [{ severity: 'error', code: 'structure', text: 'The line is no UTF-8.' }] });
    } else if (text.trim() !== '') {
      items.push(parseItem(text, origin));
    }
    from = end < 0 ? bytes.length : end + 1;
  }
  return items;
}

export const newline = 0x0a;

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Read at one go; where that fails, entry by entry, so that only what is malformed is refused. */
async function itemsOfDocument({ name, bytes }: FileChunk): Promise<LoadItem[]> {
  const text = decode(bytes);
  if (text === undefined) {
    return [{ origin: name, issues: [{ severity: 'fatal', code: 'structure', text: 'The file is no UTF-8.' }] }];
  }
  try {
    const value = parseJson(text);
    if (isJsonObject(value) && typeof value['resourceType'] === 'string') {
      return resourceItems(value as Resource, name); // as: validation follows
    }
  } catch (error) {
    if (!text.includes('"entry"')) {
      return [{ origin: name, issues: [toIssue(error)] }];
    }
  }
  const items: LoadItem[] = [];
  const pieces = async function* () {
    yield text;
  };
  for await (const item of readJsonItems(pieces, name)) {
    items.push(item);
  }
  return items;
}
