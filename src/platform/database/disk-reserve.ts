import { existsSync, statfsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Whether the disk has room for writes. */
export type DiskReserve = {
  /** What is left is for the records of reads; writes are to be refused. */
  readonly isShort: () => boolean;
  readonly close: () => Promise<void>;
};

const lookEveryMs = 100;
const megabyte = 1024 * 1024;
/** Two segments of PostgreSQL's log: when less is free, no writes are taken. */
const leastFreeBytes = 32 * megabyte;
/** Only now the reserve is given up: whoever else fills the disk has come to its end too, and does not get it. */
const nothingFreeBytes = megabyte;

const reserveFile = (folder: string): string => join(folder, 'disk-reserve');

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/**
 * Keeps a file of the given size beside the data. It is removed when the disk is full, so that PostgreSQL has
 * room to go on with, and made again when there is room for it and more. While it is missing no process of the program
 * takes writes. See docs/adr/0018-full-disk.md.
 */
export async function keepDiskReserve(folder: string, megabytes: number): Promise<{ close: () => Promise<void> }> {
  const file = reserveFile(folder);
  const look = async (): Promise<void> => {
    const free = freeBytes(folder);
    if (existsSync(file)) {
      if (free < nothingFreeBytes) await rm(file, { force: true });
    } else if (free > megabytes * megabyte + 2 * leastFreeBytes) {
      await makeFile(file, megabytes);
    }
  };
  return repeat(look);
}

/** Looks whether there is room and the reserve stands, which one process of the program keeps. */
export async function watchDiskReserve(folder: string): Promise<DiskReserve> {
  let isShort = false;
  const { close } = await repeat(async () => {
    isShort = freeBytes(folder) < leastFreeBytes || !existsSync(reserveFile(folder));
  });
  return { isShort: () => isShort, close };
}

/** Really written, since a file with holes takes no room; complete before it has its name. */
async function makeFile(file: string, megabytes: number): Promise<void> {
  const unfinished = `${file}.new`;
  const handle = await open(unfinished, 'w', 0o600);
  try {
    const block = Buffer.alloc(megabyte, 'VSIS ');
    for (let written = 0; written < megabytes; written += 1) {
      await handle.write(block);
    }
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
}

/** The first time before it returns, then again and again; a look that fails is repeated like one that does not. */
async function repeat(look: () => Promise<void>): Promise<{ close: () => Promise<void> }> {
  const stop = new AbortController();
  await look().catch(() => undefined);
  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await delay(lookEveryMs, undefined, { signal: stop.signal, ref: false }).catch(() => undefined);
      await look().catch(() => undefined);
    }
  };
  const running = run();
  return {
    close: async () => {
      stop.abort();
      await running;
    },
  };
}
