import { setTimeout as delay } from 'node:timers/promises';
import type { Sql, Transaction } from '#platform/database';
import { AppError } from '#platform/errors';
import type { Log } from '#platform/log';
import { readChanges } from '#platform/store';
import type { Subscriber } from './events.ts';
import type { Leadership } from './leadership.ts';
import type { Pause } from './pause.ts';
import { movePosition, startPosition } from './position-store.ts';
import { type SubscriberMeasures, subscriberMeasures } from './subscriber-metrics.ts';

type Surroundings = {
  readonly sql: Sql;
  readonly log: Log;
  readonly pollMs: number;
  readonly leadership: Leadership;
  readonly pause: Pause;
  readonly signal: AbortSignal;
};

/** `stored` is the position in the database; `reached` may be further where nothing was to be handled in between. */
type Place = { stored: string; reached: string; storedAt: number };

const defaultAtOnce = 200;
/** The lock is asked for again so often; two that hold it for an instant are kept apart by the position. */
const confirmEveryMs = 1000;
/** A position that moved over nothing is stored this seldom, so that an idle program writes nothing every second. */
const storeIdleEveryMs = 60_000;
/** Writers that are still at work hide what was committed after them, for some milliseconds. */
const firstPauseMs = 2;
const failurePauseMs = { first: 100, most: 30_000 };

/** Serves a subscriber until the signal. Whatever goes wrong is tried again. */
export async function runSubscriber(subscriber: Subscriber, around: Surroundings): Promise<void> {
  const measures = subscriberMeasures(subscriber.name);
  await serveSubscriber(subscriber, around, measures).finally(measures.end);
}

async function serveSubscriber(
  subscriber: Subscriber,
  around: Surroundings,
  measures: SubscriberMeasures,
): Promise<void> {
  const { log, pollMs, leadership, pause, signal } = around;
  let place: Place | undefined;
  let confirmedAt = Number.NEGATIVE_INFINITY;
  let idleMs = firstPauseMs;
  let failures = 0;
  while (!signal.aborted) {
    try {
      if (performance.now() - confirmedAt > confirmEveryMs) {
        if (!(await leadership.isLeader(subscriber.name))) {
          place = undefined;
          measures.end();
          await sleep(pollMs, signal);
          continue;
        }
        confirmedAt = performance.now();
        measures.begin();
      }
      place ??= await findPlace(around, subscriber);
      const handled = await step(subscriber, around, place);
      failures = 0;
      measures.handled(handled);
      if (handled > 0) {
        idleMs = firstPauseMs;
        continue;
      }
      const before = performance.now();
      await pause.wait(idleMs);
      const isWoken = performance.now() - before < idleMs - 1;
      idleMs = isWoken ? firstPauseMs : Math.min(idleMs * 2, pollMs);
    } catch (error) {
      if (signal.aborted) return;
      place = undefined;
      confirmedAt = Number.NEGATIVE_INFINITY;
      failures += 1;
      measures.failed();
      log.error({ err: error, subscriber: subscriber.name, failures }, 'a subscriber could not go on');
      await sleep(Math.min(failurePauseMs.first * 2 ** failures, failurePauseMs.most), signal);
    }
  }
}

async function findPlace({ sql }: Surroundings, { name, from, begin }: Subscriber): Promise<Place> {
  await begin?.();
  const stored = await startPosition(sql, name, from);
  return { stored, reached: stored, storedAt: performance.now() };
}

/** Reads the next changes and has them handled; how many there were. */
async function step(subscriber: Subscriber, { sql }: Surroundings, place: Place): Promise<number> {
  const { name, atOnce = defaultAtOnce } = subscriber;
  const { changes, position } = await readChanges(sql, place.reached, atOnce);
  if (changes.length === 0) {
    place.reached = position;
    if (performance.now() - place.storedAt > storeIdleEveryMs && position !== place.stored) {
      await move(sql, name, place, { to: position, handled: 0 });
    }
    return 0;
  }
  const moved = { ...place };
  await sql.begin(async (transaction) => {
    await subscriber.handle(changes, transaction);
    await move(transaction, name, moved, { to: position, handled: changes.length });
  });
  Object.assign(place, moved);
  subscriber.onCommit?.();
  return changes.length;
}

async function move(
  sql: Sql | Transaction,
  name: string,
  place: Place,
  { to, handled }: { readonly to: string; readonly handled: number },
): Promise<void> {
  if (!(await movePosition(sql, name, { from: place.stored, to, handled }))) {
    throw new AppError('conflict', 'events.taken-over', `The subscriber ${name} is served by another process.`);
  }
  Object.assign(place, { stored: to, reached: to, storedAt: performance.now() });
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
