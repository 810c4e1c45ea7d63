import { AppError } from '#platform/errors';

/** The patch document itself is wrong, whatever it is applied to. */
export function malformedPatch(reason: string, expression?: string): AppError {
  return patchError('invalid', 'fhir.malformed-patch', `The patch cannot be read: ${reason}.`, 'structure', expression);
}

/** The patch is well formed, but the resource does not have what it needs. */
export function notApplicable(reason: string, expression?: string): AppError {
  return patchError(
    'ruleBroken',
    'fhir.patch-not-applicable',
    `The patch cannot be applied: ${reason}.`,
    'not-found',
    expression,
  );
}

function patchError(
  kind: 'invalid' | 'ruleBroken',
  code: string,
  text: string,
  issue: string,
  expression?: string,
): AppError {
  return new AppError(kind, code, text, {
    issues: [{ severity: 'error', code: issue, text, ...(expression === undefined ? {} : { expression }) }],
  });
}
