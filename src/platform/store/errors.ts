import { AppError, errorKinds, type Issue } from '#platform/errors';
import type { ResourceAddress } from './read-rows.ts';

export function notFound({ type, id }: ResourceAddress): AppError {
  return new AppError('notFound', 'store.not-found', `There is no ${type} with the id ${id}.`);
}

export function gone({ type, id }: ResourceAddress): AppError {
  return new AppError('gone', 'store.deleted', `${type}/${id} was deleted.`);
}

export function versionConflict(type: string, current: number | undefined): AppError {
  const stands = current === undefined ? 'does not exist' : `is at version ${current}`;
  return new AppError('stale', 'store.version-conflict', `The ${type} ${stands}; read it again before you change it.`);
}

export function multipleMatches(type: string, path?: string): AppError {
  const text = `More than one ${type} meets the criteria; they must be met by one at most.`;
  const place = path === undefined ? {} : { expression: path };
  return new AppError('stale', 'store.multiple-matches', text, {
    issues: [{ severity: 'error', code: 'multiple-matches', text, ...place }],
  });
}

export function invalidResource(issues: readonly Issue[]): AppError {
  return new AppError('ruleBroken', 'store.invalid-resource', 'The resource is not valid.', { issues });
}

export function unresolvedReference(address: string, path: string, why: string): AppError {
  const text = `The reference ${address.slice(0, 200).toWellFormed()} cannot be resolved: ${why}.`;
  return new AppError('invalid', 'store.unresolved-reference', text, {
    issues: [{ severity: 'error', code: 'not-found', text, expression: path }],
  });
}

export function tooContended(cause?: unknown): AppError {
  const text = 'Others are writing the same resource; try again.';
  return new AppError('conflict', 'store.too-contended', text, { cause });
}

/**
 * What went wrong with one entry of a Bundle, with the entry as its place. A place within the entry's resource stays;
 * that of a search parameter (`http.…`) becomes the entry's request.
 */
export function placedAt(error: unknown, path: string | undefined): unknown {
  if (path === undefined || !(error instanceof AppError)) {
    return error;
  }
  const { kind, code, message, cause } = error;
  const issues: readonly Issue[] =
    error.issues.length > 0 ? error.issues : [{ severity: 'error', code: errorKinds[kind].issue, text: message }];
  const place = (expression = 'http.'): string => (expression.startsWith('http.') ? `${path}.request` : expression);
  return new AppError(kind, code, message, {
    cause,
    issues: issues.map((issue) => ({ ...issue, expression: place(issue.expression) })),
  });
}

/** The room that is left is for the records of reads. */
export function diskFull(): AppError {
  const text = 'The disk of the database is full. Nothing is stored until it has room again; reading goes on.';
  return new AppError('unavailable', 'store.disk-full', text, {
    issues: [{ severity: 'error', code: 'no-store', text }],
  });
}
