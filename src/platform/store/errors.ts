import { AppError, type Issue } from '#platform/errors';
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
  return new AppError('stale', 'store.multiple-matches', text, {
    issues: [{ severity: 'error', code: 'multiple-matches', text, ...(path === undefined ? {} : { expression: path }) }],
  });
}

export function invalidResource(issues: readonly Issue[]): AppError {
  return new AppError('ruleBroken', 'store.invalid-resource', 'The resource is not valid.', { issues });
}

export function unresolvedReference(address: string, path: string, why: string): AppError {
  const text = `The reference ${address} cannot be resolved: ${why}.`;
  return new AppError('invalid', 'store.unresolved-reference', text, {
    issues: [{ severity: 'error', code: 'not-found', text, expression: path }],
  });
}
