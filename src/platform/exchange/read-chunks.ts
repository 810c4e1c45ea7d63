import type { Readable } from 'node:stream';
import { type FileChunk, newline } from './file-chunk.ts';
import { type ReadProgress, readBytes } from './file-pieces.ts';

/** Chunks hold so many items; what is longer than the bytes is a chunk by itself. */
const chunkSize = { items: 500, bytes: 4 * 1024 * 1024 };

export type CountedChunk = { readonly chunk: FileChunk; readonly items: number; readonly bytesRead: number };

/** Cuts an NDJSON file into chunks at its lines, without looking into them. */
export async function* readLineChunks(
  path: string,
  name: string,
  progress: ReadProgress,
): AsyncGenerator<CountedChunk> {
  let cutter = new LineCutter(1);
  const take = (): CountedChunk => {
    const { bytes, items, firstLine, nextLine } = cutter;
    cutter = new LineCutter(nextLine);
    return { chunk: { kind: 'lines', name, firstLine, bytes: bytes(), skip: 0 }, items, bytesRead: progress.bytes };
  };
  for await (const piece of linesOf(readBytes(path, progress))) {
    for (let from = 0; from < piece.length; ) {
      from = cutter.add(piece, from);
      if (cutter.isFull) {
        yield take();
      }
    }
  }
  if (cutter.items > 0) {
    yield take();
  }
}

/** The bytes in pieces that end where a line ends. */
async function* linesOf(bytes: Readable): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  for await (const each of bytes) {
    const piece = each as Buffer; // as: streams of bytes give Buffers
    const end = piece.lastIndexOf(newline) + 1;
    if (end > 0) {
      yield held.length === 0 ? piece.subarray(0, end) : Buffer.concat([...held, piece.subarray(0, end)]);
      held = [];
    }
    if (end < piece.length) {
      held.push(piece.subarray(end));
    }
  }
  if (held.length > 0) {
    yield Buffer.concat(held);
  }
}

/** Gathers lines until there are enough of them for a chunk. */
class LineCutter {
  readonly firstLine: number;
  nextLine: number;
  items = 0;
  #length = 0;
  readonly #parts: Buffer[] = [];

  constructor(firstLine: number) {
    this.firstLine = firstLine;
    this.nextLine = firstLine;
  }

  get isFull(): boolean {
    return this.items >= chunkSize.items || this.#length >= chunkSize.bytes;
  }

  readonly bytes = (): Uint8Array => {
    const [only, ...others] = this.#parts;
    return only && others.length === 0 ? new Uint8Array(only) : new Uint8Array(Buffer.concat(this.#parts));
  };

  /** Takes lines from the place on, and gives the place where it stopped. */
  add(piece: Buffer, from: number): number {
    let at = from;
    while (at < piece.length && !this.#wouldBeFull(at - from)) {
      const end = piece.indexOf(newline, at);
      const next = end < 0 ? piece.length : end + 1;
      this.items += isBlank(piece, at, next) ? 0 : 1;
      this.nextLine += 1;
      at = next;
    }
    this.#parts.push(piece.subarray(from, at));
    this.#length += at - from;
    return at;
  }

  #wouldBeFull(more: number): boolean {
    return this.items >= chunkSize.items || this.#length + more >= chunkSize.bytes;
  }
}

function isBlank(bytes: Buffer, from: number, to: number): boolean {
  const first = bytes[from] ?? newline;
  return first <= 0x20 || first >= 0x80 ? bytes.toString('utf8', from, to).trim() === '' : false;
}

/** A document that is larger is read entry by entry. */
const documentBytesAtMost = 8 * 1024 * 1024;

/** A whole JSON file, or undefined where it is too large to be held in one piece. */
export async function readDocument(path: string, name: string, progress: ReadProgress): Promise<FileChunk | undefined> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const each of readBytes(path, progress)) {
    const piece = each as Buffer; // as: streams of bytes give Buffers
    length += piece.length;
    if (length > documentBytesAtMost) {
      return undefined;
    }
    pieces.push(piece);
  }
  return { kind: 'document', name, firstLine: 1, bytes: new Uint8Array(Buffer.concat(pieces)), skip: 0 };
}
