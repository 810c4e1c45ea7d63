import type { Resource } from '#platform/fhir';

/** Search parameters of a conditional interaction, as name and value. */
export type Criteria = readonly (readonly [string, string])[];

/** What a client asks to have written; the interactions of FHIR R4, http.html. */
export type WriteRequest =
  | {
      readonly kind: 'create';
      readonly type: string;
      readonly resource: Resource;
      readonly ifNoneExist?: Criteria;
      /** Address other entries of the transaction refer to this one by. */
      readonly fullUrl?: string;
      /** Id the new resource must get, for imports; where there is one with this id already, that is left as it is. */
      readonly wantedId?: string;
    }
  | {
      readonly kind: 'update';
      readonly type: string;
      /** The logical id, or criteria that must match at most one resource. */
      readonly target: string | Criteria;
      readonly resource: Resource;
      readonly ifMatch?: number;
      /** `If-None-Match: *`: only where there is none yet. */
      readonly onlyNew?: boolean;
      readonly fullUrl?: string;
    }
  | {
      readonly kind: 'patch';
      readonly type: string;
      readonly target: string | Criteria;
      /** Gives the patched copy of a resource. */
      readonly apply: (resource: Resource) => Resource;
      readonly ifMatch?: number;
      readonly fullUrl?: string;
    }
  | {
      readonly kind: 'delete';
      readonly type: string;
      readonly target: string | Criteria;
      readonly ifMatch?: number;
      readonly fullUrl?: string;
    };

/** What became of a write request. `content` is absent after a deletion. */
export type WriteResult = {
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'deleted' | 'absent';
  readonly type: string;
  readonly id: string | undefined;
  readonly version: number | undefined;
  readonly updated: string | undefined;
  readonly content: string | undefined;
};
