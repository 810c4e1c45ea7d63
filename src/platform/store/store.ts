import type { SqlPool } from './sql.ts';

/** What every function of the record works with. */
export type Store = {
  readonly sql: SqlPool;
  /** Own FHIR address without a closing slash: references that carry it are references within the record. */
  readonly baseUrl?: string;
  readonly now: () => Date;
};
