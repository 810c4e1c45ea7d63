import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { isJsonObject, type JsonObject } from '#platform/fhir';

/** A request that reached a receiver. */
export type Received = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; an empty object when there is none. */
  readonly body: JsonObject;
};

/** What a receiver does with a request: answers with a status, never answers, or cuts the connection. */
export type Behaviour = number | 'hang' | 'cut' | { readonly redirect: string };

/** A subscriber's server: a real one, which can be slow, wrong, or away. */
export type Receiver = {
  readonly url: string;
  /** In the order of their arrival, those that were refused too. */
  readonly received: Received[];
  /** Those that were answered with success. */
  readonly accepted: Received[];
  behave: (behaviour: Behaviour | ((request: Received) => Behaviour)) => void;
  /** Nobody listens any more, until `start`. */
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
};

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const accepted: Received[] = [];
  let behaviour: Behaviour | ((request: Received) => Behaviour) = 200;
  let server: Server | undefined;
  let port = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer); // as: no encoding is set
    const text = Buffer.concat(chunks).toString();
    const { method = '', url = '', headers } = request;
    const one: Received = { method, path: url, headers, text, body: toJson(text) };
    received.push(one);
    const now = typeof behaviour === 'function' ? behaviour(one) : behaviour;
    if (now === 'hang') return;
    if (now === 'cut') {
      request.socket.destroy();
      return;
    }
    if (typeof now === 'object') {
      response.writeHead(302, { Location: now.redirect }).end();
      return;
    }
    if (now < 300) accepted.push(one);
    response.writeHead(now).end('ok');
  };
  const start = async (): Promise<void> => {
    const started = createServer((request, response) => {
      answer(request, response).catch(() => response.destroy()); // the caller has gone
    });
    await new Promise<void>((resolve) => started.listen(port, '127.0.0.1', resolve));
    ({ port } = started.address() as AddressInfo); // as: it listens on a port
    server = started;
  };
  await start();
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    accepted,
    behave: (next) => {
      behaviour = next;
    },
    start,
    stop: async () => {
      const stopping = server;
      server = undefined;
      stopping?.closeAllConnections();
      await new Promise<void>((resolve) => (stopping ? stopping.close(() => resolve()) : resolve()));
    },
  };
}

function toJson(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}
