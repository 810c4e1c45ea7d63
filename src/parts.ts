import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { importSources, openBulk } from '#platform/bulk';
import type { ProgramDatabase } from '#platform/database';
import type { Events } from '#platform/events';
import { startProgress } from '#platform/exchange';
import { servePortal } from '#platform/http';
import { demoTokenKey } from '#platform/identity';
import { type Log, logOf, type Progress } from '#platform/log';
import { registerFhir } from '#platform/rest';
import type { Store } from '#platform/store';
import { createSubscriptions, readHosts } from '#platform/subscriptions';
import { viewDefinitionRun } from '#platform/views';
import { actorReader } from './actor-of.ts';
import { demoIdentities } from './demo-identities.ts';
import { type Health, registerHealth } from './health.ts';
import { findUnfinishedSeed, seedWorld } from './seed-world.ts';
import type { ProgramSettings } from './settings.ts';

/** What every part gets when it is mounted. */
export type PartContext = {
  readonly settings: ProgramSettings;
  readonly database: ProgramDatabase;
  readonly store: Store;
  readonly events: Events;
  readonly log: Log;
  readonly progress: Progress;
  /** Aborted when the program is asked to stop: a long task breaks off, long answers and open sockets come to an end. */
  readonly signal: AbortSignal;
  readonly version: string;
  readonly health: Health;
};

/** What one part adds to the running program. All of it is optional but the name. */
export type Part = {
  readonly name: string;
  /** Work that must be done before anything is served, e.g. creating the invented country at the first start. */
  readonly prepare?: (context: PartContext) => Promise<void>;
  readonly mount?: (app: FastifyInstance, context: PartContext) => Promise<void> | void;
  /** Lines for the end of the start, each a label and a text. */
  readonly tell?: (context: PartContext) => Promise<readonly (readonly [string, string])[]>;
};

const portalFolder = fileURLToPath(new URL('../.cache/portal/', import.meta.url));

/** The invented country is made at the first start of demo mode, and gone on with where a start was interrupted. */
async function prepareWorld({ settings, database, store, progress, signal }: PartContext): Promise<void> {
  if (!settings.VSIS_DEMO) {
    return;
  }
  const today = new Date().toISOString().slice(0, 10);
  const left = await findUnfinishedSeed(database.sql, { people: settings.VSIS_PEOPLE, seed: 'vsis', today });
  if (left) {
    progress.end();
    const bar = startProgress(process.stdout, 'Inventing the country', 'resources');
    const total = left.people;
    await seedWorld(
      store,
      left,
      ({ people, resources }) => bar.show({ done: people, total, items: resources }),
      signal,
    );
    bar.finish();
  }
}

/** A few of the cast, one line each; `vsis token` lists them all. */
function demoSignIns(): (readonly [string, string])[] {
  const shown = ['grandmother', 'toddler', 'family-doctor', 'vaccinator'];
  const lines = demoIdentities
    .filter((entry) => shown.includes(entry.key))
    .map((entry) => `${entry.fin}  ${entry.name} (${entry.about.en})`);
  const [first = '', ...rest] = lines;
  return [
    ['Demo', first],
    ...rest.map((line) => ['', line] as const),
    ['Token', 'npm run vsis -- token --as family-doctor'],
  ];
}

/** The FHIR API with its subscriptions, which are served while it listens. */
async function mountFhir(app: FastifyInstance, { store, events, log, version, settings }: PartContext): Promise<void> {
  const subscriptions = createSubscriptions({
    store,
    events,
    log: logOf(log, 'subscriptions'),
    rules: { hosts: readHosts(settings.VSIS_SUBSCRIPTION_HOSTS), loopback: settings.VSIS_DEMO },
  });
  const actorOf = actorReader(await demoTokenKey(settings.VSIS_DATA_DIR));
  const bulk = openBulk({
    store,
    log: logOf(log, 'bulk'),
    actorOf,
    folder: join(settings.VSIS_DATA_DIR, 'bulk'),
    keepMs: settings.VSIS_BULK_KEEP_HOURS * 3_600_000,
    sources: importSources(settings),
  });
  bulk.mount(app);
  await registerFhir(app, {
    store: { ...store, guards: subscriptions.guards },
    actorOf,
    version,
    operations: [...bulk.operations, viewDefinitionRun(), ...subscriptions.operations],
    instantiates: [...bulk.instantiates, ...subscriptions.instantiates],
    describe: subscriptions.describe,
  });
  await subscriptions.mount(app);
}

/** The parts of the program in the order they are prepared and mounted. */
export const parts: readonly Part[] = [
  { name: 'health', mount: (app, { health }) => registerHealth(app, health) },
  {
    name: 'fhir',
    prepare: prepareWorld,
    mount: mountFhir,
    tell: async ({ settings }) => (settings.VSIS_DEMO ? demoSignIns() : []),
  },
  { name: 'portal', mount: (app) => servePortal(app, portalFolder) },
];
