import type { FastifyInstance } from 'fastify';
import type { Log } from './create-log.ts';
import { runWithRequestId } from './request-context.ts';

/** What is asked all the time by machines and tells nobody anything. */
const quietRoutes: ReadonlySet<string> = new Set(['/health/live', '/health/ready']);

/**
 * Gives every request its context and writes one line when it was answered: method, the route's pattern, status and
 * duration. Never the address, which names people.
 */
export function logRequests(app: FastifyInstance, log: Log): void {
  // The fields below are all there are: looking for forbidden ones in each line would cost a sixth of a read.
  const lines = log.child({}, { redact: [] });
  app.addHook('onRequest', (request, _reply, done) => runWithRequestId(request.id, done));
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    if (quietRoutes.has(route) && reply.statusCode < 400) return;
    lines.info(
      { method: request.method, route, status: reply.statusCode, durationMs: Math.round(reply.elapsedTime * 10) / 10 },
      'answered',
    );
  });
}
