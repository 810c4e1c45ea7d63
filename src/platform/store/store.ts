import type { Resource } from '#platform/fhir';
import type { AddedParameters } from './added-parameters/added-parameters.ts';
import type { Sql, SqlPool } from './sql.ts';

/** What every function of the record works with. */
export type Store = {
  readonly sql: SqlPool;
  /** Own FHIR address without a closing slash: references that carry it are references within the record. */
  readonly baseUrl?: string;
  readonly now: () => Date;
  /** The search parameters there are; those of the standard alone where nothing is said. */
  readonly parameters?: AddedParameters;
  /** What parts have to say before a resource of their type is stored. */
  readonly guards?: Readonly<Record<string, Guard>>;
  /** Asked before each write; throws where none may be made now. */
  readonly beforeWrite?: () => void;
  /** Told after each committed write, so that subscribers of the log of changes need not wait for their next look. */
  readonly afterWrite?: () => void;
};

/**
 * Looks at a valid resource within the transaction that would store it: gives the resource to be stored, or throws a
 * refusal that names its place. It leaves the resource it is given unchanged, since a transaction may run again.
 */
export type Guard = (sql: Sql, resource: Resource) => Promise<Resource>;
