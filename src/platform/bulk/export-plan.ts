import type { Issue } from '#platform/errors';

/** What becomes of Provenance resources. */
export type ProvenanceRule =
  /** They are chosen as all other types are. */
  | 'asOthers'
  /** All whose targets lie in the compartments. */
  | 'compartment'
  /** All that speak of a resource that is exported. */
  | 'relevant'
  /** Of those the latest for each resource that is exported. */
  | 'latest';

/** A kick-off request, read and checked: all that carrying it out needs. Kept as JSON. */
export type ExportPlan = {
  /** All of the record, what belongs to any patient, or what belongs to these. */
  readonly patients: 'everything' | 'anyPatient' | readonly string[];
  readonly types?: readonly string[];
  /** Type and parameters of each search that its resources must meet one of. */
  readonly filters: readonly (readonly [type: string, parameters: readonly (readonly [string, string])[]])[];
  readonly elements: readonly string[];
  readonly since?: string;
  readonly until?: string;
  readonly provenance: ProvenanceRule;
  /** Base address of the record as the client called it. */
  readonly baseUrl: string;
  /** What was left out of the request under lenient handling. */
  readonly remarks: readonly Issue[];
};
