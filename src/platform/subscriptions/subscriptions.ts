import type { FastifyInstance } from 'fastify';
import type { Events } from '#platform/events';
import type { Log } from '#platform/log';
import type { FhirContext, Operation } from '#platform/rest';
import { coreParameters } from '#platform/search';
import type { Guard } from '#platform/store';
import { describeSubscriptions, fulfilledStatement } from './capability.ts';
import { type DeliveryOptions, startDelivery } from './delivery/delivery.ts';
import { guardSubscriptions, guardTopics } from './guards.ts';
import { events as eventsOperation } from './operations/events.ts';
import { getWsBindingToken } from './operations/get-ws-binding-token.ts';
import { status } from './operations/status.ts';
import { topics as topicsOperation } from './operations/topics.ts';
import { createRecorder } from './record-events.ts';
import { rememberTopics } from './topics/find-topics.ts';
import { serveSockets } from './websocket/websocket.ts';

export type SubscriptionsOptions = Omit<DeliveryOptions, 'baseUrl' | 'topics'> & {
  readonly events: Events;
  readonly log: Log;
  /** Bytes that may wait for the client of a websocket before it is cut. */
  readonly waitingAtMost?: number;
};

/** FHIR subscriptions: what is checked when they are written, what can be asked, and what is done for them. */
export type Subscriptions = {
  /** For the store through which Subscriptions and topics are written. */
  readonly guards: Readonly<Record<string, Guard>>;
  /** For the FHIR API. */
  readonly operations: readonly Operation[];
  readonly instantiates: readonly string[];
  readonly describe: NonNullable<FhirContext['describe']>;
  /** Mounts the websocket, serves while the server listens, and stops with it. */
  readonly mount: (app: FastifyInstance) => Promise<void>;
};

export function createSubscriptions(options: SubscriptionsOptions): Subscriptions {
  const { store, events, log, pollMs, waitingAtMost } = options;
  const { sql, now } = store;
  let mounted: FastifyInstance | undefined;
  const port = (): number | undefined => mounted?.addresses().find((each) => typeof each === 'object')?.port; // none for a socket of the file system
  const rules = { ...options.rules, own: { port, baseUrl: store.baseUrl } };
  return {
    guards: {
      Subscription: guardSubscriptions(rules, now, () => store.parameters?.table() ?? coreParameters),
      Basic: guardTopics,
    },
    operations: [status, eventsOperation, getWsBindingToken, topicsOperation],
    instantiates: [fulfilledStatement],
    describe: (baseUrl) => describeSubscriptions(sql, baseUrl),
    mount: async (app) => {
      mounted = app;
      const baseUrl = (): string => store.baseUrl ?? `${app.listeningOrigin}/fhir`;
      const topics = rememberTopics(sql);
      const polls = pollMs === undefined ? {} : { pollMs };
      const waiting = waitingAtMost === undefined ? {} : { waitingAtMost };
      const sockets = await serveSockets(app, { sql, log, now, baseUrl, topics, ...polls, ...waiting });
      let stopDelivery = async (): Promise<void> => undefined;
      app.addHook('onListen', async () => {
        const delivery = startDelivery({ ...options, rules, baseUrl, topics });
        stopDelivery = delivery.close;
        const onRecorded = (): void => {
          delivery.wake();
          sockets.wake();
        };
        await events.subscribe(createRecorder({ store, log, onRecorded }));
      });
      app.addHook('onClose', async () => {
        await sockets.close();
        await stopDelivery();
      });
    },
  };
}
