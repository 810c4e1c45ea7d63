import { parseJson } from '#platform/fhir';
import {
  addressOf,
  type BundleFrame,
  carriesResource,
  entryItem,
  isUnpacked,
  parseItem,
  toIssue,
} from './bundle-items.ts';
import type { LoadItem } from './load-item.ts';
import { scanObject } from './scan-object.ts';

/** A JSON document that can be read twice from its beginning. */
export type Pieces = () => AsyncIterable<string>;

/** The items of a JSON document of any size, entry by entry: what cannot be read of a Bundle is refused by itself. */
export async function* readJsonItems(pieces: Pieces, name: string): AsyncGenerator<LoadItem> {
  let frame: BundleFrame | undefined;
  try {
    frame = await readFrame(pieces());
  } catch (error) {
    yield { origin: name, issues: [toIssue(error)] };
    return;
  }
  yield* frame ? readEntries(pieces(), name, frame) : readSingle(pieces(), name);
}

/** First pass: whether it is a Bundle to unpack, and which address each entry will have. */
async function readFrame(pieces: AsyncIterable<string>): Promise<BundleFrame | undefined> {
  const addresses = new Map<string, string>();
  const members = new Map<string, unknown>();
  let carries = false;
  for await (const { name, text } of scanObject(pieces, 'entry')) {
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

async function* readEntries(pieces: AsyncIterable<string>, name: string, frame: BundleFrame): AsyncGenerator<LoadItem> {
  let number = 0;
  for await (const member of scanObject(pieces, 'entry')) {
    if (member.name === 'entry') {
      number += 1;
      yield parsedEntryItem(member.text, `${name}#${number}`, frame);
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

async function* readSingle(pieces: AsyncIterable<string>, name: string): AsyncGenerator<LoadItem> {
  let text = '';
  for await (const piece of pieces) {
    text += piece;
  }
  yield parseItem(text, name);
}
