import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '#platform/errors';
import type { Metric } from '#platform/telemetry';
import type { FromWorker, ToWorker } from './messages.ts';

/** One process that serves, as the first one sees it. */
export type WorkerProcess = {
  readonly pid: number;
  /** Its address once it serves; refused when it ends before. */
  readonly serving: Promise<string>;
  readonly isServing: () => boolean;
  /** The exit code or signal, once it has ended. */
  readonly ended: Promise<number | string>;
  /** What it counted when it was last asked, or said itself at its end. */
  readonly lastMetrics: () => readonly Metric[];
  /** Asks it what it has counted; the last answer when it does not say in time. */
  readonly askMetrics: (patienceMs: number) => Promise<readonly Metric[]>;
  /** Asks it to end; after `limitMs` it is killed. */
  readonly stop: (cause: string, limitMs: number) => Promise<void>;
};

/** Starts a process that runs this program to serve, and gives it what it is to work with. */
export function forkWorker<Welcome>(welcome: Welcome): WorkerProcess {
  const worker: Worker = cluster.fork();
  const serving = Promise.withResolvers<string>();
  const ended = Promise.withResolvers<number | string>();
  const answers = new Map<number, () => void>();
  let state: 'starting' | 'serving' | 'ended' = 'starting';
  let failure: StartError | undefined;
  let metrics: readonly Metric[] = [];
  let question = 0;
  const tell = (message: ToWorker<Welcome>): void => {
    if (worker.isConnected()) worker.send(message, () => undefined);
  };
  worker.on('message', (message: FromWorker) => {
    switch (message.kind) {
      case 'hello':
        tell({ kind: 'welcome', welcome });
        return;
      case 'serving':
        state = 'serving';
        serving.resolve(message.address);
        return;
      case 'metrics':
        metrics = message.metrics;
        answers.get(message.question)?.();
        answers.delete(message.question);
        return;
      case 'failed':
        failure = new StartError(message.code, message.exitCode, message.text);
    }
  });
  worker.once('exit', (code: number | null, signal: string | null) => {
    state = 'ended';
    ended.resolve(signal ?? code ?? 0);
    serving.reject(failure ?? new Error(`A process ended before it served: ${signal ?? code ?? 0}.`));
    for (const answer of answers.values()) answer();
  });
  worker.on('error', () => undefined); // it has ended, which is told by 'exit'
  serving.promise.catch(() => undefined);
  return {
    pid: worker.process.pid ?? 0,
    serving: serving.promise,
    isServing: () => state === 'serving',
    ended: ended.promise,
    lastMetrics: () => metrics,
    askMetrics: async (patienceMs) => {
      if (state !== 'serving') return metrics;
      question += 1;
      const asked = question;
      await Promise.race([
        new Promise<void>((resolve) => {
          answers.set(asked, resolve);
          tell({ kind: 'metrics', question: asked });
        }),
        delay(patienceMs, undefined, { ref: false }),
      ]);
      answers.delete(asked);
      return metrics;
    },
    stop: async (cause, limitMs) => {
      if (state === 'ended') return;
      tell({ kind: 'stop', cause });
      const timer = setTimeout(() => worker.process.kill('SIGKILL'), limitMs);
      await ended.promise;
      clearTimeout(timer);
    },
  };
}

/** Waits for the exit of a process, or until the signal. */
export async function endedOrAborted(worker: WorkerProcess, signal: AbortSignal): Promise<number | string | undefined> {
  if (signal.aborted) return undefined;
  const over = new AbortController();
  const aborted = once(signal, 'abort', { signal: over.signal }).then(
    () => undefined,
    () => undefined,
  );
  const end = await Promise.race([worker.ended, aborted]);
  over.abort();
  return end;
}
