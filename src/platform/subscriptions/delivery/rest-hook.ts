import { findVersions, type Sql } from '#platform/store';
import type { Definition } from '../definition.ts';
import type { StoredEvent } from '../event-store.ts';
import { notificationBundle } from '../notification/notification-bundle.ts';
import { showContent, subscriberOf } from '../notification/show-content.ts';
import type { NotificationType } from '../notification/subscription-status.ts';
import { inFormat } from '../payload.ts';
import type { Served } from '../subscription-store.ts';
import type { Topics } from '../topics/find-topics.ts';
import type { Call } from './send-request.ts';

export type Message = {
  readonly served: Served;
  readonly definition: Definition;
  readonly endpoint: URL;
  readonly type: NotificationType & ('handshake' | 'heartbeat' | 'event-notification');
  readonly events: readonly StoredEvent[];
  readonly topics: Topics;
  readonly baseUrl: string;
  readonly now: Date;
};

/** What is to be sent, and the number of the last event in it. Without a call there is nothing to be said of these events. */
export type Prepared = { readonly call: Call | undefined; readonly upTo: number };

const defaultTimeoutMs = 10_000;

/** The request of a notification in the manner the subscription asks for. */
export async function prepareCall(sql: Sql, message: Message): Promise<Prepared> {
  return message.definition.kind === 'topic'
    ? prepareBundle(sql, message, message.definition)
    : prepareResource(sql, message);
}

async function prepareBundle(
  sql: Sql,
  message: Message,
  definition: Definition & { kind: 'topic' },
): Promise<Prepared> {
  const { endpoint: url, topics } = message;
  const topic = topics.get(definition.topic);
  const { content } = definition;
  const viewer = subscriberOf(message.served.id);
  const { text, upTo } = await notificationBundle(sql, { ...message, definition, topic, content, viewer });
  const { headers, payload = { type: 'application/fhir+json', format: 'json' } } = definition.channel;
  const call: Call = {
    method: 'POST',
    url,
    headers: [...headers, ['Content-Type', payload.type]],
    body: inFormat(payload, text),
    timeoutMs: definition.timeoutSeconds === undefined ? defaultTimeoutMs : definition.timeoutSeconds * 1000,
  };
  return { call, upTo };
}

/**
 * FHIR R4, subscription.html#rest-hook: without a payload a POST without a body; with one the resource, as an update at
 * the endpoint taken as the address of a FHIR server. Whether anybody is there is asked by OPTIONS, since both would
 * tell of something.
 */
async function prepareResource(sql: Sql, { served, definition, endpoint, type, events }: Message): Promise<Prepared> {
  const { headers, payload } = definition.channel;
  const [event] = events;
  const upTo = event?.number ?? served.delivered;
  const base = { headers, timeoutMs: defaultTimeoutMs, body: undefined };
  if (type !== 'event-notification' || !event) {
    return { call: { ...base, method: 'OPTIONS', url: endpoint }, upTo };
  }
  if (!payload) {
    return { call: { ...base, method: 'POST', url: endpoint }, upTo };
  }
  const [shown] = await showContent(
    sql,
    { subscription: served.id, viewer: subscriberOf(served.id) },
    await findVersions(sql, [event]),
  );
  if (!shown) {
    return { call: undefined, upTo };
  }
  return {
    call: {
      ...base,
      method: 'PUT',
      url: below(endpoint, `${event.type}/${event.id}`),
      headers: [...headers, ['Content-Type', payload.type]],
      body: inFormat(payload, shown.content),
    },
    upTo,
  };
}

function below(endpoint: URL, path: string): URL {
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${path}`;
  return url;
}

/** Whether an answer says that the endpoint has accepted what was sent. */
export function isAccepted({ definition, type }: Pick<Message, 'definition' | 'type'>, status: number): boolean {
  const isAsked = definition.kind === 'criteria' && type === 'handshake';
  return isAsked ? status < 500 && status >= 200 && !isElsewhere(status) : status >= 200 && status < 300;
}

/** To OPTIONS many servers answer that they do not know it; that they are there is what was asked. */
function isElsewhere(status: number): boolean {
  return (status >= 300 && status < 400) || status === 401 || status === 403;
}
