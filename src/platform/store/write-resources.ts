import { AppError, type Issue } from '#platform/errors';
import { cloneJson, parseJson, type Resource, validateResource } from '#platform/fhir';
import {
  hash64,
  indexEntriesOf,
  parseSearch,
  patientOf,
} from '#platform/search';
import { arrayLiteral } from './array-literal.ts';
import { bucketOfId, newId } from './bucket.ts';
import { invalidResource, multipleMatches, notFound, gone, unresolvedReference, versionConflict } from './errors.ts';
import { lockNewest, type StoredVersion } from './read-rows.ts';
import { retrying } from './retrying.ts';
import { findReferences, rewriteReferences } from './rewrite-references.ts';
import { runSearch } from './search/run-search.ts';
import type { Sql } from './sql.ts';
import { isSameContent, stampResource } from './stamp-resource.ts';
import type { Store } from './store.ts';
import { type Actor, type PreparedWrite, writeRows } from './write-rows.ts';
import type { Criteria, WriteRequest, WriteResult } from './write-request.ts';

export type WriteOptions = {
  /** FHIRPath of each request in a Bundle, to name the place of an error; absent for a single interaction. */
  readonly paths?: readonly string[];
  /** The requests are entries of one transaction Bundle: an address within it (`urn:uuid:`) must be that of an entry. */
  readonly closed?: boolean;
  /** The caller has validated the resources as they stand. */
  readonly validated?: boolean;
  /** Resources that are new here keep the version number and time their meta says (imports of exports). */
  readonly keepVersions?: boolean;
  /** Leave a resource alone whose content is already stored (imports). */
  readonly skipUnchanged?: boolean;
  /** Runs at the end of the same transaction, with the results. */
  readonly before?: (sql: Sql, results: readonly WriteResult[]) => Promise<void>;
};

/** One request on its way: what it acts on becomes known step by step. */
type Step = {
  readonly request: WriteRequest;
  readonly path: string | undefined;
  id: string | undefined;
  /** The row the request acts on, deletions included. */
  newest: StoredVersion | undefined;
  /** A conditional create that found its resource, a delete without one. */
  settled: WriteResult | undefined;
  resource: Resource | undefined;
  bucket: number;
};

/**
 * Carries out all requests in one transaction or none of them: resolves conditions, gives ids, rewrites references
 * between the requests, validates, and writes versions, index entries, changes and audit records together.
 */
export async function writeResources(
  store: Store,
  actor: Actor,
  requests: readonly WriteRequest[],
  options: WriteOptions = {},
): Promise<WriteResult[]> {
  const [only] = requests;
  if (requests.length === 1 && only?.kind === 'create' && !only.ifNoneExist && !only.wantedId && !options.before) {
    return retrying(() => writeOne(store, actor, toStep(only, options.paths?.[0])));
  }
  return retrying(() =>
    store.sql.begin(async (sql) => {
      const results = await writeAll(store, sql, actor, requests, options);
      await options.before?.(sql, results);
      return results;
    }),
  );
}

/** A plain create needs nothing that is stored: one statement, no transaction of its own. */
async function writeOne(store: Store, actor: Actor, step: Step): Promise<WriteResult[]> {
  giveIds(store, [step]);
  const prepared = prepare(store, step, {});
  await writeRows(store.sql, [prepared], actor);
  return [toResult(prepared)];
}

async function writeAll(
  store: Store,
  sql: Sql,
  actor: Actor,
  requests: readonly WriteRequest[],
  options: WriteOptions,
): Promise<WriteResult[]> {
  const steps = requests.map((request, at) => toStep(request, options.paths?.[at]));
  await resolveConditions(sql, steps);
  await lockTargets(sql, steps);
  steps.forEach(applyPreconditions);
  const open = steps.filter((step) => step.settled === undefined);
  giveIds(store, open);
  refuseRepeated(steps);
  await resolveReferences(sql, steps, open, options.closed ?? false);
  const writes = open.map((step) => ({ step, prepared: prepare(store, step, options) }));
  const changed = writes.filter(({ step, prepared }) => !options.skipUnchanged || !isUnchanged(step, prepared));
  const done = await writeRows(sql, changed.map((each) => each.prepared), actor);
  const lost = changed.find((_, at) => done[at] !== true);
  if (lost) {
    throw versionConflict(lost.prepared.type, undefined);
  }
  const unchanged = new Set(writes.filter((each) => !changed.includes(each)).map((each) => each.step));
  const prepared = new Map(writes.map((each) => [each.step, each.prepared]));
  return steps.map((step) => step.settled ?? resultOf(step, prepared.get(step), unchanged.has(step)));
}

function toStep(request: WriteRequest, path: string | undefined): Step {
  return {
    request,
    path,
    id: 'target' in request && typeof request.target === 'string' ? request.target : undefined,
    newest: undefined,
    settled: undefined,
    resource: 'resource' in request ? request.resource : undefined,
    bucket: 0,
  };
}

/** Finds what conditional requests speak of. The same criteria wait for each other until the transaction ends. */
async function resolveConditions(sql: Sql, steps: readonly Step[]): Promise<void> {
  const conditional = steps.flatMap((step) => {
    const criteria = criteriaOf(step.request);
    return criteria ? [{ step, criteria }] : [];
  });
  if (conditional.length === 0) {
    return;
  }
  await lockKeys(sql, conditional.map(({ step, criteria }) => `${step.request.type}?${JSON.stringify(criteria)}`));
  for (const { step, criteria } of conditional) {
    const { request } = step;
    const query = parseSearch(request.type, [...criteria, ['_count', '2'], ['_total', 'none']]);
    if (query.conditions.length === 0) {
      throw new AppError('stale', 'store.criteria-empty', `The criteria for ${request.type} select everything.`);
    }
    const { matches } = await runSearch(sql, query);
    const [match, second] = matches;
    if (second) {
      throw multipleMatches(request.type, step.path);
    }
    settleCondition(step, match);
  }
}

function criteriaOf(request: WriteRequest): Criteria | undefined {
  if (request.kind === 'create') {
    return request.ifNoneExist;
  }
  return typeof request.target === 'string' ? undefined : request.target;
}

function settleCondition(step: Step, match: StoredVersion | undefined): void {
  const { request } = step;
  if (request.kind === 'create') {
    step.settled = match && storedResult('unchanged', match);
    return;
  }
  const given = request.kind === 'update' ? request.resource.id : undefined;
  if (match && given !== undefined && given !== match.id) {
    throw new AppError('invalid', 'store.id-mismatch', 'The id of the resource is not that of the one the criteria find.');
  }
  step.id = match?.id ?? given;
  if (!match && request.kind === 'delete') {
    step.settled = absent(request.type);
  } else if (!match && request.kind === 'patch') {
    throw new AppError('notFound', 'store.no-match', `No ${request.type} meets the criteria.`);
  }
}

/** Locks in an order that all transactions share, so that two of them cannot wait for each other. */
async function lockKeys(sql: Sql, keys: readonly string[]): Promise<void> {
  const numbers = [...new Set(keys.map((key) => hash64(key)))].sort((a, b) => (a < b ? -1 : 1));
  await sql`select pg_advisory_xact_lock(number) from unnest(${arrayLiteral(numbers)}::text::bigint[]) as number`;
}

async function lockTargets(sql: Sql, steps: readonly Step[]): Promise<void> {
  const addressed = steps.flatMap((step) => {
    const id = step.id ?? (step.request.kind === 'create' ? step.request.wantedId : undefined);
    return id === undefined || step.settled ? [] : [{ step, id, type: step.request.type }];
  });
  const name = (each: { type: string; id: string }): string => `${each.type}/${each.id}`;
  let newest = new Map((await lockNewest(sql, addressed)).map((each) => [name(each), each]));
  const fresh = addressed.filter((each) => newest.get(name(each))?.content == null);
  if (fresh.length > 0) {
    await lockKeys(sql, fresh.map(name));
    const again = await lockNewest(sql, fresh);
    newest = new Map([...newest, ...again.map((each) => [name(each), each] as const)]);
  }
  for (const each of addressed) {
    each.step.newest = newest.get(name(each));
  }
}

function applyPreconditions(step: Step): void {
  const { request, newest } = step;
  const current = newest && newest.content !== null ? newest : undefined;
  if (step.settled) {
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
      step.settled = newest ? storedResult('absent', newest) : absent(request.type);
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

/** Ids first for patients, whose buckets all other new resources of theirs follow. */
function giveIds(store: Store, steps: readonly Step[]): void {
  const addresses = new Map<string, string>();
  const ordered = [...steps].sort((a, b) => Number(b.request.type === 'Patient') - Number(a.request.type === 'Patient'));
  for (const step of ordered) {
    const { request } = step;
    const patient = step.resource && patientOf(step.resource, store.baseUrl, (address) => addresses.get(address));
    const home = request.type === 'Patient' || patient === undefined ? undefined : bucketOfId(patient);
    const wanted = request.kind === 'create' ? request.wantedId : undefined;
    step.id ??= wanted ?? newId(home);
    step.bucket = step.newest?.bucket ?? home ?? bucketOfId(step.id);
    if (request.fullUrl !== undefined) {
      addresses.set(request.fullUrl, `${request.type}/${step.id}`);
    }
  }
}

function refuseRepeated(steps: readonly Step[]): void {
  const seen = new Set<string>();
  for (const step of steps) {
    const address = `${step.request.type}/${step.id ?? ''}`;
    if (step.id !== undefined && !step.settled && seen.has(address)) {
      throw new AppError('invalid', 'store.repeated-target', `${address} is written twice in one transaction.`);
    }
    seen.add(address);
  }
}

/** Puts real addresses in place of those that hold only within the Bundle, and of conditional references. */
async function resolveReferences(
  sql: Sql,
  steps: readonly Step[],
  open: readonly Step[],
  closed: boolean,
): Promise<void> {
  const known = new Map<string, string>();
  for (const { request, id, settled } of steps) {
    const target = settled?.id ?? id;
    if (request.fullUrl !== undefined && target !== undefined) {
      known.set(request.fullUrl, `${request.type}/${target}`);
    }
  }
  for (const step of open) {
    if (!step.resource) {
      continue;
    }
    for (const { address, path } of findReferences(step.resource, placeOf(step))) {
      if (!known.has(address) && /^[A-Z][A-Za-z]+\?/.test(address)) {
        known.set(address, await resolveConditional(sql, address, path));
      }
    }
    if (known.size > 0) {
      step.resource = cloneJson(step.resource); // a retry begins with the resource as it was given
      rewriteReferences(step.resource, (address) => known.get(address));
    }
    if (closed) {
      refuseUnresolved(step);
    }
  }
}

/** After rewriting, no address within the transaction is left; a stored Bundle keeps its own. */
function refuseUnresolved(step: Step): void {
  for (const { address, path } of findReferences(step.resource, placeOf(step))) {
    if (address.startsWith('urn:uuid:') && step.request.type !== 'Bundle') {
      throw unresolvedReference(address, path, 'no entry of the transaction has this fullUrl');
    }
  }
}

async function resolveConditional(sql: Sql, address: string, path: string): Promise<string> {
  const [type = '', query = ''] = address.split('?');
  const criteria = [...new URLSearchParams(query)];
  const search = parseSearch(type, [...criteria, ['_count', '2'], ['_total', 'none']]);
  const { matches } = await runSearch(sql, search);
  const [match, second] = matches;
  if (!match) {
    throw unresolvedReference(address, path, `no ${type} meets it`);
  }
  if (second) {
    throw multipleMatches(type, path);
  }
  return `${type}/${match.id}`;
}

function placeOf(step: Step): string {
  return step.path === undefined ? step.request.type : `${step.path}.resource`;
}

/** Validates what is to be written and computes its row and entries. */
function prepare(store: Store, step: Step, options: WriteOptions): PreparedWrite {
  const { request, newest } = step;
  const supersedes = newest && newest.content !== null ? newest.version : 0;
  const base = {
    method: methodOf(request),
    bucket: step.bucket,
    type: request.type,
    id: step.id ?? '',
    version: (newest?.version ?? 0) + 1,
    supersedes,
    updated: nextMoment(store, newest),
    ...(options.keepVersions && !newest ? keptVersion(step.resource) : {}),
  };
  if (request.kind === 'delete' || !step.resource) {
    return base;
  }
  if (!options.validated) {
    refuseInvalid(step, step.resource);
  }
  const content = stampResource(step.resource, base.id, base.version, base.updated);
  const entries = indexEntriesOf({ ...step.resource, id: base.id }, store.baseUrl);
  return { ...base, content, entries };
}

function keptVersion(resource: Resource | undefined): { version?: number; updated?: string } {
  const { versionId = '', lastUpdated = '' } = resource?.meta ?? {};
  const moment = Date.parse(lastUpdated);
  return /^[1-9]\d{0,8}$/.test(versionId) && !Number.isNaN(moment)
    ? { version: Number(versionId), updated: new Date(moment).toISOString() }
    : {};
}

function refuseInvalid(step: Step, resource: Resource): void {
  const issues = validateResource(resource).filter((each) => each.severity === 'error' || each.severity === 'fatal');
  if (issues.length > 0) {
    throw invalidResource(issues.map((issue) => placeIssue(issue, step)));
  }
}

function placeIssue(issue: Issue, step: Step): Issue {
  if (step.path === undefined || issue.expression === undefined) {
    return issue;
  }
  const dot = issue.expression.indexOf('.');
  return { ...issue, expression: `${placeOf(step)}${dot < 0 ? '' : issue.expression.slice(dot)}` };
}

function methodOf(request: WriteRequest): PreparedWrite['method'] {
  const methods = { create: 'POST', update: 'PUT', patch: 'PATCH', delete: 'DELETE' } as const;
  return methods[request.kind];
}

/** Now, or just after the version before where the clock has been set back. */
function nextMoment(store: Store, newest: StoredVersion | undefined): string {
  const before = newest ? Date.parse(newest.updated) + 1 : 0;
  return new Date(Math.max(store.now().getTime(), before)).toISOString();
}

function isUnchanged(step: Step, prepared: PreparedWrite): boolean {
  return isSameContent(step.newest?.content ?? '', prepared.content ?? '');
}

function resultOf(step: Step, prepared: PreparedWrite | undefined, unchanged: boolean): WriteResult {
  if (unchanged && step.newest) {
    return storedResult('unchanged', step.newest);
  }
  if (!prepared) {
    throw new Error(`${step.request.kind} of ${step.request.type} came to no result`);
  }
  return toResult(prepared);
}

function toResult({ type, id, version, updated, content, method, supersedes }: PreparedWrite): WriteResult {
  const outcome = method === 'DELETE' ? 'deleted' : supersedes === 0 ? 'created' : 'updated';
  return { outcome, type, id, version, updated, content };
}

function storedResult(outcome: WriteResult['outcome'], stored: StoredVersion): WriteResult {
  const { type, id, version, updated, content } = stored;
  return { outcome, type, id, version, updated: new Date(updated).toISOString(), content: content ?? undefined };
}

function absent(type: string): WriteResult {
  return { outcome: 'absent', type, id: undefined, version: undefined, updated: undefined, content: undefined };
}
