import { isDatabaseAway } from '#platform/database';
import { AppError, StartError } from '#platform/errors';
import { describeError } from '#platform/log';

export type RunningProgram = {
  /** Whatever is opened goes here and is closed in the opposite order, however the program ends. */
  readonly opened: AsyncDisposableStack;
  /** Settles when the program is asked to stop. */
  readonly stopped: Promise<void>;
  /** Aborted at the same moment, for work that can be broken off. */
  readonly signal: AbortSignal;
  /** Ends the program with this error as soon as it waits on `stopped`. */
  readonly fail: (error: Error) => void;
};

const forcedExitCode = 130;
const faultExitCode = 1;
/** One Ctrl-C arrives several times: from the terminal, from npm, from the script between. */
const oneKeyPressMs = 1_000;

type Output = { readonly write: (text: string) => unknown };

/** An error as the person at the terminal needs it: the reason and remedy of our own, all of an unexpected one. */
function tellError(error: unknown, out: Output): number {
  if (error instanceof AppError) {
    out.write(`\n${error.message}\n`);
    return error instanceof StartError ? error.exitCode : faultExitCode;
  }
  if (isDatabaseAway(error)) {
    out.write('\nThe database stopped answering. What was stored is kept; run the command again.\n');
    return faultExitCode;
  }
  const { type, message, stack } = describeError(error);
  out.write(`\nVSİS failed: ${type}: ${message}\n${stack ?? ''}\n`);
  return faultExitCode;
}

/** Calls `stop` at the first request to stop, and ends the process at once when a second one comes. */
function listenForStop(stop: () => void, out: Output): () => void {
  let firstAtMs: number | undefined;
  const onSignal = (): void => {
    if (firstAtMs === undefined) {
      firstAtMs = performance.now();
      stop();
    } else if (performance.now() - firstAtMs > oneKeyPressMs) {
      out.write('Forced to stop. The database shuts down by itself.\n');
      process.exit(forcedExitCode);
    }
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  process.on('disconnect', onSignal); // the script that started us is gone
  process.channel?.unref();
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
    process.off('disconnect', onSignal);
  };
}

/**
 * Runs the program until `work` is done, then closes what it opened, and returns the exit code.
 * SIGINT and SIGTERM ask it to stop; a second one forces it.
 */
export async function runProgram(
  work: (program: RunningProgram) => Promise<number | void>,
  out: Output = process.stderr,
): Promise<number> {
  const stopping = new AbortController();
  const stopped = Promise.withResolvers<void>();
  stopped.promise.catch(() => undefined);
  const opened = new AsyncDisposableStack();
  const ignoreSignals = listenForStop(() => {
    stopping.abort();
    stopped.resolve();
  }, out);
  let exitCode = 0;
  try {
    exitCode = (await work({ opened, stopped: stopped.promise, signal: stopping.signal, fail: stopped.reject })) ?? 0;
  } catch (error) {
    exitCode = stopping.signal.aborted && isAbort(error) ? 0 : tellError(error, out);
  }
  await opened.disposeAsync().catch((error: unknown) => {
    exitCode = tellError(error, out);
  });
  ignoreSignals();
  return exitCode;
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';
