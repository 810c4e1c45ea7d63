import { setImmediate } from 'node:timers/promises';
import { AppError } from '#platform/errors';
import { applyGuards } from './apply-guards.ts';
import { connectEntries } from './connect-entries.ts';
import { elsewhereOf, rememberElsewhere } from './elsewhere.ts';
import { applyPreconditions, lockTargets } from './lock-targets.ts';
import { isUnchanged, type PrepareOptions, prepareWrite } from './prepare-write.ts';
import type { Actor, PreparedWrite } from './prepared-write.ts';
import { resolveConditions } from './resolve-conditions.ts';
import { Overtaken, retrying } from './retrying.ts';
import type { Sql } from './sql.ts';
import type { Store } from './store.ts';
import { countWrites } from './store-metrics.ts';
import { rememberUnits, unitsOf } from './ucum-units.ts';
import type { WriteRequest, WriteResult } from './write-request.ts';
import { writeRows } from './write-rows.ts';
import { standsAlone, writeSingle } from './write-single.ts';
import { isOpen, type Step, storedResult, toStep, writtenResult } from './write-step.ts';

export type WriteOptions = PrepareOptions & {
  /** FHIRPath of each request in a Bundle, to name the place of an error; absent for a single interaction. */
  readonly paths?: readonly string[];
  /** The requests are entries of one transaction Bundle: an address within it (`urn:uuid:`) must be that of an entry. */
  readonly closed?: boolean;
  /** Leave a resource alone whose content is already stored (imports). */
  readonly skipUnchanged?: boolean;
  /** Runs at the end of the same transaction, with the results. */
  readonly before?: (sql: Sql, results: readonly WriteResult[]) => Promise<void>;
};

/**
 * Carries out all requests in one transaction or none of them: resolves conditions, gives ids, rewrites references
 * between the requests, validates, and writes versions, index entries, changes and audit records together.
 * A transaction that loses against another is run again; the requests themselves are never changed.
 */
export async function writeResources(
  store: Store,
  actor: Actor,
  requests: readonly WriteRequest[],
  options: WriteOptions = {},
): Promise<WriteResult[]> {
  store.beforeWrite?.();
  await store.parameters?.renew();
  const alone = await writeAlone(store, actor, requests, options);
  const results = alone ?? (await retrying(() => writeInTransaction(store, actor, requests, options)));
  countWrites(results);
  if (store.parameters && requests.some(({ type }) => type === 'SearchParameter')) {
    await store.parameters.refresh();
  }
  store.afterWrite?.();
  return results;
}

/** One request that needs nothing of others is a statement shared with whoever writes at the same time. */
async function writeAlone(
  store: Store,
  actor: Actor,
  requests: readonly WriteRequest[],
  options: WriteOptions,
): Promise<WriteResult[] | undefined> {
  const [request, ...others] = requests;
  if (!request || others.length > 0 || options.closed || options.before || options.skipUnchanged) {
    return undefined;
  }
  const result =
    standsAlone(request) && !store.guards?.[request.type]
      ? await writeSingle(store, actor, { request, path: options.paths?.[0], options })
      : undefined;
  return result && [result];
}

async function writeInTransaction(
  store: Store,
  actor: Actor,
  requests: readonly WriteRequest[],
  options: WriteOptions,
): Promise<WriteResult[]> {
  const steps = requests.map((request, at) => toStep(request, options.paths?.[at]));
  return store.sql.begin(async (sql) => {
    await resolveConditions(store, sql, steps);
    await lockTargets(sql, steps);
    applyPreconditions(steps);
    await connectEntries(store, sql, steps, options.closed ?? false);
    await applyGuards(store, sql, steps);
    const writes = await prepareAll(store, steps.filter(isOpen), options);
    const unchanged = new Set(options.skipUnchanged ? steps.filter((step) => isWrittenAlready(step, writes)) : []);
    const open = [...writes].flatMap(([step, prepared]) => (unchanged.has(step) ? [] : [prepared]));
    await rememberUnits(store.sql, sql, unitsOf(open));
    await rememberElsewhere(sql, open.flatMap(elsewhereOf));
    await writeAll(sql, actor, open);
    const results = steps.map((step) => resultOf(step, writes, unchanged));
    await options.before?.(sql, results);
    return results;
  });
}

/** Between portions the requests of others have their turn. */
const preparedAtOnce = 100;

async function prepareAll(
  store: Store,
  steps: readonly Step[],
  options: PrepareOptions,
): Promise<Map<Step, PreparedWrite>> {
  const writes = new Map<Step, PreparedWrite>();
  for (const step of steps) {
    writes.set(step, prepareWrite(store, step, options));
    if (writes.size % preparedAtOnce === 0) {
      await setImmediate();
    }
  }
  return writes;
}

function isWrittenAlready(step: Step, writes: ReadonlyMap<Step, PreparedWrite>): boolean {
  const prepared = writes.get(step);
  return prepared !== undefined && isUnchanged(step, prepared);
}

async function writeAll(sql: Sql, actor: Actor, prepared: readonly PreparedWrite[]): Promise<void> {
  const done = await writeRows(sql, prepared, actor);
  if (done.includes(false)) {
    throw new Overtaken(); // rows are locked before; one that was made between two looks for it was not there to be locked
  }
}

function resultOf(step: Step, writes: ReadonlyMap<Step, PreparedWrite>, unchanged: ReadonlySet<Step>): WriteResult {
  if (step.settled) {
    return step.settled;
  }
  if (step.twin) {
    return { ...resultOf(step.twin, writes, unchanged), outcome: 'unchanged' };
  }
  if (unchanged.has(step) && step.newest) {
    return storedResult('unchanged', step.newest);
  }
  const prepared = writes.get(step);
  if (!prepared) {
    throw new AppError('fault', 'store.no-result', `The ${step.request.kind} of a ${step.request.type} has no result.`);
  }
  return writtenResult(prepared);
}
