import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How long the large run of `npm run faults` goes on killing, in minutes; 0 in the small run of `npm test`. */
const minutes = Number(process.env['VSIS_FAULT_MINUTES'] ?? 0);

export const isLarge = minutes > 0;
export const largeMs = minutes * 60_000;

/** How much of something a fault test tries. */
export function sized(small: number, large: number): number {
  return isLarge ? large : small;
}

/** The time a test may take: much more than it needs, since other work may share the processors. */
export function withinMs(smallMs: number): number {
  return smallMs * (isLarge ? 5 : 1) + largeMs * 2;
}

/** Keeps what a test counted for the result file of a large run. */
export function tellFault(fault: string, counted: Readonly<Record<string, number | string>>): void {
  const folder = process.env['VSIS_FAULT_RESULTS'];
  if (folder !== undefined) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${fault}.json`), JSON.stringify(counted));
  }
}
