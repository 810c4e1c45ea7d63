/** The closed vocabulary of what can go wrong: HTTP status and FHIR issue type of each kind. */
export const errorKinds = {
  invalid: { status: 400, issue: 'invalid' },
  unauthenticated: { status: 401, issue: 'login' },
  forbidden: { status: 403, issue: 'forbidden' },
  notFound: { status: 404, issue: 'not-found' },
  unsupportedMethod: { status: 405, issue: 'not-supported' },
  notAcceptable: { status: 406, issue: 'not-supported' },
  conflict: { status: 409, issue: 'conflict' },
  gone: { status: 410, issue: 'deleted' },
  stale: { status: 412, issue: 'conflict' },
  tooLarge: { status: 413, issue: 'too-long' },
  unsupportedMediaType: { status: 415, issue: 'not-supported' },
  ruleBroken: { status: 422, issue: 'business-rule' },
  busy: { status: 429, issue: 'throttled' },
  fault: { status: 500, issue: 'exception' },
  unavailable: { status: 503, issue: 'transient' },
} as const;

export type ErrorKind = keyof typeof errorKinds;

/** One finding, in the terms of OperationOutcome.issue. `expression` is the FHIRPath of the element. */
export type Issue = {
  readonly severity: 'fatal' | 'error' | 'warning' | 'information';
  /** FHIR IssueType, e.g. `structure`, `required`, `value`, `invariant`, `code-invalid`. */
  readonly code: string;
  readonly text: string;
  readonly expression?: string;
};

/**
 * The error every part throws to stop a request.
 * `code` is permanent, prefixed by its part (`store.version-conflict`) and never reused.
 * `text` is for the person who can act on it and holds no personal data; `cause` is for the log alone.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly kind: ErrorKind;
  readonly code: string;
  readonly issues: readonly Issue[];

  constructor(kind: ErrorKind, code: string, text: string, options?: ErrorOptions & { issues?: readonly Issue[] }) {
    super(text, options);
    this.kind = kind;
    this.code = code;
    this.issues = options?.issues ?? [];
  }
}
