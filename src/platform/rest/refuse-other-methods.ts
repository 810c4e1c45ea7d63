import type { FastifyInstance } from 'fastify';
import { AppError } from '#platform/errors';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Remembers the addresses mounted after it; the function it gives answers their other methods with 405 and those that
 * are allowed, where otherwise they would not be found.
 */
export function watchMethods(app: FastifyInstance): () => void {
  const allowed = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const known = allowed.get(url) ?? new Set();
    [method].flat().forEach((each) => known.add(each));
    allowed.set(url, known);
  });
  return () => {
    const mounted = [...allowed]; // what follows is mounted too
    for (const [url, known] of mounted) {
      const others = methods.filter((each) => !known.has(each));
      const allow = [...known].join(', ');
      if (others.length > 0) {
        const path = url.startsWith(app.prefix) ? url.slice(app.prefix.length) : url;
        app.route({
          method: others,
          url: path === '' ? '/' : path,
          exposeHeadRoute: false,
          handler: async (request, reply) => {
            reply.header('Allow', allow);
            const text = `${request.method} is not possible here; ${allow} is.`;
            throw new AppError('unsupportedMethod', 'rest.method-not-allowed', text);
          },
        });
      }
    }
  };
}
