import { readdir, readFile, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { databaseFailure } from '../errors.ts';
import { writePrivateFile } from '../secret-file.ts';
import { hashFile } from './copy-file.ts';

/** A file of a backup; `path` is relative to its folder, with forward slashes. */
export type BackupFile = { readonly path: string; readonly bytes: number; readonly sha256: string };

/** What a backup holds, in `backup.json`, which is written last. */
export type BackupManifest = {
  readonly format: 1;
  /** Major version of the PostgreSQL that wrote it. */
  readonly postgres: number;
  readonly startedAt: string;
  /** Everything acknowledged before this moment is in the backup. */
  readonly finishedAt: string;
  readonly folders: readonly string[];
  readonly files: readonly BackupFile[];
};

const manifestName = 'backup.json';
const ourPath = /^(?:postgres|secrets)(?:\/(?!\.{1,2}(?:\/|$))[^/\\]+)*$/;

export async function writeManifest(folder: string, manifest: BackupManifest): Promise<void> {
  await writePrivateFile(join(folder, manifestName), `${JSON.stringify(manifest, null, 1)}\n`);
}

/** Reads the list of a backup. Fails with `database.backup-damaged` where there is none or it is not one of ours. */
export async function readManifest(folder: string): Promise<BackupManifest> {
  const text = await readFile(join(folder, manifestName), 'utf8').catch((error: unknown) => {
    throw databaseFailure(
      'database.backup-damaged',
      `${folder} is no backup of VSİS: its ${manifestName} cannot be read. Name the folder that vsis backup wrote.`,
      error,
    );
  });
  const manifest = parseManifest(text);
  if (!manifest) {
    throw databaseFailure(
      'database.backup-damaged',
      `${join(folder, manifestName)} is not as vsis backup writes it. Use another backup.`,
    );
  }
  return manifest;
}

function parseManifest(text: string): BackupManifest | undefined {
  try {
    const read = JSON.parse(text) as BackupManifest; // as: checked below
    const paths = [...read.folders, ...read.files.map((file) => file.path)];
    const isOurs = read.format === 1 && Number.isInteger(read.postgres) && paths.every((path) => ourPath.test(path));
    return isOurs && !Number.isNaN(Date.parse(read.finishedAt)) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** Everything below a folder, relative to it; a folder comes before what is in it. */
export async function listTree(folder: string): Promise<{ folders: string[]; files: string[] }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = (isWanted: (entry: (typeof entries)[number]) => boolean): string[] =>
    entries
      .filter(isWanted)
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(folder.length + 1)
          .split(sep)
          .join('/'),
      )
      .sort();
  return { folders: paths((entry) => entry.isDirectory()), files: paths((entry) => !entry.isDirectory()) };
}

export type CheckedBackup = { readonly manifest: BackupManifest; readonly faults: readonly string[] };

/** Reads a whole backup and compares it with its list: what is missing, changed or foreign. */
export async function checkBackup(
  folder: string,
  onProgress?: (state: { done: number; total: number }) => void,
): Promise<CheckedBackup> {
  const manifest = await readManifest(folder);
  const total = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  const known = new Set([manifestName, ...manifest.files.map((file) => file.path)]);
  const present = await listTree(folder);
  const faults = present.files.filter((path) => !known.has(path)).map((path) => `${path}: is not part of the backup`);
  let done = 0;
  for (const file of manifest.files) {
    const fault = await faultOf(join(folder, file.path), file);
    if (fault !== undefined) faults.push(`${file.path}: ${fault}`);
    done += file.bytes;
    onProgress?.({ done, total });
  }
  return { manifest, faults };
}

async function faultOf(path: string, { bytes, sha256 }: BackupFile): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return 'is missing';
  if (found.size !== bytes) return `has ${found.size} bytes instead of ${bytes}`;
  return (await hashFile(path)) === sha256 ? undefined : 'has other content than was written';
}
