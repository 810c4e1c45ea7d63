import type { FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors';
import { readDemoToken } from '#platform/identity';
import type { Actor } from '#platform/store';

/** Without a token: somebody at this machine, since nobody else can connect. */
const localPerson = 'local';

/** Reads who stands behind a request from its bearer token. A token that is wrong is refused, none at all is not yet. */
export function actorReader(key: Uint8Array): (request: FastifyRequest) => Promise<Actor> {
  return async (request) => {
    const { authorization } = request.headers;
    if (authorization === undefined) {
      return { name: localPerson, requestId: request.id };
    }
    const token = /^Bearer (\S+)$/i.exec(authorization)?.[1];
    if (token === undefined) {
      throw new AppError('unauthenticated', 'identity.no-bearer', 'Authorization must be of the form: Bearer token.');
    }
    const { subject } = await readDemoToken(key, token);
    return { name: subject, requestId: request.id };
  };
}
