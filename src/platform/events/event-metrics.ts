import { counter, gauge, histogram, secondsBounds } from '#platform/telemetry';

/** Seconds by subscriber, of those that this process serves. */
const behind = new Map<string, number>();

gauge(
  {
    name: 'vsis_events_lag_seconds',
    about: 'Age of the change a subscriber of the log handles; 0 when it has handled all there is.',
    across: 'max',
  },
  () => [...behind].map(([subscriber, value]) => ({ labels: { subscriber }, value })),
);
const handled = counter({ name: 'vsis_events_handled_total', about: 'Changes that subscribers have handled.' });
const failed = counter({
  name: 'vsis_events_failures_total',
  about: 'Times a subscriber could not go on and tried again.',
});
const durations = histogram({
  name: 'vsis_events_batch_seconds',
  about: 'Time a subscriber took for the changes it was given at once.',
  bounds: secondsBounds,
});

export type SubscriberMeasures = {
  /** The age of what is to be handled next, in seconds. */
  readonly setLag: (seconds: number) => void;
  readonly noteBatch: (changes: number, seconds: number) => void;
  readonly noteFailure: () => void;
  /** This process no longer serves it, so another tells how far it is. */
  readonly forget: () => void;
};

export function measuresOf(subscriber: string): SubscriberMeasures {
  const count = handled.with({ subscriber });
  const failures = failed.with({ subscriber });
  const duration = durations.with({ subscriber });
  return {
    setLag: (seconds) => void behind.set(subscriber, Math.max(seconds, 0)),
    noteBatch: (changes, seconds) => {
      count.add(changes);
      duration.record(seconds);
    },
    noteFailure: () => failures.add(),
    forget: () => void behind.delete(subscriber),
  };
}
