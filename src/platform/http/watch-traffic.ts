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

/** The answers that are not given yet, by what they are written to. */
type UnderWay = Map<ServerResponse, FastifyReply>;

/** What watches this machine must get through always. */
const exempt = '/health/';
const sweepEveryMs = 1_000;
/** A read that was let go can be asked again; what became of a write is not known then, so it is waited for longer. */
const patienceMs = { read: 5_000, write: 60_000 };
/** A connection that was just made may be about to bring a request. */
const lullMs = 250;

const servers = new Set<UnderWay>();
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
  const requests: UnderWay = new Map();
  let isDraining = false;
  function forget(this: ServerResponse): void {
    requests.delete(this);
  }
  app.addHook('onRequest', (request, reply, done) => {
    const { raw } = reply;
    requests.set(raw, reply);
    raw.on('close', forget);
    if (isDraining) reply.header('Connection', 'close');
    done(isExempt(request) ? undefined : reasonToRefuse());
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
      for (const reply of requests.values()) {
        if (!reply.raw.headersSent) reply.header('Connection', 'close');
      }
    },
    finish: (limitMs) => finish(app, requests, limitMs),
  };
}

const isExempt = ({ url }: FastifyRequest): boolean => url.startsWith(exempt);

function letWaitingGo(replies: Iterable<FastifyReply>): void {
  for (const reply of replies) {
    const { request } = reply;
    const isRead = request.method === 'GET' || request.method === 'HEAD' || request.url.includes('/_search');
    if (
      reply.sent ||
      reply.raw.headersSent ||
      isExempt(request) ||
      reply.elapsedTime < (isRead ? patienceMs.read : patienceMs.write)
    )
      continue;
    letGo.add();
    reply.send(isRead ? notToBeHad() : mayHaveHappened());
  }
}

async function finish(app: FastifyInstance, requests: Readonly<UnderWay>, limitMs: number): Promise<number> {
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
