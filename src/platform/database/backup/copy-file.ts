import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chown, type FileHandle, open } from 'node:fs/promises';
import type { ServerAccount } from '../account.ts';

const pieceBytes = 1024 * 1024;

export type Copied = { readonly bytes: number; readonly sha256: string };

/**
 * Copies a file into a new one that its owner alone may read, on the disk when it returns, and tells what was written.
 * Fails where the target exists.
 */
export async function copyFile(from: string, to: string, owner?: ServerAccount): Promise<Copied> {
  await using source = await open(from, 'r');
  await using target = await open(to, 'wx', 0o600);
  const copied = await copyInto(source, target);
  await target.sync();
  if (owner) await chown(to, owner.uid, owner.gid);
  return copied;
}

async function copyInto(source: FileHandle, target: FileHandle): Promise<Copied> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(pieceBytes);
  let bytes = 0;
  for (;;) {
    const { bytesRead } = await source.read(buffer, 0, pieceBytes);
    if (bytesRead === 0) return { bytes, sha256: hash.digest('hex') };
    const piece = buffer.subarray(0, bytesRead);
    hash.update(piece);
    await target.writeFile(piece);
    bytes += bytesRead;
  }
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: pieceBytes })) hash.update(piece);
  return hash.digest('hex');
}
