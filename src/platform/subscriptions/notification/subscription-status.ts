import type { ByTopic, Content } from '../definition.ts';
import type { StoredEvent } from '../event-store.ts';
import type { Served } from '../subscription-store.ts';

export type NotificationType = 'handshake' | 'heartbeat' | 'event-notification' | 'query-status' | 'query-event';

export type StatusOptions = {
  readonly served: Served;
  /** Absent for a subscription in the manner of R4, which has no topic. */
  readonly topic: Pick<ByTopic, 'topic' | 'topicVersion'> | undefined;
  readonly content: Content;
  readonly type: NotificationType;
  readonly events: readonly StoredEvent[];
  /** Resources that go along with an event, as `Type/id`. */
  readonly contextOf: (event: StoredEvent) => readonly string[];
  readonly baseUrl: string;
};

const profile = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-subscription-status-r4';

/**
 * The Parameters that stand for R5's SubscriptionStatus in R4. With empty content neither the topic nor a resource is
 * named.
 */
export function subscriptionStatus(id: string, options: StatusOptions) {
  const { served, topic, content, type, events, baseUrl } = options;
  const error = served.error ?? undefined;
  return {
    resourceType: 'Parameters',
    id,
    meta: { profile: [profile] },
    parameter: [
      { name: 'subscription', valueReference: { reference: `${baseUrl}/Subscription/${served.id}` } },
      ...(topic && content !== 'empty' ? [{ name: 'topic', valueCanonical: canonicalOf(topic) }] : []),
      { name: 'status', valueCode: served.state },
      { name: 'type', valueCode: type },
      { name: 'events-since-subscription-start', valueString: String(served.events) },
      ...events.map((each) => ({ name: 'notification-event', part: partsOf(each, options) })),
      ...(error === undefined ? [] : [{ name: 'error', valueCodeableConcept: { text: error } }]),
    ],
  };
}

function canonicalOf({ topic, topicVersion }: Pick<ByTopic, 'topic' | 'topicVersion'>): string {
  return topicVersion === undefined ? topic : `${topic}|${topicVersion}`;
}

function partsOf(event: StoredEvent, { content, contextOf, baseUrl }: StatusOptions) {
  const reference = (address: string) => ({ reference: `${baseUrl}/${address}` });
  const isNamed = content !== 'empty';
  return [
    { name: 'event-number', valueString: String(event.number) },
    { name: 'timestamp', valueInstant: new Date(event.at).toISOString() },
    ...(isNamed ? [{ name: 'focus', valueReference: reference(`${event.type}/${event.id}`) }] : []),
    ...(isNamed
      ? contextOf(event).map((each) => ({ name: 'additional-context', valueReference: reference(each) }))
      : []),
  ];
}
