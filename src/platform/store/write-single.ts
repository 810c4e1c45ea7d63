import { isSpread } from '#platform/database';
import { giveId, hasConditionalReference } from './connect-entries.ts';
import { elsewhereOf, rememberElsewhere } from './elsewhere.ts';
import { gathering } from './gather.ts';
import { insertRows } from './insert-rows.ts';
import { applyPrecondition } from './lock-targets.ts';
import { type PrepareOptions, prepareWrite } from './prepare-write.ts';
import type { Actor, AuthoredWrite } from './prepared-write.ts';
import { findNewest, findNewestOf, type ResourceAddress, type StoredVersion } from './read-rows.ts';
import { isPassing } from './retrying.ts';
import type { SqlPool } from './sql.ts';
import type { Store } from './store.ts';
import { supersedeRows } from './supersede-rows.ts';
import { rememberUnits, unitsOf } from './ucum-units.ts';
import { drawNumbers, type WriteNumbers, writeAlone } from './write-distributed.ts';
import type { WriteRequest, WriteResult } from './write-request.ts';
import { toStep, writtenResult } from './write-step.ts';

type Gatherers = {
  readonly findNewest: (address: ResourceAddress) => Promise<StoredVersion | undefined>;
  readonly insert: (write: AuthoredWrite) => Promise<boolean>;
  readonly supersede: (write: AuthoredWrite) => Promise<boolean>;
};

const groupAtMost = 64;
/** More groups at a time only compete for the processors of the database. */
const groupsInFlight = 3;

const gatherersOf = new WeakMap<SqlPool, Gatherers>();

function getGatherers({ sql }: Store): Gatherers {
  let gatherers = gatherersOf.get(sql);
  if (!gatherers) {
    gatherers = isSpread(sql) ? gathererOfServers(sql) : gathererOfOneServer(sql);
    gatherersOf.set(sql, gatherers);
  }
  return gatherers;
}

function gathererOfOneServer(sql: SqlPool): Gatherers {
  const group = { atMost: groupAtMost, inFlight: groupsInFlight };
  return {
    findNewest: gathering({ ...group, name: 'newest', send: (addresses) => findEach(sql, addresses) }),
    insert: gathering({ ...group, name: 'insert', send: (writes) => insertEach(sql, writes) }),
    supersede: gathering({ ...group, name: 'supersede', send: (writes) => supersedeEach(sql, writes) }),
  };
}

/**
 * Over several servers each write goes to its own by itself: together they would be a transaction of all these servers.
 * Only the numbers, which the coordinator gives, are drawn together.
 */
function gathererOfServers(sql: SqlPool): Gatherers {
  const draw = gathering<undefined, WriteNumbers>({
    name: 'numbers',
    atMost: groupAtMost,
    inFlight: groupsInFlight,
    send: (waiting) => drawNumbers(sql, waiting.length),
  });
  const write = async (each: AuthoredWrite): Promise<boolean> => writeAlone(sql, each, await draw(undefined));
  return { findNewest: (address) => findNewest(sql, address), insert: write, supersede: write };
}

async function findEach(sql: SqlPool, addresses: readonly ResourceAddress[]): Promise<(StoredVersion | undefined)[]> {
  const unique = new Map(addresses.map((each) => [`${each.type}/${each.id}`, each]));
  const newest = await findNewestOf(sql, [...unique.values()]);
  const found = new Map(newest.map((each) => [`${each.type}/${each.id}`, each]));
  return addresses.map(({ type, id }) => found.get(`${type}/${id}`));
}

async function insertEach(sql: SqlPool, writes: readonly AuthoredWrite[]): Promise<boolean[]> {
  await insertRows(sql, writes);
  return writes.map(() => true);
}

/** Of several writes of one resource only the first can take place; the others are told so and look again. */
async function supersedeEach(sql: SqlPool, writes: readonly AuthoredWrite[]): Promise<boolean[]> {
  const first = new Map<string, AuthoredWrite>();
  for (const each of writes) {
    const address = `${each.write.type}/${each.write.id}`;
    first.set(address, first.get(address) ?? each);
  }
  const chosen = [...first.values()];
  const done = await supersedeRows(sql, chosen);
  const taken = new Set(chosen.filter((_, at) => done[at]));
  return writes.map((each) => taken.has(each));
}

/**
 * Whether a request can be carried out by itself: it names what it acts on, so that nothing has to be held while it is
 * prepared. That its version is still the current one is tested by the statement that writes.
 */
export function standsAlone(request: WriteRequest): boolean {
  return request.kind === 'create'
    ? !request.ifNoneExist && request.wantedId === undefined
    : typeof request.target === 'string';
}

/**
 * Carries out one request that stands alone, its statement shared with others of the same moment. `undefined` where
 * nothing was done and a transaction is needed: another writer was faster, or the resource refers by criteria.
 */
export async function writeSingle(
  store: Store,
  actor: Actor,
  { request, path, options }: { request: WriteRequest; path: string | undefined; options: PrepareOptions },
): Promise<WriteResult | undefined> {
  const gatherers = getGatherers(store);
  const step = toStep(request, path);
  if (step.id !== undefined) {
    step.newest = await gatherers.findNewest({ type: request.type, id: step.id });
  }
  applyPrecondition(step);
  if (step.settled) {
    return step.settled;
  }
  giveId(store, step);
  const write = prepareWrite(store, step, options);
  if (needsOthers(request, write.content ?? '')) {
    return undefined;
  }
  await rememberUnits(store.sql, store.sql, unitsOf([write]));
  await rememberElsewhere(store.sql, elsewhereOf(write));
  try {
    const isDone = await (write.supersedes === 0
      ? gatherers.insert({ write, actor })
      : gatherers.supersede({ write, actor }));
    return isDone ? writtenResult(write) : undefined;
  } catch (error) {
    if (isPassing(error)) {
      return undefined;
    }
    throw error;
  }
}

/** A reference by criteria, or to the entry itself by the address it has in its Bundle. */
function needsOthers({ fullUrl }: WriteRequest, content: string): boolean {
  return hasConditionalReference(content) || (fullUrl !== undefined && content.includes(fullUrl));
}
