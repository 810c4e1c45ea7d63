import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { databaseFailure } from './errors.ts';

/** Who holds a data folder. The start time tells a living holder from another process that got its number later. */
export type LockHolder = { readonly pid: number; readonly startedAt: string; readonly program: string };

const lockFile = (dataDir: string): string => join(dataDir, 'program.lock');

/** When the process began, in the kernel's own words; undefined where the system does not tell, or it is gone. */
async function processStartTime(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // Field 2 is the program's name in brackets and may hold anything; field 22 is the start time in clock ticks.
  return stat
    ?.slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .at(19);
}

export function processLives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function holderLives(holder: LockHolder): Promise<boolean> {
  if (!processLives(holder.pid)) return false;
  const startedAt = await processStartTime(holder.pid);
  return startedAt === undefined || holder.startedAt === '' || startedAt === holder.startedAt;
}

async function readHolder(path: string): Promise<LockHolder | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as LockHolder; // written by lockFolder alone
  } catch {
    return undefined;
  }
}

/** The living program that holds the data folder, if any. */
export async function findFolderHolder(dataDir: string): Promise<LockHolder | undefined> {
  const holder = await readHolder(lockFile(dataDir));
  return holder && (await holderLives(holder)) ? holder : undefined;
}

async function claim(path: string, holder: LockHolder): Promise<boolean> {
  const own = `${path}.${process.pid}`;
  await writeFile(own, JSON.stringify(holder));
  try {
    await link(own, path); // appears whole or not at all, and only when nobody holds it
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

/** Takes away a lock whose holder is dead. Of several that try at once only one gets hold of the file. */
async function removeStale(path: string): Promise<void> {
  const aside = `${path}.stale-${process.pid}`;
  await rename(path, aside).catch(() => undefined);
  const taken = await readHolder(aside);
  if (taken && (await holderLives(taken))) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

/**
 * Takes the data folder for this process until `release` is called or the process ends, however it ends.
 * Fails with `database.folder-in-use` while another living program holds it.
 */
export async function lockFolder(dataDir: string, program: string): Promise<{ release: () => Promise<void> }> {
  const path = lockFile(dataDir);
  const startedAt = (await processStartTime(process.pid)) ?? '';
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (await claim(path, { pid: process.pid, startedAt, program }))
      return { release: () => rm(path, { force: true }) };
    const holder = await findFolderHolder(dataDir);
    if (holder) throw folderInUse(dataDir, holder);
    await removeStale(path);
  }
  throw databaseFailure(
    'database.folder-in-use',
    `${dataDir} is being taken by another program. Try again in a moment.`,
  );
}

const folderInUse = (dataDir: string, holder: LockHolder): Error =>
  databaseFailure(
    'database.folder-in-use',
    `${dataDir} is in use by ${holder.program} (process ${holder.pid}). Stop that first, or set VSIS_DATA_DIR to another folder.`,
  );
