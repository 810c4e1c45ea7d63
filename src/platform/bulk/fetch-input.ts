import { createWriteStream } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '#platform/errors';
import { limitBytes } from './limit-bytes.ts';

/** Fetches a file that is not there yet, and is no larger; what was half fetched before is fetched anew. Redirects are not followed. */
export async function fetchInput(
  url: string,
  path: string,
  { signal, bytesAtMost }: { readonly signal: AbortSignal; readonly bytesAtMost: number },
): Promise<void> {
  if (await stat(path).catch(() => undefined)) {
    return;
  }
  const partial = `${path}.part`;
  try {
    const response = await fetch(url, { redirect: 'error', signal, headers: { Accept: 'application/fhir+ndjson' } });
    if (!response.ok || !response.body) {
      throw new AppError('ruleBroken', 'bulk.input-not-given', `A file was answered with ${response.status}.`);
    }
    // as: the library has two types of the same stream
    const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
    await pipeline(body, limitBytes(bytesAtMost, tooLarge), createWriteStream(partial, { mode: 0o600 }), { signal });
  } catch (cause) {
    if (cause instanceof AppError || signal.aborted) {
      throw cause;
    }
    throw new AppError('ruleBroken', 'bulk.input-not-given', 'A file could not be fetched from its host.', { cause });
  }
  await rename(partial, path);
}

const tooLarge = () => new AppError('ruleBroken', 'bulk.input-too-large', 'A file is larger than this server takes.');
