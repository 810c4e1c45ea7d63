import pino from 'pino';
import { createEvents } from '#platform/events';
import { createServer } from '#platform/http';
import { registerFhir } from '#platform/rest';
import { openAddedParameters, type Store } from '#platform/store';
import { createSubscriptions, type SubscriptionsOptions } from '#platform/subscriptions';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { createClient, type FhirServer } from './fhir-server.ts';

export type SubscriptionServerOptions = Partial<
  Pick<SubscriptionsOptions, 'pauses' | 'rules' | 'keep' | 'waitingAtMost'>
> & {
  /** A database that is there already; the caller drops it. */
  readonly database?: TestDatabase;
  /** Search parameters can be added, and are noticed after so many milliseconds. */
  readonly addedRefreshMs?: number;
  /** Milliseconds the server's clock is ahead; a test moves it. */
  readonly clock?: { aheadMs: number };
};

/** The FHIR API with everything that serves subscriptions, on a port of its own. */
export async function startSubscriptionServer(options: SubscriptionServerOptions = {}): Promise<FhirServer> {
  const database = options.database ?? (await createTestDatabase());
  const log = pino({ level: 'silent' });
  const clock = options.clock ?? { aheadMs: 0 };
  const now = (): Date => new Date(Date.now() + clock.aheadMs);
  const events = createEvents({ sql: database.sql, databaseUrl: database.url, log, pollMs: 50 });
  const refreshMs = options.addedRefreshMs;
  const parameters = refreshMs === undefined ? undefined : await openAddedParameters({ sql: database.sql, refreshMs });
  const plain: Store = { sql: database.sql, now, afterWrite: events.wake, ...(parameters ? { parameters } : {}) };
  const subscriptions = createSubscriptions({
    store: plain,
    events,
    log,
    rules: options.rules ?? { hosts: [], loopback: true },
    pauses: options.pauses ?? { firstMs: 20, mostMs: 100 },
    pollMs: 20,
    ...(options.keep ? { keep: options.keep } : {}),
    ...(options.waitingAtMost === undefined ? {} : { waitingAtMost: options.waitingAtMost }),
  });
  const store: Store = { ...plain, guards: subscriptions.guards };
  const app = createServer({ logger: log });
  const actorOf = async ({ id }: { id: string }) => ({ name: 'tester', requestId: id });
  const { operations, instantiates, describe } = subscriptions;
  await registerFhir(app, { store, actorOf, version: '0.0.0-test', operations, instantiates, describe });
  await subscriptions.mount(app);
  const origin = await app.listen({ host: '127.0.0.1', port: 0 });
  const baseUrl = `${origin}/fhir`;
  return {
    ...createClient(baseUrl),
    database,
    store,
    app,
    baseUrl,
    close: async () => {
      await app.close();
      await parameters?.[Symbol.asyncDispose]();
      await events.close();
      await (options.database ? undefined : database.drop());
    },
  };
}
