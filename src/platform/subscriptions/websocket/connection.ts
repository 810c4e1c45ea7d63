import type { WebSocket } from '@fastify/websocket';
import type { Resource } from '#platform/fhir';
import type { Sql } from '#platform/store';
import { type ByTopic, readDefinition } from '../definition.ts';
import { findEvents, type StoredEvent } from '../event-store.ts';
import { notificationBundle } from '../notification/notification-bundle.ts';
import { subscriberOf } from '../notification/show-content.ts';
import type { NotificationType } from '../notification/subscription-status.ts';
import { inFormat } from '../payload.ts';
import { findServed, type Served } from '../subscription-store.ts';
import type { Topics } from '../topics/find-topics.ts';
import { findBinding } from './binding-tokens.ts';

export type SocketSurroundings = {
  readonly sql: Sql;
  readonly now: () => Date;
  readonly baseUrl: () => string;
  /** Bytes that may wait to be sent before a client counts as too slow. */
  readonly waitingAtMost: number;
};

/** What a connection is bound to: pings in the manner of R4, or notifications where it has shown a token. */
type Bound = {
  /** Events up to this number were sent, or had happened before the binding. */
  sent: number;
  contacted: number;
  /** In milliseconds; a binding without a token has no end. */
  readonly expires: number | undefined;
};

/** One client's connection, and what it is to hear of. */
export type Connection = {
  /** Subscriptions it is bound to. */
  readonly ids: () => readonly string[];
  readonly receive: (message: string) => Promise<void>;
  /** Sends what has happened since, by the subscriptions as they were just read: undefined for one that is no more. */
  readonly pump: (served: ReadonlyMap<string, Served | undefined>, topics: Topics) => Promise<void>;
};

const boundAtMost = 100;
const eventsAtOnce = 20;

export function createConnection(socket: WebSocket, around: SocketSurroundings): Connection {
  const { sql, now } = around;
  const bound = new Map<string, Bound>();

  const send = (text: string): boolean => {
    if (socket.bufferedAmount > around.waitingAtMost) {
      socket.terminate(); // its client goes on by $events; to keep everything for it would fill the memory
      return false;
    }
    socket.send(text);
    return true;
  };

  const bind = async (id: string, expires: number | undefined): Promise<void> => {
    const served = await findServed(sql, id);
    if (served?.channel !== 'websocket' || served.state === 'off') {
      send(`error There is no subscription ${id} that is served by websocket.`);
      return;
    }
    if (bound.size >= boundAtMost && !bound.has(id)) {
      send(`error A connection has ${boundAtMost} subscriptions at most.`);
      return;
    }
    const definition = topicOf(served);
    if (definition && expires !== undefined) {
      await notify(served, definition, 'handshake', [], new Map());
    } else {
      send(`bound ${id}`);
    }
    bound.set(id, { sent: served.events, contacted: now().getTime(), expires }); // the handshake comes before any event
  };

  const notify = async (
    served: Served,
    definition: ByTopic,
    type: NotificationType,
    events: readonly StoredEvent[],
    topics: Topics,
  ): Promise<number | undefined> => {
    const { text, upTo } = await notificationBundle(sql, {
      served,
      definition,
      topic: topics.get(definition.topic),
      type,
      events,
      content: definition.content,
      viewer: subscriberOf(served.id),
      baseUrl: around.baseUrl(),
      now: now(),
    });
    const { payload } = readDefinition(JSON.parse(served.content) as Resource).channel; // as: it was stored as one
    return send(payload ? inFormat(payload, text) : text) ? upTo : undefined;
  };

  const pumpOne = async (served: Served, binding: Bound, topics: Topics): Promise<void> => {
    const definition = binding.expires === undefined ? undefined : topicOf(served);
    if (!definition) {
      if (served.events > binding.sent && send(`ping ${served.id}`)) {
        binding.sent = served.events;
      }
      return;
    }
    const atOnce = Math.min(definition.maxCount ?? eventsAtOnce, eventsAtOnce);
    while (served.events > binding.sent && socket.readyState === socket.OPEN) {
      const range = { from: binding.sent + 1, until: served.events, limit: atOnce };
      const events = await findEvents(sql, served.id, range);
      const upTo =
        events.length > 0 ? await notify(served, definition, 'event-notification', events, topics) : range.until;
      if (upTo === undefined) {
        return;
      }
      binding.sent = upTo;
      binding.contacted = now().getTime();
    }
    const { heartbeatSeconds } = definition;
    if (heartbeatSeconds !== undefined && now().getTime() - binding.contacted >= heartbeatSeconds * 1000) {
      binding.contacted = now().getTime();
      await notify(served, definition, 'heartbeat', [], topics);
    }
  };

  return {
    ids: () => [...bound.keys()],
    receive: async (message) => {
      const [, word, argument = ''] = /^(bind|bind-with-token)[ :]+(\S{1,200})$/.exec(message.trim()) ?? [];
      if (word === 'bind') {
        await bind(argument, undefined);
        return;
      }
      const binding = word === 'bind-with-token' ? await findBinding(sql, argument, now()) : undefined;
      if (!binding) {
        send(
          word === undefined
            ? 'error The messages known here are: bind <id>, bind-with-token <token>.'
            : 'error The token is not valid, or no longer; ask for another by $get-ws-binding-token.',
        );
        return;
      }
      for (const id of binding.subscriptions) {
        await bind(id, Date.parse(binding.expires));
      }
    },
    pump: async (all, topics) => {
      for (const [id, binding] of [...bound].filter(([each]) => all.has(each))) {
        const served = all.get(id);
        const isOver = binding.expires !== undefined && binding.expires <= now().getTime();
        if (!served || served.state === 'off' || isOver) {
          bound.delete(id);
          if (bound.size === 0) {
            socket.close(1000, isOver ? 'The token has expired.' : 'The subscription has ended.');
          }
        } else {
          await pumpOne(served, binding, topics);
        }
      }
    },
  };
}

function topicOf(served: Served): ByTopic | undefined {
  const definition = readDefinition(JSON.parse(served.content) as Resource); // as: it was stored as one
  return definition.kind === 'topic' ? definition : undefined;
}
