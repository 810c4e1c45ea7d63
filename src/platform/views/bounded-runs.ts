import { tooManyRuns } from './errors.ts';

/** A run holds one connection of the pool and its snapshot from beginning to end. */
const runsAtOnce = 3;
/** Who takes nothing for so long has gone, or would keep the database from cleaning up. */
const stalledAfterMs = 60_000;

type Turn = (request: { readonly destroy: () => unknown }, text: AsyncGenerator<string>) => AsyncGenerator<string>;

/**
 * Lets a few runs go on at a time, and refuses more as `views.too-many-runs` before anything is written. The connection
 * of a reader that has stopped taking is cut, which ends its run.
 */
export function runsInTurn(atOnce = runsAtOnce, patienceMs = stalledAfterMs): Turn {
  let running = 0;
  return async function* (request, text) {
    if (running >= atOnce) {
      throw tooManyRuns();
    }
    running += 1;
    try {
      for await (const piece of text) {
        const stalled = setTimeout(() => request.destroy(), patienceMs);
        try {
          yield piece;
        } finally {
          clearTimeout(stalled);
        }
      }
    } finally {
      running -= 1;
    }
  };
}
