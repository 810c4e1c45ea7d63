import { parentPort, workerData } from 'node:worker_threads';
import { reuseBulk } from '#platform/store';
import { type FileChunk, itemsOfChunk } from './file-chunk.ts';
import { buffersOf, type PrepareAnswer, type PrepareTask } from './prepare-messages.ts';
import { type PortionSettings, preparePortion } from './prepare-portion.ts';

const settings = workerData as PortionSettings; // as: the pool starts its threads with them

async function answer(number: number, chunk: FileChunk, nowMs: number): Promise<void> {
  try {
    const prepared = preparePortion(await itemsOfChunk(chunk), settings, nowMs);
    const memory = [...buffersOf(prepared.bulk), chunk.bytes.buffer];
    parentPort?.postMessage({ number, prepared, chunk } satisfies PrepareAnswer, memory);
  } catch (error) {
    parentPort?.postMessage({ number, error } satisfies PrepareAnswer);
  }
}

parentPort?.on('message', (task: PrepareTask) => {
  if ('spare' in task) {
    reuseBulk(task.spare);
  } else {
    void answer(task.number, task.chunk, task.nowMs);
  }
});
