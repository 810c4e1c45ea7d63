import { describeSearch, type SearchQuery } from '#platform/search';
import {
  countBounds,
  counter,
  type Histogram,
  histogram,
  inSpan,
  noteDuration,
  secondsBounds,
} from '#platform/telemetry';
import type { WriteResult } from './write-request.ts';

const writes = counter({
  name: 'vsis_store_writes_total',
  about: 'Requests to write that were carried out, by outcome.',
});
const outcomes = {
  created: writes.with({ outcome: 'created' }),
  updated: writes.with({ outcome: 'updated' }),
  deleted: writes.with({ outcome: 'deleted' }),
  unchanged: writes.with({ outcome: 'unchanged' }),
  absent: writes.with({ outcome: 'absent' }),
};

export function countWrites(results: readonly WriteResult[]): void {
  for (const { outcome } of results) outcomes[outcome].add();
}

export function countCreated(count: number): void {
  outcomes.created.add(count);
}

const searches = histogram({
  name: 'vsis_store_search_seconds',
  about: 'Time from a parsed search until its page of matches was there, counting included.',
  bounds: secondsBounds,
}).with({});
const matches = counter({ name: 'vsis_store_search_matches_total', about: 'Resources that searches found.' }).with({});

/** Counts a search that has ended, and logs it if it was slow. */
export function noteSearch(query: SearchQuery, found: number, startedMs: number): void {
  const durationMs = performance.now() - startedMs;
  searches.record(durationMs / 1000);
  matches.add(found);
  noteDuration('search', durationMs, () => ({ search: describeSearch(query), matches: found }));
}

const validations = histogram({
  name: 'vsis_store_validation_seconds',
  about: 'Time to validate one resource.',
  bounds: [0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.005, 0.025, 0.1, 0.5],
}).with({});

/** Runs a validation and records how long it took. */
export function measureValidation<Result>(validate: () => Result): Result {
  const startedMs = performance.now();
  const result = inSpan('validate', validate);
  validations.record((performance.now() - startedMs) / 1000);
  return result;
}

const groupSizes = histogram({
  name: 'vsis_store_group_items',
  about: 'What was asked for at the same time and shared one statement: reads, records of the audit trail, writes.',
  bounds: countBounds,
});
const groupWaits = histogram({
  name: 'vsis_store_group_wait_seconds',
  about: 'How long each of them waited until the statement it shared had committed.',
  bounds: secondsBounds,
});

export type GroupMeasures = { readonly sizes: Histogram; readonly waits: Histogram };

export function groupMeasures(of: string): GroupMeasures {
  return { sizes: groupSizes.with({ of }), waits: groupWaits.with({ of }) };
}
