import { parentPort, workerData } from 'node:worker_threads';
import { type FileChunk, itemsOfChunk } from './file-chunk.ts';
import { type PortionSettings, type PreparedPortion, preparePortion } from './prepare-portion.ts';

/** What a thread is sent, and what it answers, under the same number. */
export type PrepareTask = { readonly number: number; readonly chunk: FileChunk; readonly nowMs: number };
export type PrepareAnswer = { readonly number: number } & (
  | { readonly prepared: PreparedPortion }
  | { readonly error: unknown }
);

const settings = workerData as PortionSettings; // as: the pool starts its threads with them

/** The memory of the encoded rows changes hands; it is not copied. */
function buffersOf({ bulk: { rows } }: PreparedPortion): ArrayBuffer[] {
  const { resource, locator, identifier, range, change, audit } = rows;
  const tables = [resource, locator, identifier, range, change, audit];
  return tables.flatMap(({ bytes, starts, owners }) => [bytes.buffer, starts.buffer, owners.buffer]);
}

async function answer({ number, chunk, nowMs }: PrepareTask): Promise<void> {
  try {
    const prepared = preparePortion(await itemsOfChunk(chunk), settings, nowMs);
    parentPort?.postMessage({ number, prepared } satisfies PrepareAnswer, buffersOf(prepared));
  } catch (error) {
    parentPort?.postMessage({ number, error } satisfies PrepareAnswer);
  }
}

parentPort?.on('message', (task: PrepareTask) => void answer(task));
