import { AppError } from '#platform/errors';
import { parseJson, type Resource } from '#platform/fhir';
import { gone, notFound, placedAt, versionConflict } from './errors.ts';
import { lockNewest, type StoredVersion } from './read-rows.ts';
import type { Sql } from './sql.ts';
import type { WriteRequest } from './write-request.ts';
import { absentResult, currentOf, isOpen, type Step, storedResult } from './write-step.ts';

/**
 * Reads and locks the rows that requests act on. Two transactions that make the same new resource meet at its primary
 * key: the later one fails there and is run again.
 */
export async function lockTargets(sql: Sql, steps: readonly Step[]): Promise<void> {
  const addressed = steps.flatMap((step) => {
    const id = step.id ?? (step.request.kind === 'create' ? step.request.wantedId : undefined);
    return id === undefined || !isOpen(step) ? [] : [{ step, id, type: step.request.type }];
  });
  const newest = new Map((await lockNewest(sql, addressed)).map((each) => [`${each.type}/${each.id}`, each]));
  for (const { step, type, id } of addressed) {
    step.newest = newest.get(`${type}/${id}`);
  }
}

/** Refuses, settles or patches each request by what it acts on. */
export function applyPreconditions(steps: readonly Step[]): void {
  for (const step of steps) {
    try {
      applyPrecondition(step);
    } catch (error) {
      throw placedAt(error, step.path);
    }
  }
  refuseRepeated(steps);
}

/** What the request makes of what it acts on: a refusal, a result without writing, or the patched resource. */
export function applyPrecondition(step: Step): void {
  const { request, newest } = step;
  const current = currentOf(step);
  if (!isOpen(step)) {
    return;
  }
  if (request.kind === 'create') {
    step.settled = current && storedResult('unchanged', current);
    return;
  }
  if (request.ifMatch !== undefined && request.ifMatch !== current?.version) {
    throw versionConflict(request.type, current?.version);
  }
  if (request.kind === 'update') {
    if (request.onlyNew && current) {
      throw new AppError('stale', 'store.exists', `There is already a ${request.type} with this id.`);
    }
    return;
  }
  if (!current) {
    if (request.kind === 'delete') {
      step.settled = newest ? storedResult('absent', newest) : absentResult(request.type);
      return;
    }
    const address = { type: request.type, id: step.id ?? '' };
    throw newest ? gone(address) : notFound(address);
  }
  if (request.kind === 'patch') {
    step.resource = patched(request, current);
  }
}

function patched(request: WriteRequest & { kind: 'patch' }, current: StoredVersion): Resource {
  const before = parseJson(current.content ?? '') as Resource; // as: it was validated when it was stored
  const after = request.apply(before);
  if (after.resourceType !== request.type || after.id !== current.id) {
    throw new AppError('ruleBroken', 'store.patch-identity', 'A patch may not change the type or id of a resource.');
  }
  return after;
}

/** FHIR R4, http.html#trules: no resource may be written twice in one transaction. */
function refuseRepeated(steps: readonly Step[]): void {
  const seen = new Set<string>();
  for (const step of steps.filter(isOpen)) {
    const address = `${step.request.type}/${step.id ?? ''}`;
    if (step.id !== undefined && seen.has(address)) {
      const error = new AppError('invalid', 'store.repeated-target', `${address} is written twice in one transaction.`);
      throw placedAt(error, step.path);
    }
    seen.add(address);
  }
}
