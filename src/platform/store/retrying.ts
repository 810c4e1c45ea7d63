import { setTimeout as delay } from 'node:timers/promises';
import postgres from 'postgres';
import { tooContended } from './errors.ts';

/** Serialization failure, deadlock, and two writers that made the same resource at once. */
const passing = new Set(['40001', '40P01', '23505']);
const attempts = 6;

/** A version that was to be superseded is not the current one any more: another was written after it had been looked for. */
export class Overtaken extends Error {}

/** Runs a transaction again when it lost against another through no fault of its own. */
export async function retrying<Result>(run: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (!isPassing(error)) {
        throw error;
      }
      if (attempt === attempts) {
        throw tooContended(error);
      }
      await delay(5 * 2 ** attempt * Math.random());
    }
  }
}

/** Whether the work could not be done only because of what others did at the same time. */
export function isPassing(error: unknown): boolean {
  return error instanceof Overtaken || (error instanceof postgres.PostgresError && passing.has(error.code));
}
