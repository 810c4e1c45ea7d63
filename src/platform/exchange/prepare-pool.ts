import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type Bulk, reuseBulk } from '#platform/store';
import { type FileChunk, itemsOfChunk } from './file-chunk.ts';
import type { ReadyPortion } from './load-resources.ts';
import { buffersOf, type PrepareAnswer, type PrepareTask } from './prepare-messages.ts';
import { type PortionSettings, type PreparedPortion, preparePortion } from './prepare-portion.ts';
import { reuseChunk } from './read-chunks.ts';

/** Threads that prepare chunks. */
export type PreparePool = AsyncDisposable & {
  /** How many chunks may be on their way so that every thread has work and memory stays bounded. */
  readonly ahead: number;
  /** Takes the chunk over. */
  readonly prepare: (chunk: FileChunk, nowMs: number) => Promise<ReadyPortion>;
};

const threadsAtMost = 8;

/** PostgreSQL has a core of its own; the others prepare for it. */
export function usualThreads(): number {
  return Math.min(Math.max(availableParallelism() - 1, 1), threadsAtMost);
}

/** A pool of so many threads; with none, this one prepares. */
export function openPreparePool(settings: PortionSettings, threads: number): PreparePool {
  if (threads === 0) {
    return {
      ahead: 1,
      prepare: async (chunk, nowMs) => {
        const prepared = preparePortion(await itemsOfChunk(chunk), settings, nowMs);
        return { prepared, itemsAgain: () => itemsOfChunk(chunk), release: () => releaseHere(prepared, chunk) };
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
  }
  const workers = Array.from({ length: threads }, () => new PrepareThread(settings));
  return {
    ahead: threads * 2,
    prepare: async (chunk, nowMs) => {
      const [idlest] = workers.toSorted((a, b) => a.waiting - b.waiting);
      if (!idlest) {
        throw new Error('a pool has at least one thread');
      }
      return idlest.prepare(chunk, nowMs);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(workers.map((each) => each.close()));
    },
  };
}

/** Threads for several imports of one settings, begun by the first that wants them: they take a second to be ready. */
export class SharedThreads implements AsyncDisposable {
  #pool: PreparePool | undefined;

  get areReady(): boolean {
    return this.#pool !== undefined;
  }

  /** The pool stays open until this is disposed of. */
  open(settings: PortionSettings): PreparePool {
    this.#pool ??= openPreparePool(settings, usualThreads());
    return { ...this.#pool, [Symbol.asyncDispose]: async () => undefined };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool?.[Symbol.asyncDispose]();
  }
}

function releaseHere({ bulk }: PreparedPortion, chunk: FileChunk): void {
  reuseBulk(bulk);
  reuseChunk(chunk);
}

class PrepareThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, PromiseWithResolvers<ReadyPortion>>();
  #number = 0;

  constructor(settings: PortionSettings) {
    this.#worker = new Worker(new URL('./prepare-worker.ts', import.meta.url), {
      workerData: settings,
      resourceLimits: { maxYoungGenerationSizeMb: 32 },
    });
    this.#worker.on('message', (answer: PrepareAnswer) => this.#settle(answer));
    this.#worker.on('error', (error) => this.#failAll(error));
    this.#worker.on('exit', () => this.#failAll(new Error('a thread of the import ended')));
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  async prepare(chunk: FileChunk, nowMs: number): Promise<ReadyPortion> {
    this.#number += 1;
    const answer = Promise.withResolvers<ReadyPortion>();
    this.#waiting.set(this.#number, answer);
    this.#worker.postMessage({ number: this.#number, chunk, nowMs } satisfies PrepareTask, [chunk.bytes.buffer]);
    return answer.promise;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(answer: PrepareAnswer): void {
    const waiting = this.#waiting.get(answer.number);
    this.#waiting.delete(answer.number);
    if ('prepared' in answer) {
      const { prepared, chunk } = answer;
      waiting?.resolve({
        prepared,
        itemsAgain: () => itemsOfChunk(chunk),
        release: () => {
          reuseChunk(chunk);
          this.#giveBack(prepared.bulk);
        },
      });
    } else {
      waiting?.reject(answer.error);
    }
  }

  #giveBack(bulk: Bulk): void {
    const spare = { ...bulk, types: [], addresses: { home: '', type: '', id: '' }, units: [] };
    this.#worker.postMessage({ spare } satisfies PrepareTask, buffersOf(spare));
  }

  #failAll(error: unknown): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    all.forEach(({ reject }) => reject(error));
  }
}
