import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { importFiles } from '#platform/exchange';
import { createServer, servePortal } from '#platform/http';
import { registerFhir } from '#platform/rest';
import type { Store } from '#platform/store';
import { seedWorld } from '../../src/seed-world.ts';
import { buildPortal } from '../../tools/build-portal.ts';
import { createTestDatabase } from './database.ts';

/** A day on which the demonstration child's vaccine is overdue and all histories end, so that tests do not age. */
export const testToday = '2026-11-23';

export type TestServer = {
  readonly baseUrl: string;
  readonly store: Store;
  readonly importFiles: (paths: readonly string[]) => Promise<void>;
  readonly close: () => Promise<void>;
};

/**
 * The real program on a database of its own and a free port: record, FHIR API and built portal, with as many people
 * of the seed country as asked for.
 */
export async function startTestServer({ people = 0 }: { people?: number } = {}): Promise<TestServer> {
  const database = await createTestDatabase();
  const store: Store = { sql: database.sql, now: () => new Date() };
  const app = createServer({ logger: pino({ level: 'silent' }) });
  const close = async (): Promise<void> => {
    await app.close();
    await database.drop();
  };
  try {
    if (!(await buildPortal())) throw new Error('the portal could not be built');
    if (people > 0) await seedWorld(store, { people, seed: 'vsis', today: testToday }, () => undefined);
    await registerFhir(app, { store, actorOf: async () => ({ name: 'test' }), version: '0.0.0' });
    await servePortal(app, fileURLToPath(new URL('../../.cache/portal/', import.meta.url)));
    const baseUrl = await app.listen({ host: '127.0.0.1', port: 0 });
    return {
      baseUrl,
      store,
      close,
      importFiles: async (paths) => {
        const { refused } = await importFiles(store, { name: 'test' }, paths, { onRefused: () => undefined });
        if (refused > 0) throw new Error(`${refused} resources were refused`);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
