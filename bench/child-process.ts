import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A part of the bench that runs in a process of its own and answers messages one after another. */
export type Child<Request, Reply> = {
  readonly pid: number;
  readonly ask: (request: Request, onProgress?: (done: number, total: number) => void) => Promise<Reply>;
  readonly stop: () => Promise<void>;
};

type Progress = { readonly kind: 'progress'; readonly done: number; readonly total: number };
type Message<Reply> =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'failure'; readonly text: string }
  | Progress;

/** Starts a module of this folder. The types are those of its `serveParent`. */
export function startChild<Request extends object, Reply>(
  module: string,
  nodeArguments: readonly string[] = [],
): Child<Request, Reply> {
  const child = fork(new URL(module, import.meta.url), [], {
    execArgv: [...nodeArguments],
    // A session of its own: Ctrl-C in the terminal is for the parent, which then stops its children in order.
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${module} could not be started.`);
  return {
    pid,
    ask: (request, onProgress) => ask<Reply>(child, module, request, onProgress),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

async function ask<Reply>(
  child: ChildProcess,
  module: string,
  request: object,
  onProgress: ((done: number, total: number) => void) | undefined,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      child.off('message', onMessage);
      child.off('exit', onExit);
      settle();
    };
    const onMessage = (raw: unknown): void => {
      const message = raw as Message<Reply>; // as: serveParent below sends nothing else
      if (message.kind === 'progress') onProgress?.(message.done, message.total);
      else if (message.kind === 'reply') finish(() => resolve(message.reply));
      else finish(() => reject(new Error(message.text)));
    };
    const onExit = (): void => finish(() => reject(new Error(`${module} ended unexpectedly.`)));
    child.on('message', onMessage);
    child.on('exit', onExit);
    child.send(request);
  });
}

/**
 * The other end: answers the parent until it lets go of this process, then cleans up. A parent that died lets go, too,
 * so nothing is left behind.
 */
export function serveParent<Request, Reply>(
  answer: (request: Request, onProgress: (done: number, total: number) => void) => Promise<Reply>,
  cleanUp: () => Promise<void>,
): void {
  const post = (message: Message<Reply>): void => {
    if (process.connected) process.send?.(message);
  };
  process.on('message', (request: Request) => {
    answer(request, (done, total) => post({ kind: 'progress', done, total })).then(
      (reply) => post({ kind: 'reply', reply }),
      (error: unknown) => post({ kind: 'failure', text: error instanceof Error ? error.message : String(error) }),
    );
  });
  process.once('disconnect', () => {
    cleanUp().catch((error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    });
  });
}
