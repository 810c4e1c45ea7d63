import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '#platform/errors';
import { counter, gauge } from '#platform/telemetry';

export type TrafficLimits = {
  /** Most requests at a time; the next one is refused with 503 at once rather than made to wait. */
  readonly requestsAtMost: number;
  /** Whether what all requests need is not to be had now. Then new ones are refused, and those that wait are let go. */
  readonly isStuck?: () => boolean;
};

/** The requests of one server: how many are under way, and how they come to an end when it stops. */
export type Traffic = {
  readonly underWay: () => number;
  /** From here on every answer ends its connection; connections and requests are still taken. */
  readonly startDraining: () => void;
  /** Takes no connection any more and waits for the requests under way, `limitMs` at most. How many were cut off. */
  readonly finish: (limitMs: number) => Promise<number>;
};

type UnderWay = { readonly request: FastifyRequest; readonly reply: FastifyReply; readonly sinceMs: number };

/** What watches this machine must get through always. */
const exempt = '/health/';
const sweepEveryMs = 1_000;
/** A read that was let go can be asked again; what became of a write is not known then, so it is waited for longer. */
const patienceMs = { read: 5_000, write: 60_000 };
/** A connection that was just made may be about to bring a request. */
const lullMs = 250;

const servers = new Set<ReadonlyMap<ServerResponse, UnderWay>>();
gauge({ name: 'vsis_http_requests_under_way', about: 'Requests that are not answered yet.', across: 'sum' }, () =>
  [...servers].reduce((sum, { size }) => sum + size, 0),
);
const refused = counter({ name: 'vsis_http_refused_total', about: 'Requests refused or let go to protect the rest.' });
const overload = refused.with({ reason: 'too-many' });
const stuck = refused.with({ reason: 'database-stuck' });
const letGo = refused.with({ reason: 'waited-too-long' });

const tooMany = (): AppError =>
  new AppError(
    'unavailable',
    'http.too-many-requests',
    'The server has as many requests as it can work on; try again.',
  );
const notToBeHad = (): AppError =>
  new AppError('unavailable', 'http.database-stuck', 'The database does not answer in time; try again shortly.');
const mayHaveHappened = (): AppError =>
  new AppError(
    'unavailable',
    'http.outcome-unknown',
    'The database does not answer in time. Whether the request was carried out is not known; look before you send it again.',
  );

/** Counts the requests of a server, refuses what is more than it can do, and lets it stop without cutting anybody off. */
export function watchTraffic(app: FastifyInstance, { requestsAtMost, isStuck = () => false }: TrafficLimits): Traffic {
  const requests = new Map<ServerResponse, UnderWay>();
  let isDraining = false;
  app.addHook('onRequest', (request, reply, done) => {
    const { raw } = reply;
    requests.set(raw, { request, reply, sinceMs: performance.now() });
    raw.once('close', () => requests.delete(raw));
    done(isExempt(request) ? undefined : reasonToRefuse());
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isDraining) reply.header('Connection', 'close');
    done();
  });
  const reasonToRefuse = (): AppError | undefined => {
    if (requests.size > requestsAtMost) {
      overload.add();
      return tooMany();
    }
    if (isStuck()) {
      stuck.add();
      return notToBeHad();
    }
    return undefined;
  };
  const sweep = setInterval(() => {
    if (isStuck()) letWaitingGo(requests.values());
  }, sweepEveryMs);
  sweep.unref();
  servers.add(requests);
  app.addHook('onClose', async () => {
    clearInterval(sweep);
    servers.delete(requests);
  });
  return {
    underWay: () => requests.size,
    startDraining: () => {
      isDraining = true;
    },
    finish: (limitMs) => finish(app, requests, limitMs),
  };
}

const isExempt = ({ url }: FastifyRequest): boolean => url.startsWith(exempt);

function letWaitingGo(requests: Iterable<UnderWay>): void {
  const nowMs = performance.now();
  for (const { request, reply, sinceMs } of requests) {
    const isRead = request.method === 'GET' || request.method === 'HEAD' || request.url.includes('/_search');
    if (
      reply.sent ||
      reply.raw.headersSent ||
      isExempt(request) ||
      nowMs - sinceMs < (isRead ? patienceMs.read : patienceMs.write)
    )
      continue;
    letGo.add();
    reply.send(isRead ? notToBeHad() : mayHaveHappened());
  }
}

async function finish(
  app: FastifyInstance,
  requests: ReadonlyMap<ServerResponse, UnderWay>,
  limitMs: number,
): Promise<number> {
  const deadlineMs = performance.now() + limitMs;
  const { promise: allGone, resolve } = Promise.withResolvers<true>();
  app.server.close(() => resolve(true));
  let quietSinceMs = performance.now();
  while (performance.now() < deadlineMs) {
    if (await Promise.race([allGone, delay(10, false)])) return 0;
    if (requests.size > 0) quietSinceMs = performance.now();
    else if (performance.now() - quietSinceMs > lullMs) break;
  }
  const cut = requests.size;
  app.server.closeAllConnections();
  return cut;
}
