/** A FHIRPath expression as far as views speak it. */
export type Path =
  | { readonly kind: 'literal'; readonly type: LiteralType; readonly text: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'this' }
  | { readonly kind: 'index' }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'member'; readonly of: Path | undefined; readonly name: string }
  | { readonly kind: 'item'; readonly of: Path; readonly at: Path }
  | { readonly kind: 'call'; readonly of: Path | undefined; readonly name: string; readonly args: readonly Path[] }
  | { readonly kind: 'type'; readonly operator: 'is' | 'as'; readonly of: Path; readonly type: Path }
  | { readonly kind: 'sign'; readonly of: Path }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Path; readonly right: Path };

/** Named as the FHIR types are. */
export type LiteralType = 'string' | 'integer' | 'decimal' | 'boolean' | 'date' | 'dateTime' | 'time';

export type BinaryOperator = (typeof binaryOperators)[number][number];

/** From the one that binds least to the one that binds most; FHIRPath, "Operator Precedence". */
export const binaryOperators = [
  ['implies'],
  ['or', 'xor'],
  ['and'],
  ['in', 'contains'],
  ['=', '!=', '~', '!~'],
  ['<', '>', '<=', '>='],
  ['|'],
  ['is', 'as'],
  ['+', '-', '&'],
  ['*', '/', 'div', 'mod'],
] as const;
