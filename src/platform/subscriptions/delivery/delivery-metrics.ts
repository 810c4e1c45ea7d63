import { counter, histogram } from '#platform/telemetry';

const calls = counter({
  name: 'vsis_subscriptions_calls_total',
  about: 'Calls to endpoints of subscribers, by what was sent and what became of it.',
});

const types = ['handshake', 'heartbeat', 'event-notification'] as const;
const seriesOf = (outcome: 'accepted' | 'failed') =>
  Object.fromEntries(types.map((type) => [type, calls.with({ type, outcome })]));
const byOutcome = { accepted: seriesOf('accepted'), failed: seriesOf('failed') };

const delays = histogram({
  name: 'vsis_subscriptions_delay_seconds',
  about: 'Time from a write until the endpoint of a subscriber had accepted the notification of it.',
  bounds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300, 3600, 86_400],
}).with({});

export function countCall(type: (typeof types)[number], outcome: 'accepted' | 'failed'): void {
  byOutcome[outcome][type]?.add();
}

/** `writtenAt` is the time of the version, in milliseconds. */
export function noteDelay(writtenAt: number, now: number): void {
  delays.record((now - writtenAt) / 1000);
}
