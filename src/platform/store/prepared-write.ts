import type { IndexEntries } from '#platform/search';

export type WriteMethod = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A resource version ready to be stored; `content` is absent in a deletion. */
export type PreparedWrite = {
  readonly method: WriteMethod;
  readonly bucket: number;
  readonly type: string;
  readonly id: string;
  readonly version: number;
  /** Version of the current row this write supersedes; 0 when there must be none. */
  readonly supersedes: number;
  /** There never was a version of it, not even a deleted one. */
  readonly isNew: boolean;
  readonly updated: string;
  readonly content?: string;
  readonly entries?: IndexEntries;
};

/** Who acts, for the audit record. */
export type Actor = { readonly name: string; readonly requestId?: string };

export type AuthoredWrite = { readonly write: PreparedWrite; readonly actor: Actor };
