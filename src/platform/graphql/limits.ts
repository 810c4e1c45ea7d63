import { AppError } from '#platform/errors';

/**
 * What one request may cost. A query of a few words can ask for the whole record of everybody: what is over is refused
 * with the reason, never cut off in silence.
 */
export const limits = {
  characters: 100_000,
  tokens: 4000,
  /** Fields within fields, fragments taken in. */
  depth: 25,
  /** Fields of the query once its fragments are taken in. */
  fields: 2000,
  /** Fields of one name at one place of the answer, which are merged. */
  repeats: 20,
  /** Values of the answer. */
  values: 200_000,
  resources: 1000,
  searches: 50,
  /** Evaluations of FHIRPath. */
  evaluations: 10_000,
} as const;

export function tooCostly(text: string): AppError {
  return new AppError('tooLarge', 'graphql.too-costly', text, {
    issues: [{ severity: 'error', code: 'too-costly', text }],
  });
}

export function invalidQuery(text: string): AppError {
  return new AppError('invalid', 'graphql.invalid-query', text);
}
