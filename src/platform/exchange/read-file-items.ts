import { xmlToResource } from '#platform/fhir';
import { resourceItems, toIssue } from './bundle-items.ts';
import { type ReadProgress, readPieces } from './file-pieces.ts';
import type { LoadItem } from './load-item.ts';
import { readJsonItems } from './read-json-items.ts';

/** The items of a file that is no NDJSON, one after the other, however large it is. Gzip and form by the name. */
export async function* readFileItems(path: string, name: string, progress: ReadProgress): AsyncGenerator<LoadItem> {
  if (/\.xml(\.gz)?$/.test(path)) {
    yield* await readXml(path, name, progress);
    return;
  }
  yield* readJsonItems(() => {
    progress.bytes = 0;
    return readPieces(path, progress);
  }, name);
}

/** XML is read whole; a Bundle in it is then unpacked as one in JSON is. */
async function readXml(path: string, name: string, progress: ReadProgress): Promise<LoadItem[]> {
  try {
    let text = '';
    for await (const piece of readPieces(path, progress)) {
      text += piece;
    }
    return resourceItems(xmlToResource(text), name);
  } catch (error) {
    return [{ origin: name, issues: [toIssue(error)] }];
  }
}
