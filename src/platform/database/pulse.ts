import { setTimeout as delay } from 'node:timers/promises';
import type { Sql } from './connect.ts';

/** Whether statements get through. */
export type Pulse = {
  /** No statement has come back for longer than is bearable: the server hangs, or every connection is taken. */
  readonly isStuck: () => boolean;
  readonly close: () => Promise<void>;
};

export type PulseOptions = { readonly everyMs?: number; readonly patienceMs?: number };

/**
 * Sends a small statement again and again through the same pool as everybody. An error is an answer: a database that
 * refuses is told to each request by itself.
 */
export function feelPulse(sql: Sql, { everyMs = 1_000, patienceMs = 5_000 }: PulseOptions = {}): Pulse {
  const stop = new AbortController();
  let askedAtMs: number | undefined;
  const beat = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      askedAtMs = performance.now();
      await sql`select 1`.catch(() => undefined);
      askedAtMs = undefined;
      await delay(everyMs, undefined, { signal: stop.signal, ref: false }).catch(() => undefined);
    }
  };
  void beat();
  return {
    isStuck: () => askedAtMs !== undefined && performance.now() - askedAtMs > patienceMs,
    close: async () => stop.abort(),
  };
}
