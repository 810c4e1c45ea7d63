import { isUtf8 } from 'node:buffer';
import { isJsonObject, parseJson, type Resource } from '#platform/fhir';
import { parseItem, resourceItems, toIssue } from './bundle-items.ts';
import type { LoadItem } from './load-item.ts';
import { readJsonItems } from './read-json-items.ts';

/**
 * A piece of a file that can be read by itself, by whatever thread: lines of NDJSON, a whole JSON document, or the place
 * of a line that was too long to be read.
 */
export type FileChunk = {
  readonly kind: 'lines' | 'document' | 'overlong';
  /** Name of the file, for the list of what is refused. */
  readonly name: string;
  /** Number of the first line. */
  readonly firstLine: number;
  /** In memory of its own, which changes hands with the chunk. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Items at the beginning that are decided already. */
  readonly skip: number;
};

/** Lines are read as they are asked for, so that little of what one gives lives while the next is read. */
export async function itemsOfChunk(chunk: FileChunk): Promise<Iterable<LoadItem>> {
  const items = await itemsOf(chunk);
  return chunk.skip === 0 ? items : behind(items, chunk.skip);
}

async function itemsOf(chunk: FileChunk): Promise<Iterable<LoadItem>> {
  switch (chunk.kind) {
    case 'lines':
      return itemsOfLines(chunk);
    case 'document':
      return itemsOfDocument(chunk);
    case 'overlong': {
      const text = 'The line is longer than 32 MiB, which one resource may have at most.';
      return [{ origin: `${chunk.name}#${chunk.firstLine}`, issues: [{ severity: 'error', code: 'too-long', text }] }];
    }
  }
}

function* behind(items: Iterable<LoadItem>, skipped: number): Generator<LoadItem> {
  let place = 0;
  for (const item of items) {
    if (place >= skipped) {
      yield item;
    }
    place += 1;
  }
}

type Lines = Pick<FileChunk, 'name' | 'firstLine' | 'bytes'>;

/** Each line is decoded by itself: one letter beyond Latin-1 makes the whole of a text twice as large, and slower. */
function* itemsOfLines({ name, firstLine, bytes }: Lines): Generator<LoadItem> {
  const isText = isUtf8(bytes);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let from = buffer.subarray(0, byteOrderMark.length).equals(byteOrderMark) ? byteOrderMark.length : 0;
  for (let line = firstLine; from < buffer.length; line += 1) {
    const found = buffer.indexOf(newline, from);
    const end = found < 0 ? buffer.length : found;
    const origin = `${name}#${line}`;
    if (!isText && !isUtf8(buffer.subarray(from, end))) {
      yield { origin, issues: [{ severity: 'error', code: 'structure', text: 'The line is no UTF-8.' }] };
    } else {
      const text = buffer.toString('utf8', from, end);
      if (text.trim() !== '') {
        yield parseItem(text, origin);
      }
    }
    from = end + 1;
  }
}

const byteOrderMark = Buffer.from('\ufeff');
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
