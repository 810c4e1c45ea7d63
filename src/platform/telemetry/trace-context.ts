import { currentContext, type TracePlace } from '#platform/log';

const form = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-.*)?$/;

/** The place a `traceparent` header speaks of (W3C Trace Context 1); undefined where it is none. */
export function readTraceparent(header: string | readonly string[] | undefined): TracePlace | undefined {
  const [, traceId = '', spanId = '', flags = ''] = (typeof header === 'string' ? form.exec(header) : null) ?? [];
  if (/^0*$/.test(traceId) || /^0*$/.test(spanId) || (typeof header === 'string' && header.startsWith('ff'))) {
    return undefined;
  }
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** Headers that hand the present trace on to another program; none where there is no trace. */
export function traceHeaders(): Readonly<Record<string, string>> {
  const trace = currentContext()?.trace;
  return trace ? { traceparent: `00-${trace.traceId}-${trace.spanId}-${trace.isSampled ? '01' : '00'}` } : {};
}
