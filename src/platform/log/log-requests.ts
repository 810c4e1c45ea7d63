import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Log } from './create-log.ts';
import { runInContext, type WorkContext } from './request-context.ts';

/** What is asked all the time by machines and tells nobody anything. */
const quietRoutes: ReadonlySet<string> = new Set(['/health/live', '/health/ready']);

/**
 * Gives every request its context and writes one line when it was answered: method, the route's pattern, status and
 * duration. Never the address, which names people. `contextOf` says what of a request its lines tell besides.
 */
export function logRequests(
  app: FastifyInstance,
  log: Log,
  contextOf: (request: FastifyRequest) => WorkContext = ({ id }) => ({ requestId: id }),
): void {
  // The fields below are all there are: looking for forbidden ones in each line would cost a sixth of a read.
  const lines = log.child({}, { redact: [] });
  app.addHook('onRequest', (request, _reply, done) => runInContext(contextOf(request), done));
  app.addHook('onResponse', (request, reply, done) => {
    const { method } = request;
    const { statusCode: status } = reply;
    const route = request.routeOptions.url ?? 'none';
    if (status >= 400 || !quietRoutes.has(route)) {
      lines.info({ method, route, status, durationMs: Math.round(reply.elapsedTime * 10) / 10 }, 'answered');
    }
    done();
  });
}
