import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';

/** A file of an export. Its first `bytes` count, whatever a process that was killed has written behind them. */
export type PartFile = {
  readonly name: string;
  readonly kind: 'output' | 'deleted' | 'error';
  /** Resource type of its lines. */
  readonly type: string;
  readonly bytes: number;
  readonly count: number;
};

type OpenPart = {
  readonly name: string;
  readonly kind: PartFile['kind'];
  readonly type: string;
  readonly handle: FileHandle;
  bytes: number;
  count: number;
  pending: string[];
  pendingLength: number;
  isSynced: boolean;
};

const flushAtLength = 1 << 18;
const splitAtBytes = 1 << 30;

/**
 * NDJSON files, one for each type, in a folder of one job. Each attempt writes files of its own, so that a process that
 * is believed dead and is not cannot harm what another goes on with.
 */
export class PartFiles implements AsyncDisposable {
  readonly #folder: string;
  readonly #attempt: number;
  readonly #earlier: readonly PartFile[];
  readonly #closed: PartFile[] = [];
  readonly #open = new Map<string, OpenPart>();
  #opened = 0;

  constructor(folder: string, attempt: number, earlier: readonly PartFile[]) {
    this.#folder = folder;
    this.#attempt = attempt;
    this.#earlier = earlier;
  }

  /** Adds a line. What it gives is to be awaited: it settles when enough is written that memory stays bounded. */
  async add(kind: PartFile['kind'], type: string, line: string): Promise<void> {
    const part = this.#open.get(`${kind} ${type}`) ?? (await this.#openPart(kind, type));
    part.pending.push(line, '\n');
    part.pendingLength += line.length + 1;
    part.count += 1;
    if (part.pendingLength >= flushAtLength) {
      await flush(part);
      if (part.bytes >= splitAtBytes) {
        await this.#closePart(part);
      }
    }
  }

  /** Writes out all that was added, to the disk, and lists all files of this and earlier attempts. */
  async checkpoint(): Promise<PartFile[]> {
    for (const part of this.#open.values()) {
      await flush(part);
      if (!part.isSynced) {
        await part.handle.datasync();
        part.isSynced = true;
      }
    }
    return [...this.#earlier, ...this.#closed, ...[...this.#open.values()].map(toFile)];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { handle } of this.#open.values()) {
      await handle.close();
    }
    this.#open.clear();
  }

  async #openPart(kind: PartFile['kind'], type: string): Promise<OpenPart> {
    this.#opened += 1;
    const name = `${type}-${kind}-${this.#attempt}-${this.#opened}.ndjson`;
    const handle = await open(join(this.#folder, name), 'wx', 0o600);
    const part = { name, kind, type, handle, bytes: 0, count: 0, pending: [], pendingLength: 0, isSynced: true };
    this.#open.set(`${kind} ${type}`, part);
    return part;
  }

  async #closePart(part: OpenPart): Promise<void> {
    await part.handle.datasync();
    await part.handle.close();
    this.#closed.push(toFile(part));
    this.#open.delete(`${part.kind} ${part.type}`);
  }
}

async function flush(part: OpenPart): Promise<void> {
  if (part.pending.length === 0) {
    return;
  }
  const bytes = Buffer.from(part.pending.join(''));
  part.pending = [];
  part.pendingLength = 0;
  await part.handle.appendFile(bytes);
  part.bytes += bytes.length;
  part.isSynced = false;
}

function toFile({ name, kind, type, bytes, count }: OpenPart): PartFile {
  return { name, kind, type, bytes, count };
}
