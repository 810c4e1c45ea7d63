import type { Events } from '#platform/events';
import type { Log } from '#platform/log';
import type { Guard } from '#platform/store';
import { type DeliveryOptions, startDelivery } from './delivery/delivery.ts';
import { guardSubscriptions, guardTopics } from './guards.ts';
import { createRecorder } from './record-events.ts';

export type SubscriptionsOptions = Omit<DeliveryOptions, 'baseUrl'> & { readonly events: Events; readonly log: Log };

/** FHIR subscriptions: what is checked when they are written, and what is done for them while the program runs. */
export type Subscriptions = {
  /** For the store through which Subscriptions and topics are written. */
  readonly guards: Readonly<Record<string, Guard>>;
  /** Begins to serve. `baseUrl` is the address of the FHIR API that notifications name. */
  readonly start: (baseUrl: () => string) => Promise<void>;
  readonly close: () => Promise<void>;
};

export function createSubscriptions(options: SubscriptionsOptions): Subscriptions {
  const { store, events, log, rules } = options;
  let stop = async (): Promise<void> => undefined;
  return {
    guards: { Subscription: guardSubscriptions(rules, store.now), Basic: guardTopics },
    start: async (baseUrl) => {
      const delivery = startDelivery({ ...options, baseUrl });
      stop = delivery.close;
      await events.subscribe(createRecorder({ sql: store.sql, log, now: store.now, onRecorded: delivery.wake }));
    },
    close: () => stop(),
  };
}
