import type { Resource } from '#platform/fhir';
import type { PreparedWrite } from './prepared-write.ts';
import type { StoredVersion } from './read-rows.ts';
import type { Criteria, WriteRequest, WriteResult } from './write-request.ts';

/** One request on its way: what it acts on becomes known step by step. */
export type Step = {
  readonly request: WriteRequest;
  /** FHIRPath of the entry in a Bundle. */
  readonly path: string | undefined;
  id: string | undefined;
  /** The row the request acts on, deletions included. */
  newest: StoredVersion | undefined;
  /** The result of a request that writes nothing: a conditional create that found its resource, a delete without one. */
  settled: WriteResult | undefined;
  /** An earlier conditional create of the same transaction with the same criteria: both mean one resource. */
  twin: Step | undefined;
  resource: Resource | undefined;
  bucket: number;
};

export function toStep(request: WriteRequest, path: string | undefined): Step {
  return {
    request,
    path,
    id: 'target' in request && typeof request.target === 'string' ? request.target : undefined,
    newest: undefined,
    settled: undefined,
    twin: undefined,
    resource: 'resource' in request ? request.resource : undefined,
    bucket: 0,
  };
}

/** Whether the step has something to write. */
export function isOpen(step: Step): boolean {
  return step.settled === undefined && step.twin === undefined;
}

export function criteriaOf({ request }: Step): Criteria | undefined {
  if (request.kind === 'create') {
    return request.ifNoneExist;
  }
  return typeof request.target === 'string' ? undefined : request.target;
}

/** Where the step's resource stands: in a Bundle, or by itself. */
export function placeOf({ path, request }: Step): string {
  return path === undefined ? request.type : `${path}.resource`;
}

export function currentOf({ newest }: Step): StoredVersion | undefined {
  return newest && newest.content !== null ? newest : undefined;
}

export function writtenResult({ type, id, version, updated, content, method, supersedes }: PreparedWrite): WriteResult {
  const outcome = method === 'DELETE' ? 'deleted' : supersedes === 0 ? 'created' : 'updated';
  return { outcome, type, id, version, updated, content };
}

export function storedResult(outcome: WriteResult['outcome'], stored: StoredVersion): WriteResult {
  const { type, id, version, updated, content } = stored;
  return { outcome, type, id, version, updated: new Date(updated).toISOString(), content: content ?? undefined };
}

export function absentResult(type: string): WriteResult {
  return { outcome: 'absent', type, id: undefined, version: undefined, updated: undefined, content: undefined };
}
