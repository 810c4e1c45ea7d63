import type { Socket } from 'node:net';
import websocket, { type WebSocket } from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import { createPause } from '#platform/events';
import type { Log } from '#platform/log';
import type { Sql } from '#platform/store';
import { gauge } from '#platform/telemetry';
import { listServed } from '../subscription-store.ts';
import type { Topics } from '../topics/find-topics.ts';
import { type Connection, createConnection, type SocketSurroundings } from './connection.ts';
import { websocketPath } from './websocket-path.ts';

export type SocketOptions = {
  readonly sql: Sql;
  readonly log: Log;
  readonly now: () => Date;
  readonly baseUrl: () => string;
  readonly topics: () => Promise<Topics>;
  /** How often it is looked for events that another process has kept. */
  readonly pollMs?: number;
  readonly waitingAtMost?: number;
};

export type Sockets = { readonly wake: () => void; readonly close: () => Promise<void> };

const messageBytesAtMost = 1024;
/** Messages of a client that wait for those before them. */
const messagesAtMost = 20;
const connectionsAtMost = 2000;
/** A client that does not answer between two signs of life is gone. */
const aliveEveryMs = 30_000;

const goodbyeMs = 1000;
const refusedMs = 2000;

/** Says goodbye, and hangs up on a client that does not answer. */
function endSocket(socket: WebSocket): void {
  socket.close(1001, 'The server stops; connect again.');
  setTimeout(() => socket.terminate(), goodbyeMs).unref();
}

let openConnections = 0;
gauge(
  { name: 'vsis_subscriptions_websockets', about: 'Open websockets of subscribers.', across: 'sum' },
  () => openConnections,
);

/** Takes connections and keeps them informed, each process its own, until `close`. */
export async function serveSockets(app: FastifyInstance, options: SocketOptions): Promise<Sockets> {
  const { sql, log, now, pollMs = 500, waitingAtMost = 1024 * 1024 } = options;
  const around: SocketSurroundings = { sql, now, baseUrl: options.baseUrl, waitingAtMost };
  const connections = new Map<WebSocket, Connection & { isAlive: boolean }>();
  const pause = createPause();
  const stop = new AbortController();

  const take = (socket: WebSocket): void => {
    if (connections.size >= connectionsAtMost) {
      socket.close(1013, 'There are too many connections; try again later.');
      return;
    }
    const connection = { ...createConnection(socket, around), isAlive: true };
    connections.set(socket, connection);
    openConnections += 1;
    let turn = Promise.resolve();
    let waiting = 0;
    const receive = async (text: string): Promise<void> => {
      try {
        await (socket.readyState === socket.OPEN ? connection.receive(text) : undefined);
      } catch (error) {
        give(socket, error);
      }
      waiting -= 1;
    };
    socket.on('message', (data, isBinary) => {
      if (waiting > messagesAtMost) {
        socket.close(1008, 'Too many messages; wait for each answer.');
        return;
      }
      waiting += 1;
      const text = isBinary ? '' : String(data);
      turn = turn.then(() => receive(text));
    });
    socket.on('pong', () => {
      connection.isAlive = true;
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      connections.delete(socket);
      openConnections -= 1;
    });
  };

  const give = (socket: WebSocket, error: unknown): void => {
    log.error({ err: error }, 'a websocket could not be served');
    socket.close(1011, 'Something went wrong; connect again.');
  };

  const pumpAll = async (): Promise<void> => {
    const ids = [...new Set([...connections.values()].flatMap((each) => each.ids()))];
    if (ids.length === 0) {
      return;
    }
    const found = new Map(
      (await listServed(sql, { ids, states: [], limit: ids.length })).map((each) => [each.id, each]),
    );
    const served = new Map(ids.map((id) => [id, found.get(id)])); // what is bound meanwhile has its turn next time
    const topics = await options.topics();
    for (const [socket, connection] of connections) {
      await connection.pump(served, topics).catch((error: unknown) => give(socket, error));
    }
  };

  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await pumpAll().catch((error: unknown) => log.error({ err: error }, 'websockets could not be looked through'));
      await pause.wait(pollMs);
    }
  };

  const alive = setInterval(() => {
    for (const [socket, connection] of connections) {
      if (!connection.isAlive) {
        socket.terminate();
        continue;
      }
      connection.isAlive = false;
      socket.ping();
    }
  }, aliveEveryMs);

  // A refusal leaves the connection open and read by nobody; one that becomes a websocket has its own signs of life.
  app.server.on('upgrade', (_request, socket: Socket) => socket.setTimeout(refusedMs, () => socket.destroy()));
  await app.register(async (part) => {
    await part.register(websocket, {
      options: { maxPayload: messageBytesAtMost, perMessageDeflate: false },
      preClose: (done) => {
        connections.forEach((_, socket) => endSocket(socket));
        part.websocketServer.close();
        done();
      },
    });
    part.get(websocketPath, { websocket: true }, take);
  });
  const running = run();
  return {
    wake: pause.wake,
    close: async () => {
      stop.abort();
      pause.wake();
      clearInterval(alive);
      await running;
    },
  };
}
