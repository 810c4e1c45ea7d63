import type { Bulk } from '#platform/store';
import type { FileChunk } from './file-chunk.ts';
import type { PreparedPortion } from './prepare-portion.ts';

/** What a thread is sent: a chunk to prepare, or the memory of a bulk that is stored. */
export type PrepareTask =
  | { readonly number: number; readonly chunk: FileChunk; readonly nowMs: number }
  | { readonly spare: Bulk };

/** What it answers, under the number of the task. The chunk comes back, since some items may be needed again. */
export type PrepareAnswer = { readonly number: number } & (
  | { readonly prepared: PreparedPortion; readonly chunk: FileChunk }
  | { readonly error: unknown }
);

/** The memory of encoded rows, which changes hands; it is not copied. */
export function buffersOf({ rows }: Bulk): ArrayBuffer[] {
  const { resource, locator, identifier, range, change, audit } = rows;
  const tables = [resource, locator, identifier, range, change, audit];
  return tables.flatMap(({ bytes, starts, owners }) => [bytes.buffer, starts.buffer, owners.buffer]);
}
