import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** How many bytes of a file have been read, packed ones where it is packed. */
export type ReadProgress = { bytes: number };

/** The bytes of a file, unpacked where its name says gzip. */
export function readBytes(path: string, progress: ReadProgress): Readable {
  const file = createReadStream(path, { highWaterMark: 1 << 18 });
  file.on('data', (chunk) => {
    progress.bytes += chunk.length;
  });
  if (!path.endsWith('.gz')) {
    return file;
  }
  const bytes = file.pipe(createGunzip({ chunkSize: 1 << 18 }));
  file.on('error', (error) => bytes.destroy(error));
  return bytes;
}

/** The text of a file in pieces; throws where it is no UTF-8. */
export async function* readPieces(path: string, progress: ReadProgress = { bytes: 0 }): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of readBytes(path, progress)) {
    yield decoder.decode(chunk as Buffer, { stream: true }); // as: streams of bytes give Buffers
  }
  yield decoder.decode();
}
