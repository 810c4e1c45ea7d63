import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { type EmbeddedPostgres, openDatabase, type Sql, startEmbeddedPostgres } from '#platform/database';
import { serveParent } from './child-process.ts';
import {
  floorBody,
  floorConnections,
  insertRow,
  makeFloorDatabase,
  makeFloorTable,
  selectContent,
} from './floor-table.ts';

/** On the PostgreSQL of `ownerUrl`, or on one of its own in `dataDir`. */
export type StartFloorServer = { readonly ownerUrl: string } | { readonly dataDir: string };
export type FloorServer = { readonly base: string; readonly databaseUrl: string; readonly postgresVersion: string };

const cleanUps: (() => Promise<void>)[] = [];

async function start(request: StartFloorServer): Promise<FloorServer> {
  const ownerUrl = 'ownerUrl' in request ? request.ownerUrl : await startPostgres(request.dataDir);
  const owner = openDatabase(ownerUrl, { max: 1 });
  const databaseUrl = await makeFloorDatabase(ownerUrl, owner.sql);
  const [row] = await owner.sql<{ version: string }[]>`select current_setting('server_version') as version`;
  await owner.close();
  const { sql, close } = openDatabase(databaseUrl, { max: floorConnections });
  cleanUps.push(close);
  await makeFloorTable(sql);
  return { base: await listen(sql), databaseUrl, postgresVersion: row?.version ?? 'unknown' };
}

async function startPostgres(dataDir: string): Promise<string> {
  const server: EmbeddedPostgres = await startEmbeddedPostgres({ dataDir, program: 'vsis bench' });
  cleanUps.push(server.stop);
  return server.ownerUrl('postgres');
}

/** Nothing but the framework and one statement: no validation, no access decision, no log. */
async function listen(sql: Sql): Promise<string> {
  const app = fastify();
  cleanUps.push(() => app.close());
  const constant = floorBody(0);
  app.get('/constant', async (_request, reply) => reply.type('application/json').send(constant));
  app.post('/echo', async (request, reply) => reply.type('application/json').send(request.body));
  app.get('/row/:id', async (request, reply) => {
    const { id } = request.params as { id: string }; // as: the route has this parameter
    return reply.type('application/json').send(await selectContent(sql, id));
  });
  await app.register(async (texts) => {
    texts.removeAllContentTypeParsers();
    texts.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    texts.post('/row', async (request, reply) => {
      const body = String(request.body);
      await insertRow(sql, body);
      return reply.code(201).type('application/json').send(body);
    });
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo; // as: it listens on TCP
  return `http://127.0.0.1:${port}`;
}

serveParent<StartFloorServer, FloorServer>(start, async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});
