import { counter, gauge } from '#platform/telemetry';

const changes = counter({
  name: 'vsis_events_changes_total',
  about: 'Changes that subscribers have handled, and attempts that failed.',
});
/** When each subscriber that this process serves last had nothing left to do. */
const caughtUpMs = new Map<string, number>();

gauge(
  {
    name: 'vsis_events_lag_seconds',
    about: 'For how long a subscriber has not reached the end of the log of changes.',
    across: 'max',
  },
  () => {
    const nowMs = performance.now();
    return Array.from(caughtUpMs, ([subscriber, sinceMs]) => ({
      labels: { subscriber },
      value: (nowMs - sinceMs) / 1000,
    }));
  },
);

export type SubscriberMeasures = {
  /** This process serves the subscriber from now on. */
  readonly begin: () => void;
  readonly handled: (count: number) => void;
  readonly failed: () => void;
  /** Another process serves it. */
  readonly end: () => void;
};

export function subscriberMeasures(subscriber: string): SubscriberMeasures {
  const handled = changes.with({ subscriber, outcome: 'handled' });
  const failed = changes.with({ subscriber, outcome: 'failed' });
  return {
    begin: () => {
      if (!caughtUpMs.has(subscriber)) caughtUpMs.set(subscriber, performance.now());
    },
    handled: (count) => {
      if (count === 0) caughtUpMs.set(subscriber, performance.now());
      else handled.add(count);
    },
    failed: () => failed.add(),
    end: () => {
      caughtUpMs.delete(subscriber);
    },
  };
}
