import { AppError } from '#platform/errors';

/** A definition that cannot be run. `place` is the element: `ViewDefinition.select[0].column[1].path`. */
export function invalidView(place: string, why: string, cause?: unknown): AppError {
  const text = `${place} ${why}`;
  return new AppError('ruleBroken', 'views.invalid-view', text, {
    cause,
    issues: [{ severity: 'error', code: 'invalid', text, expression: place }],
  });
}

/** A column or expression that found in a resource what it may not find there. */
export function viewFailed(why: string, cause?: unknown): AppError {
  return new AppError('ruleBroken', 'views.failed', `The view cannot be run over these resources: ${why}`, { cause });
}

/** A parameter of the operation that cannot be heeded. */
export function operationRefusal(name: string, text: string, code: string): AppError {
  return new AppError('invalid', 'views.operation-parameter', text, {
    issues: [{ severity: 'error', code, text, expression: `http.${name}` }],
  });
}

/** Memory and connections are bounded: only so many views run at a time. */
export function tooManyRuns(): AppError {
  return new AppError('busy', 'views.too-many-runs', 'Several views are being run already; try again in a minute.');
}
