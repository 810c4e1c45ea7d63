import type { Answered } from '#platform/log';
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

const byRoute = new Map<string, ByMethod>();

/**
 * Records how long a request took, by method, the route's pattern and status; the sum of a series' buckets is the number
 * of requests. An address never becomes a label, only the pattern it fitted.
 */
export function measureRequest({ method, route, status, durationMs }: Answered): void {
  const byMethod = getOrAdd(byRoute, route, (): ByMethod => new Map());
  const byStatus = getOrAdd(byMethod, method, (): ByStatus => new Map());
  const series = getOrAdd(byStatus, status, () => durations.with({ method, route, status: String(status) }));
  series.record(durationMs / 1000);
}
