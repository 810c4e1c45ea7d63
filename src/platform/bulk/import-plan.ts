/** Where a file to import comes from. */
export type ImportInput =
  /** Uploaded before, under the id of its upload. */
  | { readonly kind: 'upload'; readonly name: string; readonly id: string }
  /** Below the import folder of the server. */
  | { readonly kind: 'folder'; readonly name: string; readonly path: string }
  /** To be fetched from a host that is allowed. */
  | { readonly kind: 'web'; readonly name: string; readonly url: string };

export type ImportPlan = { readonly inputs: readonly ImportInput[] };

/** From where imports may come. */
export type ImportSources = {
  /** A folder of the server; none where absent. */
  readonly folder?: string;
  /** Names of hosts, with a port where it is not that of https. */
  readonly hosts: readonly string[];
};
