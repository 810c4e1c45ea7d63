import type { Context, Span, SpanOptions, Tracer } from '@opentelemetry/api';
import { currentContext, runInContext, type TracePlace } from '#platform/log';

/** What is told of a span: words of the program and numbers, never a value that somebody sent. */
export type SpanFields = Readonly<Record<string, string | number>>;

/** What `openExport` puts in while spans are kept. */
export type SpanKeeper = {
  readonly tracer: Tracer;
  /** The context of the library below which a span of this place is started. */
  readonly below: (place: TracePlace | undefined) => Context;
};

let keeper: SpanKeeper | undefined;

/** Keeps spans from here on; none with undefined. */
export function keepSpans(next: SpanKeeper | undefined): void {
  keeper = next;
}

export const spansAreKept = (): boolean => keeper !== undefined;

/** A span that is under way. */
export type RunningSpan = {
  readonly place: TracePlace;
  readonly end: (fields?: SpanFields, failed?: boolean) => void;
};

const errorStatus = 2; // SpanStatusCode.ERROR, named here so that the library is loaded only where spans are kept
const sampledFlag = 1;

/** Starts a span below `parent`; undefined where spans are not kept, or not of this trace. */
export function startSpan(
  name: string,
  options: SpanOptions = {},
  parent: TracePlace | undefined = currentContext()?.trace,
): RunningSpan | undefined {
  if (keeper === undefined || parent?.isSampled === false) return undefined;
  const span = keeper.tracer.startSpan(name, options, keeper.below(parent));
  return { place: placeOf(span), end: (fields, failed) => end(span, fields, failed) };
}

function placeOf(span: Span): TracePlace {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return { traceId, spanId, isSampled: (traceFlags & sampledFlag) === sampledFlag };
}

function end(span: Span, fields: SpanFields = {}, failed = false): void {
  span.setAttributes({ ...fields });
  if (failed) span.setStatus({ code: errorStatus });
  span.end();
}

/** Does the work, and everything it starts, below a span of this name. Where spans are not kept it just does it. */
export function inSpan<T>(name: string, work: () => T, fields: SpanFields = {}): T {
  if (keeper === undefined) return work();
  const span = startSpan(name, { attributes: { ...fields } });
  if (!span) return work();
  return runInContext({ ...currentContext(), trace: span.place }, () => endWith(span, work));
}

function endWith<T>(span: RunningSpan, work: () => T): T {
  try {
    const result = work();
    if (result instanceof Promise) {
      result.then(
        () => span.end(),
        () => span.end({}, true),
      );
    } else {
      span.end();
    }
    return result;
  } catch (error) {
    span.end({}, true);
    throw error;
  }
}
