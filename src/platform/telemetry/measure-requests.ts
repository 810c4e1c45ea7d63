import type { FastifyInstance } from 'fastify';
import { type Histogram, histogram, secondsBounds } from './metrics.ts';

const durations = histogram({
  name: 'vsis_http_request_seconds',
  about: 'Time from the arrival of a request until its answer was handed to the system.',
  bounds: secondsBounds,
});

type ByStatus = Map<number, Histogram>;
type ByMethod = Map<string, ByStatus>;

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}

/**
 * Records how long each request took, by method, the route's pattern and status; the sum of a series' buckets is the
 * number of requests. An address never becomes a label, only the pattern it fitted.
 */
export function measureRequests(app: FastifyInstance): void {
  const byRoute = new Map<string, ByMethod>();
  app.addHook('onResponse', (request, reply, done) => {
    const { method } = request;
    const { statusCode } = reply;
    const route = request.routeOptions.url ?? 'none';
    const byMethod = getOrAdd(byRoute, route, (): ByMethod => new Map());
    const byStatus = getOrAdd(byMethod, method, (): ByStatus => new Map());
    getOrAdd(byStatus, statusCode, () => durations.with({ method, route, status: String(statusCode) })).record(
      reply.elapsedTime / 1000,
    );
    done();
  });
}
