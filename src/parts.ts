import type { FastifyInstance } from 'fastify';
import type { ProgramDatabase } from '#platform/database';
import type { Log, Progress } from '#platform/log';
import { registerFhir } from '#platform/rest';
import { registerHealth } from './health.ts';
import type { ProgramSettings } from './settings.ts';

/** What every part gets when it is mounted. */
export type PartContext = {
  readonly settings: ProgramSettings;
  readonly database: ProgramDatabase;
  readonly log: Log;
  readonly progress: Progress;
  /** Aborted when the program is asked to stop while it still starts. */
  readonly signal: AbortSignal;
  readonly version: string;
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

/** The parts of the program in the order they are prepared and mounted. */
export const parts: readonly Part[] = [
  { name: 'health', mount: (app, { database }) => registerHealth(app, database.sql) },
  {
    name: 'fhir',
    mount: (app, { database, version }) =>
      registerFhir(app, {
        store: { sql: database.sql, now: () => new Date() },
        actorOf: async () => ({ name: 'demo' }),
        version,
      }),
  },
];
