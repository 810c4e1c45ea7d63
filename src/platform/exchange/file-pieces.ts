import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
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

/** Reads into memory that is given; 0 bytes are the end. */
export type ByteReader = AsyncDisposable & { readonly read: (into: Uint8Array) => Promise<number> };

/** The bytes of a file, unpacked where its name says gzip, into memory of the reader's. */
export async function openBytes(path: string, progress: ReadProgress): Promise<ByteReader> {
  if (path.endsWith('.gz')) {
    return readerOf(readBytes(path, progress));
  }
  const file = await open(path);
  return {
    read: async (into) => {
      const { bytesRead } = await file.read(into, 0, into.length);
      progress.bytes += bytesRead;
      return bytesRead;
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

function readerOf(stream: Readable): ByteReader {
  const pieces = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>; // as: streams of bytes give Buffers
  let held: Buffer = Buffer.alloc(0);
  return {
    read: async (into) => {
      while (held.length === 0) {
        const { done, value } = await pieces.next();
        if (done) {
          return 0;
        }
        held = value;
      }
      const length = held.copy(into);
      held = held.subarray(length);
      return length;
    },
    [Symbol.asyncDispose]: async () => void stream.destroy(),
  };
}

/** The text of a file in pieces; throws where it is no UTF-8. */
export async function* readPieces(path: string, progress: ReadProgress = { bytes: 0 }): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of readBytes(path, progress)) {
    yield decoder.decode(chunk as Buffer, { stream: true }); // as: streams of bytes give Buffers
  }
  yield decoder.decode();
}
