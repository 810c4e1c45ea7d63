import { setTimeout as delay } from 'node:timers/promises';
import { StartError } from '#platform/errors';
import type { Log } from '#platform/log';
import {
  collectMetrics,
  counter,
  lastingMetrics,
  type Metric,
  mergeMetrics,
  type ProcessMetrics,
} from '#platform/telemetry';
import { endedOrAborted, forkWorker, type WorkerProcess } from './worker-process.ts';

/** Exit code when the processes that serve end again and again. */
export const workersFailExitCode = 27;

export type WorkersOptions<Welcome> = {
  readonly count: number;
  /** What the process of this number is to work with. */
  readonly welcome: (number: string) => Welcome;
  readonly log: Log;
  /** How long a process may take to end when it is asked to. */
  readonly stopLimitMs: number;
  /** Told when no process can be kept running. */
  readonly onGiveUp: (error: Error) => void;
};

/** The processes that serve. */
export type Workers = {
  /** Where they listen. */
  readonly address: string;
  readonly serving: () => number;
  /** What this process and all others have counted, those that have ended included. */
  readonly collect: () => Promise<readonly Metric[]>;
  /** Puts a new process in the place of each, one after the other; the old one goes when the new one serves. */
  readonly renew: () => Promise<void>;
  readonly stop: (cause: string) => Promise<void>;
};

/** A place among the processes, and who fills it now. */
type Place = { readonly number: string; worker: WorkerProcess };

/** Pauses before a process is put in the place of the 1st, 2nd, … that ended in a row without having lasted. */
const pausesMs = [0, 200, 500, 1_000, 2_000, 5_000, 10_000, 10_000];
/** A process that ran this long was well. */
const steadyMs = 30_000;
const metricsPatienceMs = 1_000;

const replaced = counter({
  name: 'vsis_processes_replaced_total',
  about: 'Processes that ended unasked and were replaced.',
});

/** Starts the processes that serve and keeps their number: one that ends unasked is replaced, with growing pauses. */
export async function startWorkers<Welcome>(options: WorkersOptions<Welcome>): Promise<Workers> {
  const { count, welcome, log, stopLimitMs } = options;
  const stopping = new AbortController();
  const alive = new Set<WorkerProcess>();
  let departed: readonly Metric[] = [];
  const fork = (number: string): WorkerProcess => {
    const worker = forkWorker(welcome(number));
    alive.add(worker);
    void worker.ended.then(() => {
      alive.delete(worker);
      departed = mergeMetrics([
        { process: number, metrics: departed },
        { process: number, metrics: lastingMetrics(worker.lastMetrics()) },
      ]);
    });
    return worker;
  };
  const places: Place[] = Array.from({ length: count }, (_, at) => {
    const number = String(at + 1);
    return { number, worker: fork(number) };
  });
  const stop = async (cause: string): Promise<void> => {
    stopping.abort();
    await Promise.all([...alive].map((worker) => worker.stop(cause, stopLimitMs)));
  };
  const [address = ''] = await Promise.all(places.map(({ worker }) => worker.serving)).catch(async (error: unknown) => {
    await stop('SIGINT');
    throw error;
  });
  for (const place of places) {
    void keepFilled(place, { ...options, fork, signal: stopping.signal });
  }
  return {
    address,
    serving: () => places.filter(({ worker }) => worker.isServing()).length,
    collect: async () => {
      const asked = places.map(
        async ({ number, worker }): Promise<ProcessMetrics> => ({
          process: number,
          metrics: await worker.askMetrics(metricsPatienceMs),
        }),
      );
      const ended: ProcessMetrics = { process: 'ended', metrics: departed };
      return mergeMetrics([{ process: '0', metrics: collectMetrics() }, ended, ...(await Promise.all(asked))]);
    },
    renew: async () => {
      for (const place of places) {
        if (stopping.signal.aborted) return;
        const next = fork(place.number);
        try {
          await next.serving;
        } catch (error) {
          log.error({ err: error }, 'a new process does not serve; the old ones stay');
          return;
        }
        const old = place.worker;
        place.worker = next;
        await old.stop('SIGTERM', stopLimitMs);
        log.info({ process: place.number, pid: next.pid }, 'process renewed');
      }
    },
    stop,
  };
}

type Keeping = Omit<WorkersOptions<unknown>, 'welcome'> & {
  readonly fork: (number: string) => WorkerProcess;
  readonly signal: AbortSignal;
};

/** Puts a new process in the place whenever the one that fills it has ended unasked. */
async function keepFilled(place: Place, { fork, log, onGiveUp, signal }: Keeping): Promise<void> {
  let quickEnds = 0;
  while (!signal.aborted) {
    const watched = place.worker;
    const startedMs = performance.now();
    const end = await endedOrAborted(watched, signal);
    if (end === undefined) return;
    if (place.worker !== watched) continue; // renewed
    quickEnds = performance.now() - startedMs > steadyMs ? 0 : quickEnds + 1;
    const pauseMs = pausesMs[quickEnds - 1] ?? (quickEnds === 0 ? 0 : undefined);
    if (pauseMs === undefined) {
      onGiveUp(keepsEnding());
      return;
    }
    log.error({ process: place.number, pid: watched.pid, end }, 'a process ended unasked and is replaced');
    replaced.add();
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted && place.worker === watched) place.worker = fork(place.number);
  }
}

const keepsEnding = (): StartError =>
  new StartError(
    'processes.keep-ending',
    workersFailExitCode,
    'The processes that serve end again and again; the log says why. VSIS_PROCESSES=1 serves from one process alone.',
  );
