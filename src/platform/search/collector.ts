import type { IdentifierEntry } from './hash.ts';
import type { RangeEntry } from './range-entries.ts';

/** Where the entries of one resource gather. */
export type Collector = {
  readonly keys: Set<bigint>;
  readonly identifiers: IdentifierEntry[];
  readonly strings: Set<string>;
  readonly ranges: RangeEntry[];
  readonly units: Set<string>;
  /** The record's own address, if references may carry it. */
  readonly baseUrl: string | undefined;
};
