import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { makeTempFolder } from './temp-folder.ts';

const run = promisify(execFile);

export type SmallDisk = {
  readonly path: string;
  readonly makeReadOnly: () => Promise<void>;
  readonly unmount: () => Promise<void>;
};

/** A real file system of a few megabytes in memory; undefined where this account may not mount one. */
export async function mountSmallDisk(megabytes: number): Promise<SmallDisk | undefined> {
  const folder = await makeTempFolder();
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', folder.path]);
  } catch {
    await folder.remove();
    return undefined;
  }
  return {
    path: folder.path,
    makeReadOnly: async () => {
      await run('mount', ['-o', 'remount,ro', folder.path]);
    },
    unmount: async () => {
      await run('umount', ['-l', folder.path]);
      await folder.remove();
    },
  };
}
