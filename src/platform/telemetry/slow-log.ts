import type { Log } from '#platform/log';

/** What is said of something slow: words of the program and numbers, never a value that somebody sent. */
export type SlowFields = Readonly<Record<string, string | number | undefined>>;

const notKept = { log: undefined, thresholdMs: Number.POSITIVE_INFINITY };
let slowLog: { readonly log: Log | undefined; readonly thresholdMs: number } = notKept;

/** From here on what takes `thresholdMs` or longer is logged, until the function returned is called. */
export function keepSlowLog(log: Log, thresholdMs: number): () => void {
  slowLog = { log, thresholdMs };
  return () => {
    slowLog = notKept;
  };
}

/** Logs a search or a statement if it was slow. `describe` is asked only then. */
export function noteDuration(kind: 'search' | 'statement', durationMs: number, describe: () => SlowFields): void {
  if (durationMs >= slowLog.thresholdMs) {
    slowLog.log?.warn({ ...describe(), durationMs: Math.round(durationMs) }, `slow ${kind}`);
  }
}
