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
