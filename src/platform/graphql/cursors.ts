import { AppError } from '#platform/errors';
import type { Parameters } from './loader.ts';

/** A page of a search: the search itself, where the page begins in it, and how many came before. */
export type Cursor = { readonly parameters: Parameters; readonly at: string | undefined; readonly offset: number };

export function writeCursor({ parameters, at, offset }: Cursor): string {
  return Buffer.from(JSON.stringify([parameters, at ?? null, offset])).toString('base64url');
}

/** What comes back may have been changed: the search in it is read as strictly as any other. */
export function readCursor(text: string): Cursor {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (Array.isArray(value) && value.length === 3) {
      const [parameters, at, offset] = value as unknown[]; // as: an array just looked at
      const isSearch = Array.isArray(parameters) && parameters.every(isPair);
      if (isSearch && (at === null || typeof at === 'string') && Number.isSafeInteger(offset) && Number(offset) >= 0) {
        return { parameters, at: at ?? undefined, offset: Number(offset) };
      }
    }
  } catch {
    // falls through: a cursor that is no JSON is as wrong as one of another form
  }
  throw new AppError('invalid', 'graphql.invalid-cursor', '_cursor: this is none that the server gave; search anew.');
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === 'string');
}
