import type { Sql, Transaction } from '#platform/database';
import type { Log } from '#platform/log';
import { type Change, type ChangesBehind, countChangesBehind } from '#platform/store';
import { createLeadership, type Leadership } from './leadership.ts';
import { createPause } from './pause.ts';
import { findPosition, startPosition } from './position-store.ts';
import { runSubscriber } from './run-subscriber.ts';

/** Somebody who hears of every committed write. */
export type Subscriber = {
  /** Permanent: the position in the log is kept under it. */
  readonly name: string;
  /** Where it begins the first time: with the first change there is, or with the next one. */
  readonly from: 'beginning' | 'now';
  /** Most changes in one call. */
  readonly atOnce?: number;
  /**
   * Does what the changes ask for, in their order. What it writes through `sql` is committed together with the new
   * position, so it happens exactly once; anything else may happen again after a failure. When it throws, the same
   * changes come again after a pause, and none behind them before.
   */
  readonly handle: (changes: readonly Change[], sql: Transaction) => Promise<void>;
  /** Runs before the first changes, and again after a failure or when another process has worked meanwhile. */
  readonly begin?: () => Promise<void>;
  /** Told when what `handle` did is committed. */
  readonly onCommit?: () => void;
};

export type Events = {
  /**
   * Begins to serve the subscriber, in this process or, while another has it, as the one that takes over. When it
   * settles the subscriber has its place in the log: it will hear of whatever is written from then on.
   */
  readonly subscribe: (subscriber: Subscriber) => Promise<void>;
  /** Says that something may have been committed: subscribers of this process look at once. */
  readonly wake: () => void;
  /** How far a subscriber is behind the log. */
  readonly lagOf: (name: string) => Promise<ChangesBehind>;
  /** One process at a time does a piece of work. */
  readonly leadership: Leadership;
  /** Lets what is under way end and stops. */
  readonly close: () => Promise<void>;
};

export type EventsOptions = {
  readonly sql: Sql;
  /** Address of the same database, for the connection that holds the locks. */
  readonly databaseUrl: string;
  readonly log: Log;
  /** How often the log is looked at without being told: what other processes write is seen this much later at most. */
  readonly pollMs?: number;
};

export function createEvents({ sql, databaseUrl, log, pollMs = 500 }: EventsOptions): Events {
  const leadership = createLeadership(databaseUrl);
  const stop = new AbortController();
  const pauses: (() => void)[] = [];
  const running: Promise<void>[] = [];
  const wake = (): void => pauses.forEach((each) => each());
  return {
    leadership,
    wake,
    subscribe: async (subscriber) => {
      await startPosition(sql, subscriber.name, subscriber.from);
      const pause = createPause();
      pauses.push(pause.wake);
      running.push(runSubscriber(subscriber, { sql, log, pollMs, leadership, pause, signal: stop.signal }));
    },
    lagOf: async (name) => {
      const position = await findPosition(sql, name);
      return position === undefined ? { changes: 0, seconds: 0 } : countChangesBehind(sql, position);
    },
    close: async () => {
      stop.abort();
      wake();
      await Promise.all(running);
      await leadership.close();
    },
  };
}
