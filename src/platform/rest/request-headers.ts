import type { FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors';

export type Preferences = {
  readonly return: 'minimal' | 'representation' | 'OperationOutcome';
  readonly lenient: boolean;
};

/** `Prefer: return=…, handling=…`; what is not said is representation and strict. FHIR R4, http.html#ops. */
export function readPreferences(request: FastifyRequest): Preferences {
  const header = String(request.headers['prefer'] ?? '');
  const wanted = /\breturn=(minimal|representation|OperationOutcome)\b/.exec(header)?.[1];
  return {
    return: (wanted ?? 'representation') as Preferences['return'], // as: the pattern admits these three only
    lenient: /\bhandling=lenient\b/.test(header),
  };
}

/** No resource has it, so that a request which names it is refused as out of date. */
const noVersion = 0;

/** The version an `If-Match` names: `W/"3"`. A tag that is none of ours is that of no version. */
export function readIfMatch(value: string | undefined): number | undefined {
  if (value === undefined) {
    return undefined;
  }
  const tag = /^(?:W\/)?"([^"]*)"$/.exec(value.trim())?.[1];
  if (tag === undefined) {
    throw new AppError('invalid', 'rest.malformed-etag', 'If-Match: the form is W/"version".');
  }
  return /^[1-9]\d{0,8}$/.test(tag) ? Number(tag) : noVersion;
}

export type Held = { readonly ifNoneMatch: string | undefined; readonly ifModifiedSince: string | undefined };

/** What the client says it already holds of a resource. */
export function heldBy({ headers }: FastifyRequest): Held {
  return { ifNoneMatch: headers['if-none-match'], ifModifiedSince: headers['if-modified-since'] };
}

/** Whether the client already holds this version (`If-None-Match`, else `If-Modified-Since`). */
export function isNotModified({ ifNoneMatch, ifModifiedSince }: Held, version: number, updated: string): boolean {
  if (ifNoneMatch !== undefined) {
    const tags = ifNoneMatch.split(',').map((each) => each.trim().replace(/^W\//, ''));
    return tags.includes('*') || tags.includes(`"${version}"`);
  }
  if (ifModifiedSince === undefined) {
    return false;
  }
  return Math.floor(Date.parse(updated) / 1000) <= Math.floor(Date.parse(ifModifiedSince) / 1000);
}

export function mediaTypeOf(request: FastifyRequest): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

export function bodyOf(request: FastifyRequest): string {
  if (typeof request.body !== 'string' || request.body === '') {
    throw new AppError('invalid', 'rest.no-body', 'The request needs a body.');
  }
  return request.body;
}

export function queryOf({ url }: FastifyRequest): URLSearchParams {
  const at = url.indexOf('?');
  return readParameters(at < 0 ? '' : url.slice(at + 1));
}

/**
 * Parameters in the form of an address or of an HTML form. Unlike `URLSearchParams` alone it refuses what is no UTF-8:
 * a search for a replacement character in place of the one meant would find nothing and say so.
 */
export function readParameters(text: string): URLSearchParams {
  try {
    decodeURIComponent(text);
  } catch (cause) {
    const why = 'The parameters are malformed: after each % two hexadecimal digits of well-formed UTF-8 are wanted.';
    throw new AppError('invalid', 'rest.malformed-query', why, { cause });
  }
  return new URLSearchParams(text);
}
