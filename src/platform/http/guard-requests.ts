import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors';

const loopbackName = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const authority = /^([\w.-]+|\[[\da-f:]+\])(?::\d{1,5})?$/i;

/**
 * Keeps pages of other sites, open in a browser of this machine, from using the server as their own. A request must
 * name this machine (a foreign name that resolves to it is DNS rebinding), and what a browser marks as sent by another
 * site is refused, but for a person following a link. Programs that are no browsers send no such marks; those of
 * HTTP/1.0 name no host, which no browser leaves out.
 * `ownNames` are host names beside those of the loopback.
 */
export function guardRequests(app: FastifyInstance, ownNames: readonly string[] = []): void {
  const names = new Set(ownNames.map((name) => name.toLowerCase()));
  app.addHook('onRequest', (request, _reply, done) => done(refusalOf(request)));
  const refusalOf = (request: FastifyRequest): AppError | undefined => {
    const { host } = request.headers;
    const name = authority.exec(host ?? '')?.[1]?.toLowerCase() ?? '';
    if (host !== undefined && !loopbackName.test(name) && !names.has(name)) {
      return new AppError(
        'forbidden',
        'http.foreign-host',
        'The request does not address this server by its own name.',
      );
    }
    if (isFromElsewhere(request)) {
      return new AppError('forbidden', 'http.foreign-origin', 'Pages of other sites may not use this server.');
    }
    return undefined;
  };
}

/** W3C Fetch Metadata; `Origin` speaks for browsers that do not send it. Another port of this machine is another site. */
function isFromElsewhere({ method, headers }: FastifyRequest): boolean {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'] ?? 'none';
  if (origin !== undefined && origin.replace(/^https?:\/\//, '') !== host) {
    return true;
  }
  const followsLink =
    (method === 'GET' || method === 'HEAD') &&
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document';
  return site !== 'same-origin' && site !== 'none' && !followsLink;
}
