import { AppError } from '#platform/errors';
import { refuseInvalid } from './prepare-write.ts';
import type { Sql } from './sql.ts';
import type { Store } from './store.ts';
import { isOpen, placeOf, type Step } from './write-step.ts';

/** Lets the parts that own a type refuse what is to be written, or change it: `Store.guards`. */
export async function applyGuards({ guards }: Store, sql: Sql, steps: readonly Step[]): Promise<void> {
  for (const step of guards ? steps.filter(isOpen) : []) {
    const guard = guards?.[step.request.type];
    if (guard && step.resource && step.request.kind !== 'delete') {
      refuseInvalid(step, step.resource);
      try {
        step.resource = await guard(sql, step.resource);
      } catch (error) {
        throw placed(error, step);
      }
    }
  }
}

/** A guard names places below the type (`Subscription.criteria`); within a Bundle they are places of the entry. */
function placed(error: unknown, step: Step): unknown {
  if (!(error instanceof AppError) || step.path === undefined) {
    return error;
  }
  const { kind, code, message, cause, issues } = error;
  const place = (expression = ''): string => expression.replace(/^[A-Za-z]*/, placeOf(step));
  return new AppError(kind, code, message, {
    cause,
    issues: issues.map((issue) => ({ ...issue, expression: place(issue.expression) })),
  });
}
