import { type FileChunk, newline } from './file-chunk.ts';
import { type ByteReader, openBytes, type ReadProgress, readBytes } from './file-pieces.ts';

/** Chunks hold so many items; what is longer than the bytes is a chunk by itself. */
const chunkSize = { items: 1000, bytes: 4 * 1024 * 1024 };
const readSize = 256 * 1024;
/** A line holds one resource: no longer than one that is sent, see `bodyLimitBytes` of `http`. */
export const lineBytesAtMost = 32 * 1024 * 1024;

export type CountedChunk = { readonly chunk: FileChunk; readonly items: number; readonly bytesRead: number };

/** Memory of chunks that nobody reads any more, see `reuseRows` of the store. */
const spares: ArrayBuffer[] = [];
const sparesAtMost = 8;

export function reuseChunk({ bytes: { buffer } }: FileChunk): void {
  if (buffer.byteLength === chunkSize.bytes && spares.length < sparesAtMost) {
    spares.push(buffer);
  }
}

/** Cuts an NDJSON file into chunks at its lines, without looking into them. A line that is too long is passed over. */
export async function* readLineChunks(
  path: string,
  name: string,
  progress: ReadProgress,
): AsyncGenerator<CountedChunk> {
  await using reader = await openBytes(path, progress);
  let rest: Uint8Array = new Uint8Array(0);
  for (let line = 1; ; ) {
    const cutter = new LineCutter(rest);
    await cutter.fill(reader);
    const { kind, bytes, lines, items } = cutter.take();
    if (lines === 0) {
      return;
    }
    rest = cutter.rest();
    yield { chunk: { kind, name, firstLine: line, bytes, skip: 0 }, items, bytesRead: progress.bytes };
    line += lines;
  }
}

/** Gathers lines until there are enough of them for a chunk. */
class LineCutter {
  #memory: Buffer<ArrayBuffer>;
  #length = 0;
  /** Where the first line begins that is not yet taken into the chunk. */
  #end = 0;
  /** As far as there is no end of that line. */
  #seen = 0;
  #lines = 0;
  #items = 0;
  #isOverlong = false;

  /** Begins with what another has read too much, in whose memory it lies. */
  constructor(rest: Uint8Array) {
    this.#memory = Buffer.from(spares.pop() ?? new ArrayBuffer(chunkSize.bytes));
    this.#makeRoom(rest.length);
    this.#memory.set(rest);
    this.#length = rest.length;
  }

  async fill(reader: ByteReader): Promise<void> {
    while (!this.#takeLines()) {
      const isWhole = this.#length === this.#memory.length;
      if (isWhole && this.#end > 0) {
        return;
      }
      if (this.#length > lineBytesAtMost) {
        await this.#passOver(reader);
        return;
      }
      this.#makeRoom(this.#length + (isWhole ? readSize : 1));
      const to = Math.min(this.#length + readSize, this.#memory.length);
      const read = await reader.read(this.#memory.subarray(this.#length, to));
      this.#length += read;
      if (read === 0) {
        this.#takeLine(this.#length); // the last line need not end
        return;
      }
    }
  }

  take(): Pick<FileChunk, 'kind' | 'bytes'> & { readonly lines: number; readonly items: number } {
    const counts = { lines: this.#lines, items: this.#items };
    return this.#isOverlong
      ? { ...counts, kind: 'overlong', bytes: new Uint8Array(0) }
      : { ...counts, kind: 'lines', bytes: new Uint8Array(this.#memory.buffer, 0, this.#end) };
  }

  /** A copy: the memory goes with the chunk. */
  rest(): Uint8Array {
    return new Uint8Array(this.#memory.subarray(this.#end, this.#length));
  }

  /** Takes the lines that are there; true when the chunk is full. */
  #takeLines(): boolean {
    while (this.#items < chunkSize.items && this.#end < chunkSize.bytes) {
      const found = this.#memory.subarray(0, this.#length).indexOf(newline, this.#seen);
      if (found < 0) {
        this.#seen = this.#length;
        return false;
      }
      this.#takeLine(found + 1);
    }
    return true;
  }

  #takeLine(next: number): void {
    if (next > this.#end) {
      this.#items += isBlank(this.#memory, this.#end, next) ? 0 : 1;
      this.#lines += 1;
      this.#end = next;
      this.#seen = next;
    }
  }

  /** Reads on to the end of the first line without keeping it. */
  async #passOver(reader: ByteReader): Promise<void> {
    this.#isOverlong = true;
    this.#lines = 1;
    this.#items = 1;
    let found = -1;
    do {
      this.#length = await reader.read(this.#memory.subarray(0, readSize));
      found = this.#memory.subarray(0, this.#length).indexOf(newline);
    } while (found < 0 && this.#length > 0);
    this.#end = found + 1;
  }

  /** At most for the longest line and its end. */
  #makeRoom(length: number): void {
    if (length > this.#memory.length) {
      const wanted = Math.max(this.#memory.length * 2, length);
      const larger = Buffer.from(new ArrayBuffer(Math.min(wanted, lineBytesAtMost + 1)));
      larger.set(this.#memory.subarray(0, this.#length));
      this.#memory = larger;
    }
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
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return { kind: 'document', name, firstLine: 1, bytes, skip: 0 };
}
