import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type FileChunk, itemsOfChunk } from './file-chunk.ts';
import { type PortionSettings, type PreparedPortion, preparePortion } from './prepare-portion.ts';
import type { PrepareAnswer, PrepareTask } from './prepare-worker.ts';

/** Threads that prepare chunks. */
export type PreparePool = AsyncDisposable & {
  /** How many chunks may be on their way so that every thread has work and memory stays bounded. */
  readonly ahead: number;
  readonly prepare: (chunk: FileChunk, nowMs: number) => Promise<PreparedPortion>;
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
      prepare: async (chunk, nowMs) => preparePortion(await itemsOfChunk(chunk), settings, nowMs),
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

class PrepareThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, PromiseWithResolvers<PreparedPortion>>();
  #number = 0;

  constructor(settings: PortionSettings) {
    this.#worker = new Worker(new URL('./prepare-worker.ts', import.meta.url), { workerData: settings });
    this.#worker.on('message', (answer: PrepareAnswer) => this.#settle(answer));
    this.#worker.on('error', (error) => this.#failAll(error));
    this.#worker.on('exit', () => this.#failAll(new Error('a thread of the import ended')));
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  async prepare(chunk: FileChunk, nowMs: number): Promise<PreparedPortion> {
    this.#number += 1;
    const answer = Promise.withResolvers<PreparedPortion>();
    this.#waiting.set(this.#number, answer);
    this.#worker.postMessage({ number: this.#number, chunk, nowMs } satisfies PrepareTask);
    return answer.promise;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(answer: PrepareAnswer): void {
    const waiting = this.#waiting.get(answer.number);
    this.#waiting.delete(answer.number);
    if ('prepared' in answer) {
      waiting?.resolve(answer.prepared);
    } else {
      waiting?.reject(answer.error);
    }
  }

  #failAll(error: unknown): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    all.forEach(({ reject }) => reject(error));
  }
}
