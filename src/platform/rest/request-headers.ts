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

/** The version an `If-Match` names: `W/"3"`. */
export function readIfMatch(value: string | undefined): number | undefined {
  if (value === undefined) {
    return undefined;
  }
  const match = /^(?:W\/)?"(\d{1,9})"$/.exec(value.trim());
  if (!match) {
    throw new AppError('invalid', 'rest.malformed-etag', 'If-Match: the form is W/"version".');
  }
  return Number(match[1]);
}

/** Whether the client already holds this version (`If-None-Match`, else `If-Modified-Since`). */
export function isNotModified(request: FastifyRequest, version: number, updated: string): boolean {
  const tags = request.headers['if-none-match'];
  if (tags !== undefined) {
    return tags.split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === `"${version}"`);
  }
  const since = request.headers['if-modified-since'];
  if (since === undefined) {
    return false;
  }
  return Math.floor(Date.parse(updated) / 1000) <= Math.floor(Date.parse(since) / 1000);
}

const jsonTypes = new Set(['application/fhir+json', 'application/json', 'text/json', 'application/json+fhir']);

export function mediaTypeOf(request: FastifyRequest): string {
  return (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** Refuses a body that is not JSON. */
export function requireJson(request: FastifyRequest): string {
  if (!jsonTypes.has(mediaTypeOf(request))) {
    throw new AppError(
      'unsupportedMediaType',
      'rest.media-type',
      'Content-Type must be application/fhir+json; this server reads no other form of a resource.',
    );
  }
  return bodyOf(request);
}

export function bodyOf(request: FastifyRequest): string {
  if (typeof request.body !== 'string' || request.body === '') {
    throw new AppError('invalid', 'rest.no-body', 'The request needs a body.');
  }
  return request.body;
}

const acceptable = /json|\*\/\*|application\/\*|text\/html|text\/plain|text\/\*/;

/** Refuses a client that wants something other than JSON, by `_format` or `Accept`. */
export function requireJsonWanted(request: FastifyRequest): void {
  const format = queryOf(request).get('_format');
  const wanted = format ?? request.headers.accept ?? '*/*';
  if (!acceptable.test(wanted) && wanted.trim() !== '') {
    throw new AppError(
      'notAcceptable',
      'rest.not-acceptable',
      'This server answers in JSON (application/fhir+json) only.',
    );
  }
}

export function queryOf(request: FastifyRequest): URLSearchParams {
  const at = request.url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : request.url.slice(at + 1));
}
