/** The shape of `generated/structures.json`, written by `tools/definitions/compile-structures.ts`. */

/**
 * One element: n name, m minimum (0 left out), x maximum ('*' as -1, 1 left out), t types,
 * b value set of a required binding, s in summaries, i is modifier, c keys of constraints that other
 * elements do not have, a written as an XML attribute.
 * A type is its code, then `<Profile>` and `(Target|Target)` where given.
 */
export type CompiledElement = {
  n: string;
  m?: number;
  x?: number;
  t: string[];
  b?: string;
  s?: 1;
  i?: 1;
  c?: string[];
  a?: 1;
};

export type CompiledType = {
  name: string;
  kind: 'resource' | 'complex' | 'primitive' | 'part';
  base?: string;
  abstract?: 1;
  c?: string[];
  e: CompiledElement[];
};

export type CompiledStructures = {
  fhirVersion: string;
  types: CompiledType[];
  /** key (or key and where it stands, when one key means several rules) → severity, expression, wording. */
  constraints: Record<string, CompiledConstraint>;
};

export type CompiledConstraint = [severity: 'error' | 'warning', expression: string, human: string];
