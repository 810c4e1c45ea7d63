import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from './create-log.ts';
import { runInContext, type WorkContext } from './request-context.ts';

/** A request that was answered. */
export type Answered = {
  readonly method: string;
  /** The pattern of its route, `none` where it fitted none. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
};

export type RequestLogOptions = {
  /** What the work of a request belongs to, told by its lines. */
  readonly contextOf?: (request: FastifyRequest, reply: FastifyReply) => WorkContext;
  /** Told of each request once it was answered. */
  readonly onAnswer?: (answered: Answered) => void;
};

/** What is asked all the time by machines and tells nobody anything. */
const quietRoutes: ReadonlySet<string> = new Set(['/health/live', '/health/ready']);

/**
 * Gives every request its context and writes one line when it was answered: method, the route's pattern, status and
 * duration. Never the address, which names people.
 */
export function logRequests(app: FastifyInstance, log: Log, options: RequestLogOptions = {}): void {
  const { contextOf = ({ id }) => ({ requestId: id }), onAnswer } = options;
  // The fields below are all there are: looking for forbidden ones in each line would cost a sixth of a read.
  const lines = log.child({}, { redact: [] });
  app.addHook('onRequest', (request, reply, done) => runInContext(contextOf(request, reply), done));
  app.addHook('onResponse', (request, reply, done) => {
    const { method } = request;
    const { statusCode: status } = reply;
    const route = request.routeOptions.url ?? 'none';
    const durationMs = reply.elapsedTime;
    onAnswer?.({ method, route, status, durationMs });
    if (status >= 400 || !quietRoutes.has(route)) {
      lines.info({ method, route, status, durationMs: Math.round(durationMs * 10) / 10 }, 'answered');
    }
    done();
  });
}
