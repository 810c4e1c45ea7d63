import { type AppError, errorKinds, type Issue } from '#platform/errors';

export type OperationOutcome = {
  readonly resourceType: 'OperationOutcome';
  readonly issue: readonly Record<string, unknown>[];
};

const codeSystem = 'https://vsis.az/fhir/CodeSystem/error-code';

/** Status and OperationOutcome of an error; a fault tells the number of the request and nothing else. */
export function toOutcome(error: AppError, requestId?: string): { status: number; body: OperationOutcome } {
  const { status, issue } = errorKinds[error.kind];
  const details = { coding: [{ system: codeSystem, code: error.code }], text: error.message };
  const issues: readonly Issue[] =
    error.issues.length > 0 ? error.issues : [{ severity: 'error', code: issue, text: error.message }];
  return {
    status,
    body: {
      resourceType: 'OperationOutcome',
      issue: issues.map((each) => ({
        severity: each.severity,
        code: each.code,
        details,
        diagnostics: status >= 500 && requestId ? `${each.text} Request ${requestId}.` : each.text,
        ...(each.expression === undefined ? {} : { expression: [each.expression] }),
      })),
    },
  };
}
