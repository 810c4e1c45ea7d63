import type { OperationOutcome } from '@medplum/fhirtypes';
import { AppError, type ErrorKind, errorKinds, type Issue } from '#platform/errors';

const kindByStatus = new Map<number, ErrorKind>(
  Object.entries(errorKinds).map(([kind, { status }]) => [status, kind as ErrorKind]), // keys of a closed record
);

/** The error for an answer that is not 2xx: its kind by status, its issues from the OperationOutcome if there is one. */
export function answerFailure(status: number, body: unknown): AppError {
  const kind = kindByStatus.get(status) ?? (status >= 500 ? 'fault' : 'invalid');
  const issues = isOperationOutcome(body) ? (body.issue ?? []).map(toIssue) : [];
  const text = issues[0]?.text ?? `The record answered ${status}`;
  return new AppError(kind, 'fhir-client.refused', text, { issues });
}

/** The error for a request that got no answer at all: server stopped, line down. */
export function noAnswer(cause: unknown): AppError {
  return new AppError('unavailable', 'fhir-client.no-answer', 'The record cannot be reached', { cause });
}

/** The error for an answer that is not what a FHIR server sends. */
export function unreadableAnswer(cause: unknown): AppError {
  return new AppError('fault', 'fhir-client.unreadable-answer', 'The answer is not FHIR JSON', { cause });
}

/** The error for a resource that is not there, whatever way the server says so. */
export function resourceNotFound(type: string): AppError {
  return new AppError('notFound', 'fhir-client.not-found', `There is no such ${type}`);
}

function isOperationOutcome(body: unknown): body is OperationOutcome {
  return (
    typeof body === 'object' && body !== null && 'resourceType' in body && body.resourceType === 'OperationOutcome'
  );
}

function toIssue(issue: NonNullable<OperationOutcome['issue']>[number]): Issue {
  const expression = issue.expression?.[0];
  return {
    severity: issue.severity,
    code: issue.code,
    text: issue.details?.text ?? issue.diagnostics ?? issue.code,
    ...(expression === undefined ? {} : { expression }),
  };
}
