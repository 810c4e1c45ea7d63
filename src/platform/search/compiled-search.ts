/** The shape of the compiled search table (`generated/search.json`), written by `tools/definitions/compile-search.ts`. */

export type SearchType =
  | 'token'
  | 'string'
  | 'reference'
  | 'date'
  | 'number'
  | 'quantity'
  | 'uri'
  | 'composite'
  | 'special';

/** One step of a path: into properties (a choice has several), or a filter on what was found so far. */
export type PathStep =
  | { base: string; names: Record<string, string> }
  | { where: string; equals: string }
  | { target: string }
  | { first: true }
  | { truthy: true };

export type CompiledPath = {
  steps: PathStep[];
  /** FHIR types the last step may end in. */
  types: string[];
  /** In a component of a composite: the path starts at the resource, not at the composite's own element. */
  fromResource?: true;
};

export type CompiledComponent = { type: SearchType; paths: CompiledPath[] };

export type CompiledParameter = {
  code: string;
  type: SearchType;
  url: string;
  paths: CompiledPath[];
  target?: string[];
  components?: CompiledComponent[];
};

export type CompiledSearch = {
  /** Parameters of every resource type (`_id`, `_tag`, …). */
  common: CompiledParameter[];
  types: Record<string, CompiledParameter[]>;
  /** By compartment and type, the parameters through which a resource of the type belongs to it, the first leading. */
  compartments: Record<string, Record<string, string[]>>;
  /** Types that are no DomainResource: they have no narrative. */
  withoutNarrative: string[];
  /** Element paths kept by `_summary=true`. */
  summary: Record<string, string[]>;
};
