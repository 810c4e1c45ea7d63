import cluster from 'node:cluster';
import type { StartError } from '#platform/errors';
import { collectMetrics } from '#platform/telemetry';
import type { FromWorker, ToWorker } from './messages.ts';

/** Whether this process was started by the first one, to serve. */
export const { isWorker } = cluster;

/** The first process, as one that serves sees it. */
export type Primary<Welcome> = {
  /** What it wants this process to work with. */
  readonly welcome: Promise<Welcome>;
  readonly tellServing: (address: string) => void;
  /** A reason not to start that no second try cures. */
  readonly tellFailure: (error: StartError) => void;
  /** Says what was counted to the end, and lets go; the process ends when nothing else holds it. */
  readonly leave: () => void;
};

function tell(message: FromWorker): void {
  if (process.connected) process.send?.(message);
}

/** Greets the first process and answers it from here on. `stop` is called when it asks this process to end. */
export function joinPrimary<Welcome>(stop: (cause: string) => void): Primary<Welcome> {
  const { promise: welcome, resolve } = Promise.withResolvers<Welcome>();
  process.on('message', (message: ToWorker<Welcome>) => {
    switch (message.kind) {
      case 'welcome':
        resolve(message.welcome);
        return;
      case 'metrics':
        tell({ kind: 'metrics', question: message.question, metrics: collectMetrics() });
        return;
      case 'stop':
        stop(message.cause);
    }
  });
  tell({ kind: 'hello' });
  return {
    welcome,
    tellServing: (address) => tell({ kind: 'serving', address }),
    tellFailure: ({ code, exitCode, message }) => tell({ kind: 'failed', code, exitCode, text: message }),
    leave: () => {
      tell({ kind: 'metrics', question: 0, metrics: collectMetrics() });
      cluster.worker?.disconnect();
    },
  };
}
