import { type Database, openDatabase } from '#platform/database';

/**
 * Lets one process at a time do a piece of work. The right to it is a lock of one database connection that this process
 * keeps: when the process or its connection dies, the lock is free at that moment and another takes over.
 */
export type Leadership = {
  /** Whether the work of this name is for this process now; tries to become the one. */
  readonly isLeader: (name: string) => Promise<boolean>;
  readonly close: () => Promise<void>;
};

/** The connection is one of its own: one reserved from a pool does not come back when it is cut. */
export function createLeadership(databaseUrl: string): Leadership {
  let database: Database | undefined;
  return {
    isLeader: async (name) => {
      database ??= openDatabase(databaseUrl, { max: 1, applicationName: 'vsis leadership' });
      // Locks of a session count: asking again for one that is held changes nothing, and one that was lost with its
      // connection is sought anew over the next.
      const [row] = await database.sql<{ got: boolean }[]>`
        select pg_try_advisory_lock(hashtextextended(${`vsis ${name}`}, 0)) as got`;
      return row?.got ?? false;
    },
    close: async () => database?.close(),
  };
}
