import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { isDatabaseAway, isStatementTimeout } from '#platform/database';
import { AppError } from '#platform/errors';
import { toOutcome } from './to-outcome.ts';

const retryAfterSeconds: Readonly<Record<number, number>> = { 429: 10, 503: 2 };

/** The only place where something thrown becomes an answer. */
export function sendError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = toAppError(thrown);
  const { status, body } = toOutcome(error, request.id);
  if (status >= 500) {
    request.log.error({ err: error.cause ?? error, code: error.code }, 'request failed');
  }
  const seconds = retryAfterSeconds[status];
  if (seconds !== undefined && !reply.hasHeader('Retry-After')) {
    reply.header('Retry-After', String(seconds));
  }
  return reply.code(status).type('application/fhir+json; charset=utf-8').send(JSON.stringify(body));
}

/** What was thrown, in the vocabulary of errors; the unknown becomes a fault that tells nothing. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) {
    return thrown;
  }
  if (isFastifyError(thrown)) {
    return fromFastify(thrown);
  }
  if (isDatabaseAway(thrown)) {
    return new AppError('unavailable', 'http.database-away', 'The database does not answer; try again shortly.', {
      cause: thrown,
    });
  }
  if (isStatementTimeout(thrown)) {
    return tookTooLong(thrown);
  }
  return new AppError('fault', 'http.unexpected', 'Something went wrong here.', { cause: thrown });
}

function tookTooLong(cause: unknown): AppError {
  const text = 'The request asks for more than the database can do in the time it has; ask for less at a time.';
  return new AppError('unavailable', 'http.took-too-long', text, {
    cause,
    issues: [{ severity: 'error', code: 'timeout', text }],
  });
}

function isFastifyError(thrown: unknown): thrown is FastifyError {
  return thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('FST_');
}

function fromFastify(error: FastifyError): AppError {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new AppError('tooLarge', 'http.body-too-large', 'The body is larger than this server takes.');
    case 'FST_ERR_BAD_URL':
      return new AppError('invalid', 'http.malformed-address', 'The address is malformed.');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new AppError('notFound', 'http.no-route', 'There is nothing at this address.');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new AppError('unsupportedMediaType', 'http.media-type', 'The body has no usable Content-Type.');
    default:
      return (error.statusCode ?? 500) < 500
        ? new AppError('invalid', 'http.malformed-request', 'The request is malformed.', { cause: error })
        : new AppError('fault', 'http.unexpected', 'Something went wrong here.', { cause: error });
  }
}
