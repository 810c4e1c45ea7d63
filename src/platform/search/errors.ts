import { AppError } from '#platform/errors';

export function unknownParameter(name: string, type: string): AppError {
  return new AppError('invalid', 'search.unknown-parameter', `Search parameter ${name} is not known for ${type}.`);
}

export function invalid(name: string, why: string): AppError {
  return new AppError('invalid', 'search.invalid-parameter', `Search parameter ${name}: ${why}.`);
}
