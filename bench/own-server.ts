import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { openProgramDatabase } from '#platform/database';
import { createServer } from '#platform/http';
import { registerFhir } from '#platform/rest';
import { migrationParts } from '../src/migration-parts.ts';
import { serveParent } from './child-process.ts';

export type StartOwnServer = { readonly dataDir: string };
export type OwnServer = { readonly base: string; readonly ownerUrl: string };

/** Our own server in a process of its own, on a free port and an embedded PostgreSQL with durable settings. */
let stop = async (): Promise<void> => undefined;

async function start({ dataDir }: StartOwnServer): Promise<OwnServer> {
  const database = await openProgramDatabase({ dataDir, migrationParts, program: 'vsis bench' });
  stop = database.close;
  const app = createServer({ logger: pino({ level: 'warn' }) });
  stop = async () => {
    await app.close();
    await database.close();
  };
  await registerFhir(app, {
    store: { sql: database.sql, now: () => new Date() },
    actorOf: async () => ({ name: 'bench' }),
    version: 'bench',
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo; // as: it listens on TCP
  return { base: `http://127.0.0.1:${port}/fhir`, ownerUrl: database.ownerUrl };
}

serveParent<StartOwnServer, OwnServer>(start, () => stop());
