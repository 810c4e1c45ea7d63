import { AsyncLocalStorage } from 'node:async_hooks';

/** Where some work stands in a trace (W3C Trace Context): what it does belongs below this span. */
export type TracePlace = { readonly traceId: string; readonly spanId: string; readonly isSampled: boolean };

/** What the present work belongs to. */
export type WorkContext = { readonly requestId?: string | undefined; readonly trace?: TracePlace | undefined };

const contexts = new AsyncLocalStorage<WorkContext>();

/** Runs `work`, and everything it starts, in this context; log lines written meanwhile tell it. */
export function runInContext<T>(context: WorkContext, work: () => T): T {
  return contexts.run(context, work);
}

export const currentContext = (): WorkContext | undefined => contexts.getStore();

/** The same, with the number of a request alone. */
export function runWithRequestId<T>(requestId: string, work: () => T): T {
  return contexts.run({ requestId }, work);
}

/** The number of the request that the present work belongs to. */
export const currentRequestId = (): string | undefined => contexts.getStore()?.requestId;
