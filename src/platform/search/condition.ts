import type { FilterOperator } from './filter-syntax.ts';
import type { SearchParameter } from './search-parameters.ts';

/** Codes of one system; all of them where they are not listed. */
export type CodeSet = { readonly system: string; readonly codes: readonly string[] | 'all' };

/** What a search asks of each resource: a small immutable tree which the store compiles to SQL. */
export type Condition =
  | {
      readonly kind: 'value';
      readonly parameter: SearchParameter;
      readonly modifier: string | undefined;
      /** Alternatives (comma in the query), still escaped. */
      readonly values: readonly string[];
      /** UCUM units in which the record has quantities; a quantity is sought in each of them that it converts to. */
      readonly units?: readonly string[];
    }
  | {
      /** The resource refers, by `parameter`, to one of the types that meets `inner`. */
      readonly kind: 'chain';
      readonly parameter: SearchParameter;
      readonly targets: readonly { readonly type: string; readonly inner: Condition }[];
    }
  | {
      /** A resource of `type` that meets `inner` refers, by `parameter`, to this one. */
      readonly kind: 'has';
      readonly type: string;
      readonly parameter: SearchParameter;
      readonly inner: Condition;
    }
  | {
      /** A token of the resource is one of these, or `negated` none is: what a value set or a hierarchy of codes came to. */
      readonly kind: 'tokens';
      readonly parameter: SearchParameter;
      readonly negated: boolean;
      readonly tokens: readonly CodeSet[];
    }
  | {
      /** What only `_filter` can ask of a string, date or number. */
      readonly kind: 'compare';
      readonly parameter: SearchParameter;
      readonly operator: FilterOperator;
      readonly value: string;
    }
  | { readonly kind: 'all' | 'any'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'not'; readonly condition: Condition }
  | {
      /** The resource belongs to the compartment of a resource, or is that resource. */
      readonly kind: 'compartment';
      readonly compartment: string;
      readonly id: string;
    };

/** The types a condition speaks of: one, or several that have the parameter in common. */
export type Subject = readonly string[];
