const windowMs = 5_000;
const pollsInWindow = 25;
/** More jobs than this are not watched; the oldest is forgotten. */
const watchedAtMost = 1_000;

/** Counts how often the status of each job is asked for. `refusesFor` gives the seconds to wait, 0 when it is in order. */
export function createPollLimit(now: () => number = () => performance.now()) {
  const windows = new Map<string, { startedMs: number; polls: number }>();
  return {
    refusesFor: (id: string): number => {
      const nowMs = now();
      const known = windows.get(id);
      const current = known && nowMs - known.startedMs < windowMs ? known : { startedMs: nowMs, polls: 0 };
      current.polls += 1;
      windows.delete(id);
      windows.set(id, current);
      const [oldest] = windows.keys();
      if (windows.size > watchedAtMost && oldest !== undefined) {
        windows.delete(oldest);
      }
      return current.polls > pollsInWindow ? Math.ceil((windowMs - (nowMs - current.startedMs)) / 1000) : 0;
    },
  };
}
