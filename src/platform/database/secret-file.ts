import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Reads a secret kept in a file that only this account may read; makes a random one when there is none. */
export async function readOrCreateSecret(path: string): Promise<string> {
  const kept = (
    await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    })
  ).trim();
  if (kept !== '') return kept;
  const secret = randomBytes(24).toString('base64url');
  await writePrivateFile(path, secret);
  return secret;
}

/** Replaces a file in one step, readable by this account alone, on the disk when it returns. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const unfinished = `${path}.unfinished`;
  const file = await open(unfinished, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(unfinished, path);
}
