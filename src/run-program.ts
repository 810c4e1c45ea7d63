import { isDatabaseAway } from '#platform/database';
import { AppError, StartError } from '#platform/errors';
import { describeError } from '#platform/log';

/** What asked the program to stop. */
export type StopCause = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'disconnect';

export type RunningProgram = {
  /** Whatever is opened goes here and is closed in the opposite order, however the program ends. */
  readonly opened: AsyncDisposableStack;
  /** Settles when the program is asked to stop. */
  readonly stopped: Promise<StopCause>;
  /** Aborted at the same moment, for work that can be broken off. */
  readonly signal: AbortSignal;
  /** Ends the program with this error as soon as it waits on `stopped`. */
  readonly fail: (error: Error) => void;
  /** What SIGHUP does from here on instead of stopping the program. */
  readonly onHangup: (renew: () => void) => void;
};

const forcedExitCode = 130;
const faultExitCode = 1;
/** One Ctrl-C arrives several times: from the terminal, from npm, from the script between. */
const oneKeyPressMs = 1_000;

type Hangup = { renew: (() => void) | undefined };
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
function listenForStop(stop: (cause: StopCause) => void, out: Output, hangup: Hangup): () => void {
  let firstAtMs: number | undefined;
  const onSignal = (cause: StopCause): void => {
    if (cause === 'SIGHUP' && hangup.renew && firstAtMs === undefined) {
      hangup.renew();
    } else if (firstAtMs === undefined) {
      firstAtMs = performance.now();
      stop(cause);
    } else if (performance.now() - firstAtMs > oneKeyPressMs) {
      out.write('Forced to stop. The database shuts down by itself.\n');
      process.exit(forcedExitCode);
    }
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, onSignal);
  const onDisconnect = (): void => onSignal('disconnect');
  process.on('disconnect', onDisconnect); // the script that started us is gone
  process.channel?.unref();
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
    process.off('disconnect', onDisconnect);
  };
}

/** Listens for what asks the program to stop; returns what ends the listening. */
type StopSource = (stop: (cause: StopCause) => void, out: Output, hangup: Hangup) => () => void;

/**
 * Runs the program until `work` is done, then closes what it opened, and returns the exit code.
 * SIGINT and SIGTERM ask it to stop, unless another source does; a second one forces it.
 */
export async function runProgram(
  work: (program: RunningProgram) => Promise<number | void>,
  out: Output = process.stderr,
  listen: StopSource = listenForStop,
): Promise<number> {
  const stopping = new AbortController();
  const stopped = Promise.withResolvers<StopCause>();
  const hangup: Hangup = { renew: undefined };
  const onHangup = (renew: () => void): void => {
    hangup.renew = renew;
  };
  stopped.promise.catch(() => undefined);
  const opened = new AsyncDisposableStack();
  const stop = (cause: StopCause): void => {
    stopping.abort();
    stopped.resolve(cause);
  };
  const endListening = listen(stop, out, hangup);
  let exitCode = 0;
  try {
    const program = { opened, stopped: stopped.promise, signal: stopping.signal, fail: stopped.reject, onHangup };
    exitCode = (await work(program)) ?? 0;
  } catch (error) {
    exitCode = stopping.signal.aborted && isAbort(error) ? 0 : tellError(error, out);
  }
  await opened.disposeAsync().catch((error: unknown) => {
    exitCode = tellError(error, out);
  });
  endListening();
  return exitCode;
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';
