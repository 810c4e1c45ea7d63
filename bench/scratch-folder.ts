import { chmod, mkdtemp, rm } from 'node:fs/promises';

/** Where a bench keeps its files; `stops` gets what stops whatever it starts there. */
export type ScratchFolder = { readonly folder: string; readonly stops: (() => Promise<void>)[] };

/** Runs the work with a folder of its own. Afterwards, and when the bench is asked to stop, all is stopped, the latest first, and the folder is gone. */
export async function inScratchFolder(prefix: string, work: (scratch: ScratchFolder) => Promise<void>): Promise<void> {
  const stops: (() => Promise<void>)[] = [];
  let stopping: Promise<void> | undefined;
  const stopAll = (): Promise<void> => {
    stopping ??= (async () => {
      for (const stop of stops.toReversed()) await stop();
    })();
    return stopping;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void stopAll().finally(() => process.exit(1)));
  }
  const folder = await mkdtemp(prefix);
  stops.push(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o755); // PostgreSQL does not run as root and must enter it
  try {
    await work({ folder, stops });
  } finally {
    await stopAll();
  }
}
