import { AppError, type Issue } from '#platform/errors';

/** The refusal of a call for one of its parameters; `place` is its FHIRPath in a body, or `http.name`. */
export function refusedParameter(place: string, text: string, code: Issue['code'] = 'value'): AppError {
  return new AppError('invalid', 'rest.operation-parameter', text, {
    issues: [{ severity: 'error', code, text, expression: place }],
  });
}
