/** What expressions may ask of the surroundings of a resource: other resources and value sets. */
export type FhirPathHost = {
  /** What a reference points to, as far as it is at hand. */
  readonly resolve: (reference: unknown) => unknown;
  /** Whether a code, Coding or CodeableConcept is in a value set; `undefined` where that cannot be told. */
  readonly memberOf: (value: unknown, valueSetUrl: string) => boolean | undefined;
  /** Whether a value keeps a profile. */
  readonly conformsTo: (value: unknown, profileUrl: string) => boolean;
};

let current: FhirPathHost | undefined;

/** Evaluates with a host; evaluation is synchronous, so one at a time is enough. */
export function withFhirPathHost<Result>(host: FhirPathHost, evaluate: () => Result): Result {
  const outer = current;
  current = host;
  try {
    return evaluate();
  } finally {
    current = outer;
  }
}

/** Without a host these functions cannot be answered, and the expression throws. */
export function fhirPathHost(): FhirPathHost {
  if (!current) throw new Error('The expression needs other resources or value sets, which are not at hand.');
  return current;
}
