import type { Path } from './path/path-tree.ts';

/** A ViewDefinition as the compiler takes it: shape checked, expressions read. */
export type View = {
  readonly name: string | undefined;
  readonly url: string | undefined;
  /** Resource type the rows are made from. */
  readonly resource: string;
  readonly constants: ReadonlyMap<string, Constant>;
  readonly where: readonly Expression[];
  readonly selection: Selection;
};

export type Constant = {
  /** FHIR type of the value. */
  readonly type: string;
  /** As it stands in the definition, decimals with their digits. */
  readonly text: string;
};

export type Expression = {
  readonly path: Path;
  /** Where it stands: `ViewDefinition.select[0].column[1].path`. */
  readonly place: string;
};

export type Column = Expression & {
  readonly name: string;
  /** FHIR type the definition says it has. */
  readonly type: string | undefined;
  readonly isCollection: boolean;
};

export type Selection = {
  readonly place: string;
  readonly iteration: Iteration | undefined;
  readonly columns: readonly Column[];
  readonly selections: readonly Selection[];
  readonly unionAll: readonly Selection[];
};

export type Iteration =
  | { readonly kind: 'forEach' | 'forEachOrNull'; readonly of: Expression }
  | { readonly kind: 'repeat'; readonly of: readonly Expression[] };

/** Columns of a selection in the order of the specification: its own, those of its selects, those of its union. */
export function columnsOf({ columns, selections, unionAll: [first] }: Selection): readonly Column[] {
  return [...columns, ...selections.flatMap(columnsOf), ...(first ? columnsOf(first) : [])];
}

/** The place of another element of a column, whose own place is that of its path. */
export function siblingOf(place: string, name: string): string {
  return place.replace(/path$/, name);
}
