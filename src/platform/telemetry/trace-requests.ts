import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { WorkContext } from '#platform/log';
import { type RunningSpan, spansAreKept, startSpan } from './spans.ts';
import { readTraceparent } from './trace-context.ts';

const serverKind = 1; // SpanKind.SERVER
/** Asked all the time by machines. */
const quiet = '/health/';

/**
 * Gives the requests of a server a span each, ended with their answer. Returns what their work belongs to: the trace that
 * the client says, or a new one. The address is no part of a span, only the route's pattern is.
 */
export function traceRequests(app: FastifyInstance): (request: FastifyRequest) => WorkContext {
  const spans = new WeakMap<FastifyRequest, RunningSpan>();
  app.addHook('onResponse', (request, reply, done) => {
    const span = spansAreKept() ? spans.get(request) : undefined;
    span?.end({ 'http.response.status_code': reply.statusCode }, reply.statusCode >= 500);
    done();
  });
  return (request) => {
    const { id: requestId, headers, method } = request;
    const { traceparent } = headers;
    if (!spansAreKept() && traceparent === undefined) return { requestId };
    const trace = readTraceparent(traceparent);
    if (!spansAreKept() || request.url.startsWith(quiet)) return { requestId, trace };
    const route = request.routeOptions.url ?? 'none';
    const attributes = { 'http.request.method': method, 'http.route': route, 'vsis.request_id': requestId };
    const span = startSpan(`${method} ${route}`, { kind: serverKind, attributes }, trace);
    if (!span) return { requestId, trace };
    spans.set(request, span);
    return { requestId, trace: span.place };
  };
}
