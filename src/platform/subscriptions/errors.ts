import { AppError, type Issue } from '#platform/errors';

/** A subscription or topic that is not taken; `place` is the element at fault. */
export function refusal(place: string, text: string, code = 'business-rule', cause?: unknown): AppError {
  const issues: Issue[] = [{ severity: 'error', code, text, expression: place }];
  return new AppError('ruleBroken', 'subscriptions.refused', text, { issues, cause });
}
