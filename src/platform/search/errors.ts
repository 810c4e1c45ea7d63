import { AppError, type Issue } from '#platform/errors';

export function unknownParameter(name: string, type: string): AppError {
  const shown = printable(name);
  const text = `Search parameter ${shown} is not known for ${type}.`;
  return new AppError('invalid', 'search.unknown-parameter', text, { issues: [issueOf('not-supported', text, shown)] });
}

export function invalid(name: string, why: string): AppError {
  const shown = printable(name);
  const text = `Search parameter ${shown}: ${why}.`;
  return new AppError('invalid', 'search.invalid-parameter', text, { issues: [issueOf('value', text, shown)] });
}

/** FHIR R4, operationoutcome-definitions.html#OperationOutcome.issue.location: `http.` and the parameter's name. */
function issueOf(code: string, text: string, name: string): Issue {
  return { severity: 'error', code, text, expression: `http.${name}` };
}

/** What a client sent, short enough to be repeated to it. */
export function printable(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60).toWellFormed()}…` : text;
}
