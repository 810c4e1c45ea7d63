import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TracePlace, WorkContext } from '#platform/log';
import { type RunningSpan, spansAreKept, startSpan } from './spans.ts';
import { readTraceparent } from './trace-context.ts';

const serverKind = 1; // SpanKind.SERVER
/** Asked all the time by machines. */
const quiet = '/health/';

/**
 * What the work of a request belongs to: the trace that the client says, or a new one. Where spans are kept it is given one,
 * which ends with its answer. The address is no part of a span, only the route's pattern is.
 */
export function traceRequest(request: FastifyRequest, { raw }: FastifyReply): WorkContext {
  const { id: requestId, headers } = request;
  const { traceparent } = headers;
  const isKept = spansAreKept() && !request.url.startsWith(quiet);
  if (traceparent === undefined && !isKept) return { requestId };
  const trace = readTraceparent(traceparent);
  const span = isKept ? startRequestSpan(request, trace) : undefined;
  if (span) {
    raw.once('close', () => span.end({ 'http.response.status_code': raw.statusCode }, raw.statusCode >= 500));
  }
  return { requestId, trace: span?.place ?? trace };
}

function startRequestSpan(request: FastifyRequest, parent: TracePlace | undefined): RunningSpan | undefined {
  const { id, method } = request;
  const route = request.routeOptions.url ?? 'none';
  const attributes = { 'http.request.method': method, 'http.route': route, 'vsis.request_id': id };
  return startSpan(`${method} ${route}`, { kind: serverKind, attributes }, parent);
}
