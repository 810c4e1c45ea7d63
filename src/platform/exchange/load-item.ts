import type { Issue } from '#platform/errors';
import type { Resource } from '#platform/fhir';

/** A resource on its way into the record: under the id it must get, or with the reason why it could not be read. */
export type LoadItem = {
  /** Where it came from, for the list of what was refused: `file#entry`. */
  readonly origin: string;
  readonly resource?: Resource;
  /** The resource as `stringifyJson` prints it, where that is known. */
  readonly printed?: string;
  /** Id it is stored under; that of the resource itself when absent. */
  readonly id?: string;
  readonly issues?: readonly Issue[];
  /** Leave a resource alone that is there already, whatever it says. */
  readonly onlyNew?: boolean;
};

export type Refusal = {
  readonly origin: string;
  readonly resource: Resource | undefined;
  readonly issues: readonly Issue[];
};
