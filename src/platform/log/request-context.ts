import { AsyncLocalStorage } from 'node:async_hooks';

const requests = new AsyncLocalStorage<string>();

/** Runs `work`, and everything it starts, under this request's number; log lines written meanwhile carry it. */
export function runWithRequestId<T>(requestId: string, work: () => T): T {
  return requests.run(requestId, work);
}

/** The number of the request that the present work belongs to. */
export const currentRequestId = (): string | undefined => requests.getStore();
