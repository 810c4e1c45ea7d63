import { availableParallelism } from 'node:os';

/** More serve no faster than their database. */
const mostByDefault = 8;

/**
 * How many processes serve where nobody says: half of the processors, since the database needs the other half; one on
 * two processors or fewer.
 */
export function processCount(wanted: number, processors: number = availableParallelism()): number {
  return wanted > 0 ? wanted : Math.min(mostByDefault, Math.max(1, Math.floor(processors / 2)));
}

/** Connections for each of the processes when there may be `total` of them; never fewer than are needed to work at all. */
export function connectionsEach(total: number, processes: number): number {
  const each = { least: 4, byDefault: 10, mostInAll: 60 };
  const all = total > 0 ? total : Math.min(each.mostInAll, each.byDefault * processes);
  return Math.max(each.least, Math.floor(all / processes));
}
