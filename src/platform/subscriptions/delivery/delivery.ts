import type { Events } from '#platform/events';
import { createPause } from '#platform/events';
import type { Log } from '#platform/log';
import type { Store } from '#platform/store';
import { removeEvents } from '../event-store.ts';
import { findDue, type Served } from '../subscription-store.ts';
import type { Topics } from '../topics/find-topics.ts';
import type { EndpointRules } from './endpoint-rules.ts';
import { defaultPauses, type RetryPauses } from './retry-pause.ts';
import { createCaller } from './send-request.ts';
import { serveOne } from './serve-one.ts';

export type DeliveryOptions = {
  readonly store: Store;
  readonly events: Events;
  readonly log: Log;
  readonly rules: EndpointRules;
  readonly baseUrl: () => string;
  readonly topics: () => Promise<Topics>;
  readonly pauses?: RetryPauses;
  /** How often it is looked what has become due. */
  readonly pollMs?: number;
  readonly keep?: Retention;
};

/** How long events are kept: those that were delivered for `$events`, those that were not for an endpoint to come back. */
export type Retention = { readonly deliveredMs: number; readonly undeliveredMs: number };

const dayMs = 24 * 3600 * 1000;
const defaultRetention: Retention = { deliveredMs: 7 * dayMs, undeliveredMs: 30 * dayMs };

/**
 * Calls under way at a time, those to endpoints that failed last time apart: a thousand endpoints that do not answer
 * wait for each other and for nobody else.
 */
const inFlightAtMost = { sound: 64, failing: 16 };
const tidyEveryMs = 3600 * 1000;
const faultPauseMs = 1000;

export type Delivery = { readonly wake: () => void; readonly close: () => Promise<void> };

/** Sends what is owed to subscribers by rest-hook, in one process at a time. */
export function startDelivery(options: DeliveryOptions): Delivery {
  const { store, events, log, rules, pollMs = 500 } = options;
  const pause = createPause();
  const stop = new AbortController();
  const caller = createCaller(rules);
  const underWay = new Map<string, { failing: boolean; done: Promise<void> }>();
  const keep = options.keep ?? defaultRetention;
  const surroundings = {
    store,
    caller,
    rules,
    baseUrl: options.baseUrl,
    topics: options.topics,
    pauses: options.pauses ?? defaultPauses,
    undeliveredMs: keep.undeliveredMs,
    signal: stop.signal,
  };
  let tidied = Number.NEGATIVE_INFINITY;

  const serve = async (served: Served): Promise<void> => {
    try {
      await serveOne(served, surroundings);
    } catch (error) {
      log.error({ err: error, subscription: served.id }, 'a subscription could not be served');
      await new Promise((resolve) => setTimeout(resolve, faultPauseMs));
    }
  };

  const begin = async (failing: boolean): Promise<void> => {
    const taken = [...underWay.values()].filter((each) => each.failing === failing).length;
    const limit = (failing ? inFlightAtMost.failing : inFlightAtMost.sound) - taken;
    const due = await findDue(store.sql, { now: store.now(), failing, without: [...underWay.keys()], limit });
    for (const served of due) {
      const done = serve(served).finally(() => {
        underWay.delete(served.id);
        pause.wake();
      });
      underWay.set(served.id, { failing, done });
    }
  };

  const tidy = async (): Promise<void> => {
    const now = store.now().getTime();
    if (now - tidied > tidyEveryMs) {
      tidied = now;
      await removeEvents(store.sql, new Date(now - keep.deliveredMs));
    }
  };

  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        if (await events.leadership.isLeader('subscriptions delivery')) {
          await begin(false);
          await begin(true);
          await tidy();
        }
        await pause.wait(pollMs);
      } catch (error) {
        log.error({ err: error }, 'subscriptions could not be looked through');
        await pause.wait(faultPauseMs);
      }
    }
  };

  const running = run();
  return {
    wake: pause.wake,
    close: async () => {
      stop.abort();
      pause.wake();
      await running;
      caller.close(); // calls under way end here; what was not accepted is sent again at the next start
      await Promise.all([...underWay.values()].map(({ done }) => done));
    },
  };
}
