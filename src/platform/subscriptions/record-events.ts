import type { Subscriber } from '#platform/events';
import type { Resource } from '#platform/fhir';
import type { Log } from '#platform/log';
import { coreParameters, type ParameterTable, parseSearch, withoutPending } from '#platform/search';
import {
  type Change,
  findVersions,
  runSearch,
  type Sql,
  type Store,
  type StoredVersion,
  type VersionAddress,
} from '#platform/store';
import { type Candidate, toCandidate } from './criteria/candidate.ts';
import { readDefinition } from './definition.ts';
import { addEvents, type NewEvent } from './event-store.ts';
import { findListening, findServed, type Served, serveVersion, stopServing } from './subscription-store.ts';
import { findTopics, type Topics } from './topics/find-topics.ts';
import type { Interaction } from './topics/topic.ts';
import { toWatch, type Watch } from './watch.ts';

/** A subscription that listens, as it is held in memory. */
type Listener = { readonly id: string; readonly end: number | undefined; readonly watch: Watch };

type Options = { readonly store: Store; readonly log: Log; readonly onRecorded: () => void };

/**
 * The subscriber of the log of changes that finds out whom each write concerns, and keeps an event for each of them. A
 * Subscription listens from its own place in the log on, so that what it hears of does not depend on when it is read.
 */
export function createRecorder({ store, log, onRecorded }: Options): Subscriber {
  const { sql, now, parameters } = store;
  const listeners = new Map<string, Listener>();
  let topics: Topics = new Map();
  let table = coreParameters;

  /**
   * The parameters that criteria may name, as they are now in the record. Whether what is stored is indexed by them already
   * does not matter: each version is looked at as it is.
   */
  const learn = async (): Promise<void> => {
    await parameters?.refresh();
    table = withoutPending(parameters?.table() ?? coreParameters);
  };

  const listen = (served: Served): void => {
    listeners.delete(served.id);
    if (served.state !== 'off') {
      try {
        const definition = readDefinition(JSON.parse(served.content) as Resource); // as: it was stored as one
        listeners.set(served.id, { id: served.id, end: definition.end, watch: toWatch(definition, topics, table) });
      } catch (error) {
        log.info({ err: error, subscription: served.id }, 'a subscription cannot be served');
      }
    }
  };

  const reload = async (from: Sql): Promise<void> => {
    await learn();
    topics = await findTopics(from);
    listeners.clear();
    (await findListening(from)).forEach(listen);
  };

  /** Subscriptions that came into the record before this subscriber had its place in the log, by an import. */
  const adopt = async (): Promise<void> => {
    const { matches } = await runSearch(sql, parseSearch('Subscription', unserved));
    for (const { id, version, content } of matches) {
      await (content && serveVersion(sql, toServed({ id, version }, content), now()));
    }
  };

  const follow = async (transaction: Sql, change: Change, stored: StoredVersion | undefined): Promise<void> => {
    listeners.delete(change.id);
    if (change.method === 'DELETE') {
      await stopServing(transaction, change.id);
      return;
    }
    await (stored?.content && serveVersion(transaction, toServed(change, stored.content), now()));
    const served = await findServed(transaction, change.id);
    if (served) {
      await learn();
      listen(served);
    }
  };

  return {
    name: 'subscriptions',
    from: 'now',
    atOnce: 200,
    begin: async () => {
      await adopt();
      await reload(sql);
    },
    onCommit: onRecorded,
    handle: async (changes, transaction) => {
      const versions = await readVersions(transaction, changes, [...listeners.values()]);
      const events: NewEvent[] = [];
      for (const change of changes) {
        if (change.type === 'Subscription') {
          await addEvents(transaction, events.splice(0), now()); // those before it count in its numbers
          await follow(transaction, change, await versions.find(transaction, change));
        } else if (change.type === 'Basic') {
          await addEvents(transaction, events.splice(0), now());
          await reload(transaction);
        }
        events.push(...(await eventsOf(transaction, change, [...listeners.values()], { versions, table })));
      }
      await addEvents(transaction, events, now());
    },
  };
}

const unserved: readonly (readonly [string, string])[] = [
  ['status', 'requested'],
  ['_count', '1000'],
  ['_total', 'none'],
];

function toServed(
  change: Pick<Change, 'id' | 'version'>,
  content: string,
): Pick<Served, 'id' | 'version' | 'content' | 'channel' | 'state'> {
  const { status, channel } = JSON.parse(content) as { status?: string; channel?: { type?: string } }; // as: stored
  return {
    id: change.id,
    version: change.version,
    content,
    channel: channel?.type === 'websocket' ? 'websocket' : 'rest-hook',
    state: status === 'off' ? 'off' : 'requested',
  };
}

/** The contents that a batch of changes needs, read together; those that were not foreseen are read when asked for. */
type Versions = { readonly find: (sql: Sql, address: VersionAddress) => Promise<StoredVersion | undefined> };

async function readVersions(sql: Sql, changes: readonly Change[], listeners: readonly Listener[]): Promise<Versions> {
  const types = new Set(listeners.flatMap(({ watch }) => [...watch.types]));
  const withPrevious = new Set(listeners.flatMap(({ watch }) => (watch.needsPrevious ? [...watch.types] : [])));
  const wanted = changes
    .filter(({ type }) => types.has(type) || type === 'Subscription')
    .flatMap((each) => (withPrevious.has(each.type) ? [each, previousOf(each)] : [each]))
    .filter(({ version }) => version > 0);
  const read = new Set(wanted.map(keyOf));
  const found = new Map((await findVersions(sql, unique(wanted))).map((each) => [keyOf(each), each]));
  return {
    find: async (from, address) => {
      if (read.has(keyOf(address))) {
        return found.get(keyOf(address));
      }
      const [version] = await findVersions(from, [address]);
      return version;
    },
  };
}

async function eventsOf(
  sql: Sql,
  change: Change,
  listeners: readonly Listener[],
  { versions, table }: { readonly versions: Versions; readonly table: ParameterTable },
): Promise<NewEvent[]> {
  const concerned = listeners.filter(
    ({ id, end, watch }) =>
      watch.types.has(change.type) &&
      (end === undefined || Date.parse(change.updated) <= end) &&
      !(change.type === 'Subscription' && change.id === id), // its own status would be news without end
  );
  if (concerned.length === 0) {
    return [];
  }
  const needsPrevious = change.version > 1 && concerned.some(({ watch }) => watch.needsPrevious);
  const current = toOptional(await versions.find(sql, change), table);
  const previous = needsPrevious ? toOptional(await versions.find(sql, previousOf(change)), table) : undefined;
  const interaction = interactionOf(change, previous, needsPrevious);
  const events: NewEvent[] = [];
  for (const { id, watch } of concerned) {
    if (await watch.isMet(sql, { interaction, type: change.type, previous, current })) {
      events.push({ subscription: id, change });
    }
  }
  return events;
}

function toOptional(stored: StoredVersion | undefined, table: ParameterTable): Candidate | undefined {
  return stored && stored.content !== null ? toCandidate(stored.content, stored.updated, undefined, table) : undefined;
}

/** A write after a deletion makes the resource anew. */
function interactionOf({ method, version }: Change, previous: Candidate | undefined, isKnown: boolean): Interaction {
  if (method === 'DELETE') {
    return 'delete';
  }
  return version === 1 || (isKnown && !previous) ? 'create' : 'update';
}

function previousOf({ type, id, version, bucket }: VersionAddress): VersionAddress {
  return { type, id, bucket, version: version - 1 };
}

function keyOf({ type, id, version }: Omit<VersionAddress, 'bucket'>): string {
  return `${type}/${id}/${version}`;
}

function unique(addresses: readonly VersionAddress[]): VersionAddress[] {
  return [...new Map(addresses.map((each) => [keyOf(each), each])).values()];
}
