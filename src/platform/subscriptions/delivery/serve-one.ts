import { AppError } from '#platform/errors';
import type { Resource } from '#platform/fhir';
import type { Store } from '#platform/store';
import { changeState } from '../change-state.ts';
import { type Definition, readDefinition } from '../definition.ts';
import { findEvents } from '../event-store.ts';
import { noteFailure, noteSuccess, type Served, setDue } from '../subscription-store.ts';
import type { Topics } from '../topics/find-topics.ts';
import { countCall, noteDelay } from './delivery-metrics.ts';
import { type EndpointRules, requireAllowed } from './endpoint-rules.ts';
import { isAccepted, type Message, prepareCall } from './rest-hook.ts';
import { type RetryPauses, retryPauseMs } from './retry-pause.ts';
import type { Caller } from './send-request.ts';

export type Surroundings = {
  readonly store: Store;
  readonly caller: Caller;
  readonly rules: EndpointRules;
  readonly baseUrl: () => string;
  readonly topics: () => Promise<Topics>;
  readonly pauses: RetryPauses;
  /** An endpoint that has not come back for so long is given up. */
  readonly undeliveredMs: number;
  readonly signal: AbortSignal;
};

/** After so many attempts in vain the status is `error`; attempts go on. */
const failuresUntilError = 5;
/** Events in one notification where the subscriber does not say how many it wants at most. */
const eventsAtOnce = 20;
/** Notifications in a row before others have their turn. */
const roundsAtMost = 50;

/** Does what is due for one subscription, until nothing is, an attempt fails, or it has had its turn. */
export async function serveOne(served: Served, around: Surroundings): Promise<void> {
  let current: Served | undefined = served;
  for (let round = 0; current && round < roundsAtMost && !around.signal.aborted; round += 1) {
    const isDue: boolean = current.due !== null && Date.parse(current.due) <= around.store.now().getTime();
    current = isDue ? await doNext(current, around) : undefined;
  }
}

/** The subscription afterwards where it may go on at once. */
async function doNext(served: Served, around: Surroundings): Promise<Served | undefined> {
  const { store, rules } = around;
  const now = store.now();
  let definition: Definition;
  let endpoint: URL | undefined;
  try {
    definition = readDefinition(JSON.parse(served.content) as Resource); // as: it was stored as one
    endpoint =
      definition.channel.endpoint === undefined ? undefined : requireAllowed(rules, definition.channel.endpoint);
  } catch (error) {
    if (!(error instanceof AppError)) {
      throw error;
    }
    await changeState(store, served, { state: 'error', error: error.message, agreed: false });
    return undefined;
  }
  if (definition.end !== undefined && definition.end <= now.getTime()) {
    await changeState(store, served, { state: 'off', error: 'The end of the subscription has come.' });
    return undefined;
  }
  if (!endpoint) {
    return serveSocket(served, definition, around);
  }
  const isNew = served.state === 'requested';
  const isOwed = served.delivered < served.events;
  const type = isNew ? 'handshake' : isOwed ? 'event-notification' : 'heartbeat';
  if ((!isNew && !served.agreed) || (type === 'heartbeat' && !isHeartbeatDue(served, definition, now))) {
    await setDue(store.sql, served, served.agreed ? nextMoment(definition, served, now) : undefined);
    return undefined;
  }
  return send({ served, definition, endpoint, type, now }, around);
}

/** A websocket needs no agreement; its connections look after themselves. */
async function serveSocket(served: Served, definition: Definition, { store }: Surroundings): Promise<undefined> {
  const due = endOf(definition);
  if (served.state === 'requested') {
    await changeState(store, served, { state: 'active', agreed: true, due });
  } else {
    await setDue(store.sql, served, due);
  }
  return undefined;
}

type Attempt = Pick<Message, 'served' | 'definition' | 'endpoint' | 'type' | 'now'>;

async function send(attempt: Attempt, around: Surroundings): Promise<Served | undefined> {
  const { served, definition, type } = attempt;
  const { sql } = around.store;
  const atOnce = definition.kind === 'topic' ? Math.min(definition.maxCount ?? eventsAtOnce, eventsAtOnce) : 1;
  const from = served.delivered + 1;
  const events =
    type === 'event-notification'
      ? await findEvents(sql, served.id, { from, until: served.events, limit: atOnce })
      : [];
  const [first] = events;
  if (type === 'event-notification' && !first) {
    return succeed(attempt, served.events, around); // none of them is kept any more
  }
  if (first && attempt.now.getTime() - Date.parse(first.at) > around.undeliveredMs) {
    const error = 'The endpoint has not accepted an event for so long that the subscription was given up.';
    await changeState(around.store, served, { state: 'off', error });
    return undefined;
  }
  const topics: Topics = definition.kind === 'topic' ? await around.topics() : new Map();
  const { call, upTo } = await prepareCall(sql, { ...attempt, events, topics, baseUrl: around.baseUrl() });
  const outcome = call ? await around.caller.call(call) : { status: 200 };
  const failure =
    'failure' in outcome
      ? outcome.failure
      : isAccepted(attempt, outcome.status)
        ? undefined
        : `The endpoint answered with the status ${outcome.status}.`;
  countCall(type, failure === undefined ? 'accepted' : 'failed');
  if (failure !== undefined) {
    return fail(attempt, failure, around);
  }
  const accepted = events.filter(({ number }) => number <= upTo);
  accepted.forEach(({ at }) => noteDelay(Date.parse(at), around.store.now().getTime()));
  return succeed(attempt, accepted.length === 0 ? served.delivered : upTo, around);
}

async function succeed(attempt: Attempt, upTo: number, { store }: Surroundings): Promise<Served | undefined> {
  const { served, definition, type } = attempt;
  const now = store.now();
  const after = await noteSuccess(store.sql, served, {
    upTo,
    now,
    next: nextMoment(definition, { contacted: now.toISOString() }, now),
  });
  if (!after || (type !== 'handshake' && after.state !== 'error')) {
    return after;
  }
  const due = after.due === null ? undefined : new Date(after.due);
  await changeState(store, after, { state: 'active', agreed: true, due });
  return undefined;
}

async function fail(attempt: Attempt, error: string, { store, pauses }: Surroundings): Promise<undefined> {
  const { served, type } = attempt;
  const due = new Date(store.now().getTime() + retryPauseMs(served.failures + 1, pauses));
  const after = await noteFailure(store.sql, served, { error, due });
  if (!after) {
    return undefined;
  }
  if (type === 'handshake') {
    await changeState(store, after, { state: 'error', error, agreed: false });
  } else if (after.state === 'active' && after.failures >= failuresUntilError) {
    await changeState(store, after, { state: 'error', error, due });
  }
  return undefined;
}

function isHeartbeatDue(served: Served, definition: Definition, now: Date): boolean {
  const next = heartbeatOf(definition, served, now);
  return next !== undefined && next <= now.getTime();
}

function heartbeatOf(definition: Definition, { contacted }: Pick<Served, 'contacted'>, now: Date): number | undefined {
  return definition.kind === 'topic' && definition.heartbeatSeconds !== undefined
    ? (contacted === null ? now.getTime() : Date.parse(contacted)) + definition.heartbeatSeconds * 1000
    : undefined;
}

function endOf({ end }: Definition): Date | undefined {
  return end === undefined ? undefined : new Date(end);
}

/** When something is to be done though nothing happens: the next heartbeat, or the end. */
function nextMoment(definition: Definition, served: Pick<Served, 'contacted'>, now: Date): Date | undefined {
  const moments = [heartbeatOf(definition, served, now), definition.end].filter((each) => each !== undefined);
  return moments.length === 0 ? undefined : new Date(Math.min(...moments));
}
