import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes the files of a job. Who is reading one goes on to its end. */
export async function removeJobFolder(folder: string, id: string): Promise<void> {
  await rm(join(folder, id), { recursive: true, force: true });
}
